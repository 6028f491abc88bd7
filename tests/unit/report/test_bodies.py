from __future__ import annotations

import pytest

from apicheck.report.bodies import find_guilty, lay_out


def test_each_value_has_a_line_and_a_pointer() -> None:
    laid = lay_out(b'{"a": [1, {"b/c": "x"}], "e": {}, "f": []}')
    assert laid is not None
    assert [(line.text, line.pointer) for line in laid] == [
        ("{", ""),
        ('  "a": [', "/a"),
        ("    1,", "/a/0"),
        ("    {", "/a/1"),
        ('      "b/c": "x"', "/a/1/b~1c"),
        ("    }", None),
        ("  ],", None),
        ('  "e": {},', "/e"),
        ('  "f": []', "/f"),
        ("}", None),
    ]


def test_every_token_stays_as_it_came() -> None:
    body = rb'{"n": 1.00, "big": 123456789012345678901, "s": "\u0041\"{", "n": 2}'
    laid = lay_out(body)
    assert laid is not None
    assert "".join(line.text.strip() for line in laid) == body.decode().replace(", ", ",")


@pytest.mark.parametrize(
    "body", [b"", b"hi", b"<a>{}</a>", b"{", b'"text"', b"\xff{}", b"[" * 60 + b"]" * 60]
)
def test_what_is_no_json_object_or_list_is_not_laid_out(body: bytes) -> None:
    assert lay_out(body) is None


@pytest.mark.parametrize(
    ("words", "guilty"),
    [
        (("wrong at /a/0",), {"/a/0"}),
        (("/a/0/missing is not there",), {"/a/0"}),
        (("/elsewhere", "GET /a/0x", "and/or"), {"/a"}),
        (("404 Not Found",), set()),
    ],
)
def test_what_texts_name_is_found_or_what_lacks_it(
    words: tuple[str, ...], guilty: set[str]
) -> None:
    assert find_guilty(lay_out(b'{"a":[{"b":1}]}') or (), words) == guilty
