"""Media types with parameters and suffixes, and bodies as values."""

import pytest

from apicheck.authoring import MISSING, Response
from apicheck.authoring.document import Media, ResponseDoc
from apicheck.checks.conformance import _media
from apicheck.checks.conformance.response import CHECK
from apicheck.pages.setting import subject_of

WORLD = subject_of(CHECK, {}).context


def entry(sent: str, *documented: str) -> str | None:
    response = ResponseDoc("200", tuple(Media(name, {}) for name in documented))
    found = _media.find_documented(response, _media.parse_media_type(sent))
    return found.media_type if found else None


@pytest.mark.parametrize(
    ("sent", "documented", "found"),
    [
        ("application/json; charset=utf-8", ("application/json",), 0),
        ("application/json", ("application/json; charset=UTF-8",), 0),
        ("Application/JSON", ("application/json",), 0),
        ("application/json; charset=latin1", ("application/json; charset=utf-8",), None),
        ("text/csv; header=present", ("text/csv; header=present",), 0),
        ('text/csv; Header="present"; x=1', ("text/csv; header=present",), 0),
        ("text/csv", ("text/csv; header=present",), None),
        ("text/csv; header=absent", ("text/csv; header=present",), None),
        ("application/json; v=2", ("application/json", "application/json; v=2"), 1),
        ("application/json; v=3", ("application/json", "application/json; v=2"), 0),
        ("text/csv", ("*/*", "text/*"), 1),
        ("image/png", ("text/*", "*/*"), 1),
        ("application/problem+json", ("application/json",), None),
        ("", ("application/json",), None),
        (";;=", ("application/json",), None),
    ],
)
def test_the_most_specific_entry_is_found(
    sent: str, documented: tuple[str, ...], found: int | None
) -> None:
    assert entry(sent, *documented) == (None if found is None else documented[found])


@pytest.mark.parametrize(
    ("name", "is_json"),
    [
        ("application/json", True),
        ("application/vnd.acme.v2+json", True),
        ("text/json", True),
        ("application/x-ndjson", False),
        ("application/json-seq", False),
        ("application/jsonp", False),
    ],
)
def test_a_media_type_is_json_by_its_name_or_its_suffix(name: str, *, is_json: bool) -> None:
    assert _media.parse_media_type(name).is_json is is_json


def value(sent: str, body: bytes, schema: object) -> object:
    return _media.parse_body(WORLD, Response(200, (), body), _media.parse_media_type(sent), schema)


def test_only_text_has_a_value_for_a_schema_of_type_string() -> None:
    assert value("text/csv; charset=utf-8", "ä".encode(), {"type": "string"}) == "ä"
    assert value("text/plain; charset=latin1", b"\xe4", {"type": "string"}) is MISSING
    assert value("text/csv", b"a", {"type": "string", "format": "binary"}) is MISSING
    assert value("application/pdf", b"%PDF", {"type": "string"}) is MISSING
    assert value("text/xml", b"<a/>", {"type": "object"}) is MISSING


@pytest.mark.parametrize(
    ("sent", "body", "problem"),
    [
        ("application/json", b"", "an empty body"),
        ("application/json", b"\xff", "not JSON"),
        ("application/json", b"{'a': 1}", "not JSON"),
        ("text/plain", b"\xff", "bytes that are not utf-8"),
    ],
)
def test_a_body_that_contradicts_its_media_type_is_an_error(
    sent: str, body: bytes, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        value(sent, body, {"type": "string"})
