"""The table "Style Examples" of the OpenAPI specification (3.1.1), and what it leaves out."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apicheck.model.exchange import Credential, Pairs, Request
from apicheck.model.operation import Parameter
from apicheck.requests.parameters import (
    belongs_to,
    example_of,
    with_cookies,
    write_cookies,
    write_header,
    write_path,
    write_query,
    write_text,
)

EMPTY = ""
TEXT = "blue"
LIST = ["blue", "black", "brown"]
OBJECT = {"R": 100, "G": 200, "B": 150}


def parameter(place: str, style: str = "", explode: bool | None = None, **more: Any) -> Parameter:
    example = more.pop("example", None)
    schema = more.pop("schema", {})
    return Parameter("color", place, True, schema, example, style, explode, **more)


@pytest.mark.parametrize(
    ("style", "explode", "value", "written"),
    [
        ("matrix", False, EMPTY, ";color"),
        ("matrix", False, TEXT, ";color=blue"),
        ("matrix", False, LIST, ";color=blue,black,brown"),
        ("matrix", False, OBJECT, ";color=R,100,G,200,B,150"),
        ("matrix", True, EMPTY, ";color"),
        ("matrix", True, TEXT, ";color=blue"),
        ("matrix", True, LIST, ";color=blue;color=black;color=brown"),
        ("matrix", True, OBJECT, ";R=100;G=200;B=150"),
        ("label", False, EMPTY, "."),
        ("label", False, TEXT, ".blue"),
        ("label", False, LIST, ".blue,black,brown"),
        ("label", False, OBJECT, ".R,100,G,200,B,150"),
        ("label", True, LIST, ".blue.black.brown"),
        ("label", True, OBJECT, ".R=100.G=200.B=150"),
        ("simple", False, TEXT, "blue"),
        ("simple", False, LIST, "blue,black,brown"),
        ("simple", False, OBJECT, "R,100,G,200,B,150"),
        ("simple", True, LIST, "blue,black,brown"),
        ("simple", True, OBJECT, "R=100,G=200,B=150"),
        ("", None, "a/b?c#d e", "a%2Fb%3Fc%23d%20e"),
        ("", None, ["a,b", "c"], "a%2Cb,c"),
        ("matrix", True, ["a;b"], ";color=a%3Bb"),
        ("", None, True, "true"),
        ("", None, 5.0, "5"),
    ],
)
def test_a_path_parameter_is_written_in_its_style(
    style: str, explode: bool | None, value: Any, written: str
) -> None:
    assert write_path(parameter("path", style, explode), value) == written


@pytest.mark.parametrize(
    ("style", "explode", "value", "written"),
    [
        ("form", False, EMPTY, "color="),
        ("form", False, TEXT, "color=blue"),
        ("form", False, LIST, "color=blue,black,brown"),
        ("form", False, OBJECT, "color=R,100,G,200,B,150"),
        ("form", True, LIST, "color=blue&color=black&color=brown"),
        ("form", True, OBJECT, "R=100&G=200&B=150"),
        ("", None, LIST, "color=blue&color=black&color=brown"),
        ("spaceDelimited", False, LIST, "color=blue%20black%20brown"),
        ("spaceDelimited", False, OBJECT, "color=R%20100%20G%20200%20B%20150"),
        ("pipeDelimited", False, LIST, "color=blue%7Cblack%7Cbrown"),
        ("pipeDelimited", None, OBJECT, "color=R%7C100%7CG%7C200%7CB%7C150"),
        ("pipeDelimited", True, LIST, "color=blue&color=black&color=brown"),
        ("deepObject", True, OBJECT, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
        (
            "deepObject",
            None,
            {"a": {"b": [1, True]}},
            "color%5Ba%5D%5Bb%5D=1&color%5Ba%5D%5Bb%5D=true",
        ),
        ("", None, True, "color=true"),
        ("", None, 10.0, "color=10"),
        ("", None, 1.5, "color=1.5"),
        ("", None, None, ""),
        ("", None, ["x", None], "color=x"),
        ("", None, {"a": None, "b": {"c": 1}}, "b=%7B%22c%22:1%7D"),
        ("form", False, [], ""),
        ("", None, "2026-01-31T12:00:00Z", "color=2026-01-31T12:00:00Z"),
        ("", None, "a&b=c+d#e", "color=a%26b%3Dc%2Bd%23e"),
        ("", None, "blue,black", "color=blue,black"),
    ],
)
def test_a_query_parameter_is_written_in_its_style(
    style: str, explode: bool | None, value: Any, written: str
) -> None:
    pairs = write_query(parameter("query", style, explode), value)
    target = Request("GET", "/", query=pairs).wire_target
    assert target == (f"/?{written}" if written else "/")


@pytest.mark.parametrize(
    ("explode", "value", "written"),
    [
        (False, TEXT, "blue"),
        (False, LIST, "blue,black,brown"),
        (False, OBJECT, "R,100,G,200,B,150"),
        (True, OBJECT, "R=100,G=200,B=150"),
        (None, False, "false"),
        (None, "a b/c", "a b/c"),
    ],
)
def test_a_header_is_written_in_simple_style(explode: bool, value: Any, written: str) -> None:
    assert write_header(parameter("header", "", explode), value) == written


@pytest.mark.parametrize(
    ("explode", "value", "written"),
    [
        (False, TEXT, (("color", "blue"),)),
        (False, LIST, (("color", "blue,black,brown"),)),
        (False, OBJECT, (("color", "R,100,G,200,B,150"),)),
        (None, LIST, (("color", "blue"), ("color", "black"), ("color", "brown"))),
        (None, 'a;b "c"\n', (("color", "a%3Bb%20%22c%22%0A"),)),
    ],
)
def test_a_cookie_holds_only_what_a_cookie_can(explode: bool, value: Any, written: Pairs) -> None:
    assert write_cookies(parameter("cookie", "", explode), value) == written


def test_a_parameter_with_content_is_written_in_its_media_type() -> None:
    for place, write in (("query", write_query), ("header", write_header), ("path", write_path)):
        one = parameter(place, media_type="application/json")
        written: Any = write(one, {"a": [1, "é"]})
        text = unquote(written[0][1] if place == "query" else written)
        assert text == '{"a":[1,"é"]}'
    assert write_header(parameter("header", media_type="text/plain"), "plain") == "plain"
    assert write_header(parameter("header", media_type="application/json"), "text") == '"text"'


def test_reserved_characters_stand_where_the_document_allows_them() -> None:
    request = Request("GET", "/", query=(("to", "https://x.example/a?b=[c]&d"), ("q", "a/b")))
    assert request.wire_target.endswith("?to=https:%2F%2Fx.example%2Fa%3Fb%3D%5Bc%5D%26d&q=a%2Fb")
    allowed = replace(request, reserved=("to",)).wire_target
    assert allowed == "/?to=https://x.example/a?b=[c]%26d&q=a%2Fb"


@given(st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1)), min_size=1))
def test_a_server_reads_the_pairs_that_were_written(pairs: list[tuple[str, str]]) -> None:
    request = Request("GET", "/", query=tuple(pairs), reserved=(pairs[0][0],))
    assert parse_qsl(request.wire_target.partition("?")[2]) == pairs


@pytest.mark.parametrize(
    ("example", "value"),
    [
        ("remaster%2520track", "remaster%20track"),
        ("remaster%2520track:Doxy%2520artist", "remaster%20track:Doxy%20artist"),
        ("a%2Fb", "a/b"),
        ("50% off", "50% off"),
        ("100%", "100%"),
        ("a b%20c", "a b%20c"),
        ("a=1&b=%20", "a=1&b=%20"),
        ("https://x.example/a%20b", "https://x.example/a%20b"),
        ("%FF", "%FF"),
        ("plain", "plain"),
        (5, 5),
    ],
)
def test_an_example_that_stands_encoded_in_the_document_is_encoded_once(
    example: Any, value: Any
) -> None:
    assert example_of(parameter("query", example=example)) == value
    assert example_of(parameter("header", example=example)) == example


def test_the_members_of_an_exploded_object_belong_to_it() -> None:
    schema = {"type": "object", "properties": {"R": {}}}
    assert belongs_to(parameter("query", schema=schema), "R")
    assert not belongs_to(parameter("query", "form", False, schema=schema), "R")
    assert belongs_to(parameter("query", "deepObject"), "color[R]")
    assert not belongs_to(parameter("query"), "R")


def test_all_cookies_stand_in_one_field_and_one_is_replaced() -> None:
    request = Request("GET", "/", headers=(("Cookie", "a=1; b=2"), ("X-Y", "z")))
    session = Credential("session", "cookie", "sid", "$APICHECK_A_TOKEN")
    assert request.with_credentials("a", session).wire_headers == (
        ("X-Y", "z"),
        ("Cookie", "a=1; b=2; sid=$APICHECK_A_TOKEN"),
    )
    assert with_cookies(request, "a", (("a", "9"),)).wire_headers[-1] == ("Cookie", "b=2; a=9")
    gone = with_cookies(with_cookies(request, "a", ()), "b", ())
    assert gone.wire_headers == (("X-Y", "z"),)


@pytest.mark.parametrize(
    ("value", "text"), [(None, "null"), (1e300, "1e+300"), (3.0, "3"), ([1], "[1]"), ("a", "a")]
)
def test_text_is_written_as_json_writes_it_but_strings_are_bare(value: Any, text: str) -> None:
    assert write_text(value) == text
