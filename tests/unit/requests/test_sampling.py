from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apicheck.model.json import MISSING
from apicheck.model.subject import UNIQUE
from apicheck.requests.flattening import flatten_schema
from apicheck.requests.sampling import sample
from apicheck.requests.uniqueness import unique_places, with_unique
from apicheck.schemas import find_schema_errors


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"const": 3}, 3),
        ({"enum": ["b", "a"]}, "b"),
        ({"type": "string", "default": "d"}, "d"),
        ({"examples": [1, 2], "type": "integer"}, 1),
        ({"type": ["null", "boolean"]}, True),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 0.5}, 0.5),
        ({"type": "integer", "maximum": -3}, -3),
        ({"type": "array", "items": {"const": "x"}, "minItems": 2}, ["x", "x"]),
        ({"type": "array", "items": {"type": "string"}}, ["example"]),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 0}, []),
        ({"oneOf": [{"type": "string", "pattern": "^Q$"}, {"const": 2}]}, 2),
        ({"type": "string", "format": "date-time"}, "2026-01-31T12:00:00Z"),
        ({"type": "string", "maxLength": 3}, "exa"),
        ({"allOf": [{"required": ["a"]}, {"properties": {"a": {"const": 1}}}]}, {"a": 1}),
        ({"type": "string", "pattern": "^[0-9]{4}$"}, "1234"),
        ({"type": "string", "pattern": "^[qz]{4}$"}, MISSING),
        (False, MISSING),
        ({"$ref": "#/nowhere"}, MISSING),
    ],
)
def test_a_plain_value_of_a_schema(schema: Any, value: Any) -> None:
    assert sample({}, schema) == value


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/a"},
        {"type": "object", "required": ["x"], "properties": {"x": {"$ref": "#/a"}}},
        {"oneOf": [{"$ref": "#/a"}, {"$ref": "#/a"}]},
    ],
)
def test_a_schema_that_leads_in_a_circle_has_no_value(schema: Any) -> None:
    assert sample({"a": schema}, schema) is MISSING


def test_what_only_the_server_sets_is_left_out() -> None:
    schema = {
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"type": "string", "readOnly": True}, "name": {"type": "string"}},
    }
    assert sample({}, schema) == {"name": "example"}


NUMBERS = st.integers(-20, 20)


@given(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number"])},
        optional={
            "minimum": NUMBERS,
            "maximum": NUMBERS,
            "exclusiveMinimum": NUMBERS,
            "multipleOf": st.integers(1, 7),
        },
    )
)
def test_a_number_that_is_given_is_one_that_the_schema_allows(schema: Any) -> None:
    value = sample({}, schema)
    assert value is MISSING or find_schema_errors({}, schema, value) == ()


def test_unique_places_are_found_inside_lists_and_behind_references() -> None:
    document = {"Person": {"properties": {"mail": {"type": "string", "format": "email"}}}}
    schema = {"properties": {"people": {"items": {"$ref": "#/Person"}}}}
    body = {"people": [{"mail": "a@b.example"}, {"mail": "c@d.example"}]}
    places = list(unique_places(document, schema, body))
    assert places == ["/people/0/mail", "/people/1/mail"]
    assert with_unique(body, places[1])["people"] == [
        {"mail": "a@b.example"},
        {"mail": f"c+{UNIQUE}@d.example"},
    ]


def test_a_unique_address_keeps_its_domain_and_a_unique_url_its_host() -> None:
    assert with_unique("ada+old@example.com", "") == f"ada+{UNIQUE}@example.com"
    assert with_unique("https://example.com/a/", "") == f"https://example.com/a/{UNIQUE}"
    assert with_unique(f"x{UNIQUE}", "") == f"x{UNIQUE}"


def test_properties_of_all_parts_are_merged() -> None:
    schema = {"allOf": [{"properties": {"a": {}}, "required": ["a"]}], "required": ["b"]}
    assert flatten_schema({}, schema)["required"] == ["a", "b"]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("The name (e.g. “example.com.”) with a dot", "example.com."),
        ('Always set to "Zone"', "Zone"),
        ("One of `a`, `b`", "a"),
        ("For example: 'two words'", "two words"),
        ("It isn't such as it's", "example"),
        (7, "example"),
    ],
)
def test_an_example_that_a_description_quotes_is_taken(said: object, text: str) -> None:
    assert sample({}, {"type": "string", "description": said}) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("start_date", "2026-01-31"),
        ("update", "example"),
        ("clientIp", "192.0.2.1"),
        ("zip", "example"),
        ("nameserver", "ns1.example.com"),
    ],
)
def test_the_last_word_of_a_name_says_what_it_takes(name: str, text: str) -> None:
    assert sample({}, {"type": "string"}, name=name) == text


SENSELESS = ("5", [1], {"a": 1}, True, -1, None, "x", [])
"""Values that most keywords cannot have; a few of them mean something, and do not matter."""


@pytest.mark.parametrize("kind", ["string", "integer", "array", "object"])
def test_a_keyword_whose_value_means_nothing_hinders_no_value(kind: str) -> None:
    plain = sample({}, {"type": kind})
    for key in ("minimum", "multipleOf", "minLength", "maxItems", "minProperties", "properties"):
        for value in SENSELESS:
            assert sample({}, {"type": kind, key: value}) in (plain, MISSING, value), (key, value)
    assert flatten_schema({}, {"minimum": "5", "exclusiveMinimum": True, "type": "int"}) == {
        "exclusiveMinimum": True,
        "type": "int",
    }


@pytest.mark.parametrize("schema", [{"minLength": 10**12}, {"items": {}, "minItems": 10**9}])
def test_what_no_memory_holds_is_not_made(schema: Any) -> None:
    assert sample({}, schema) is MISSING


def test_no_more_members_are_made_than_memory_holds() -> None:
    assert sample({}, {"type": "object", "minProperties": 10**12}) == {}
