"""By what a delivery is told from those of other events."""

from __future__ import annotations

import json

from apicheck.checks.webhooks import _marks
from apicheck.model.exchange import Direction, Exchange, Request, Response, Role


def delivery(body: bytes) -> Exchange:
    request = Request("POST", "/hooks/1", body=body)
    return Exchange("e1", request, Response(200), None, 1, 1, Role.TABLE, direction=Direction.IN)


def test_a_mark_is_seen_however_its_letters_are_escaped() -> None:
    mark = "Zoë 4f1a"
    assert _marks.shows(delivery(json.dumps({"name": mark}).encode()), mark)
    assert _marks.shows(delivery(json.dumps({"name": mark}, ensure_ascii=False).encode()), mark)
    assert not _marks.shows(delivery(b'{"name": "Zoe"}'), mark)
    assert _marks.shows(delivery(b"name=4f1a"), "4f1a")
