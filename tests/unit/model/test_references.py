from __future__ import annotations

import pytest

from apicheck.model.json import MISSING, Json
from apicheck.model.references import follow, locate

DOCUMENT = {
    "end": {"type": "string"},
    "with space": {"type": "integer"},
    "next": {"$ref": "#/end"},
    "there": {"$ref": "#/back"},
    "back": {"$ref": "#/there"},
    "remote": {"$ref": "https://example.com/schema"},
    "broken": {"$ref": "#/nowhere"},
}


@pytest.mark.parametrize(
    ("value", "end"),
    [
        ({"$ref": "#/next"}, {"type": "string"}),
        ({"$ref": "#/with%20space"}, {"type": "integer"}),
        ({"type": "object"}, {"type": "object"}),
        ({"$ref": {"type": "string"}}, {"$ref": {"type": "string"}}),
        ({"$ref": "#/there"}, {}),
        ({"$ref": "#/remote"}, {}),
        ({"$ref": "#/broken"}, {}),
        (True, True),
        (None, None),
    ],
)
def test_references_are_followed_to_their_end(value: Json, end: Json) -> None:
    assert follow(DOCUMENT, value) == end


def test_the_end_of_references_is_located() -> None:
    assert locate(DOCUMENT, {"$ref": "#/next"}, "/start") == ({"type": "string"}, "/end")
    assert locate(DOCUMENT, {"type": "object"}, "/start") == ({"type": "object"}, "/start")
    assert locate(DOCUMENT, {"$ref": "#/broken"}) == (MISSING, "/nowhere")


def test_a_remote_or_circular_reference_ends_at_itself() -> None:
    assert locate(DOCUMENT, {"$ref": "#/there"}) == ({"$ref": "#/there"}, "/back")
    assert locate(DOCUMENT, {"$ref": "#/remote"}) == (DOCUMENT["remote"], "/remote")
