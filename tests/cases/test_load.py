"""What a server does only under the run's own load is nobody's defect."""

from __future__ import annotations

from typing import Any

import pytest

HEAD = """
openapi: 3.0.3
info: {title: Slow, version: "1"}
paths:
"""
PATH = """
  /{name}:
    get:
      operationId: {name}
      parameters: [{{name: since, in: query, schema: {{type: integer}}}}]
      responses: {{"200": {{description: done}}, "400": {{description: bad}}}}
"""
PAUSE_S = 0.005
NAMES = ("books", "songs", "films", "games", "tools")
DOCUMENT = HEAD + "".join(PATH.format(name=name) for name in NAMES)


@pytest.mark.parametrize(
    ("status", "headers"),
    [(500, {}), (503, {}), (503, {"Retry-After": "1"}), (503, {"Retry-After": "3600"})],
    ids=["failing", "busy", "busy for a second", "busy for an hour"],
)
def test_a_server_that_takes_one_request_at_a_time_has_no_defect(
    run: Any, sent: Any, status: int, headers: dict[str, str]
) -> None:
    def serve(request: Any) -> Any:
        if request.beside > 1:
            return sent(status, {"detail": "database is locked"}, headers, pause_s=PAUSE_S)
        return sent(200, {}, pause_s=PAUSE_S)

    outcome = run(DOCUMENT, serve, bad_input=True)
    blamed = [o["actual"] for o in outcome.results["findings"] if str(status) in o["actual"]]
    assert blamed == []
    accepted = [one for one in outcome.results["operations"] if one["standing"] == "accepted"]
    assert len(accepted) == len(NAMES)


@pytest.mark.parametrize("status", [500, 503])
def test_a_busy_server_is_judged_by_what_it_does_for_one_request(
    run: Any, sent: Any, status: int
) -> None:
    """A wrong status that only a calm server shows is found, and nothing is left open for load."""

    def serve(request: Any) -> Any:
        if request.beside > 1:
            return sent(status, {}, pause_s=PAUSE_S)
        if "since" in request.target and not request.target.rpartition("=")[2].isdigit():
            return sent(200 if request.path == "/songs" else 400, {}, pause_s=PAUSE_S)
        return sent(200, {}, pause_s=PAUSE_S)

    outcome = run(DOCUMENT, serve, bad_input=True)
    found = [o for o in outcome.results["findings"] if o["check"] == "errors/invalid-query"]
    assert [one["operations"] for one in found] == [["songs"]]
    left = [
        (item["check"], item["operation"])
        for item in outcome.results["results"]
        if item["verdict"] == "inconclusive" and item["check"] == "errors/invalid-query"
    ]
    assert left == []


def test_what_a_busy_server_did_is_said(run: Any, sent: Any) -> None:
    def serve(request: Any) -> Any:
        return sent(500 if request.beside > 1 else 200, {}, pause_s=PAUSE_S)

    outcome = run(DOCUMENT, serve, bad_input=True)
    reasons = {
        item["reason"]
        for item in outcome.results["results"]
        if item["check"] == "errors/unexpected-5xx" and item["verdict"] == "inconclusive"
    }
    assert any(
        one.startswith("500 came only while") and "requests ran side by side" in one
        for one in reasons
    )


def test_what_fails_alone_too_is_a_defect_of_a_busy_server(run: Any, sent: Any) -> None:
    def serve(request: Any) -> Any:
        fails = request.beside > 1 or request.path == "/songs"
        return sent(500 if fails else 200, {}, pause_s=PAUSE_S)

    outcome = run(DOCUMENT, serve, bad_input=True)
    found = [o for o in outcome.results["findings"] if o["check"] == "errors/unexpected-5xx"]
    assert [one["operations"] for one in found] == [["songs"]]


def test_a_server_that_says_that_it_is_busy_is_asked_less_at_once(run: Any, sent: Any) -> None:
    def serve(request: Any) -> Any:
        return sent(503 if request.beside > 2 else 200, {}, pause_s=PAUSE_S)

    outcome = run(DOCUMENT, serve, bad_input=True)
    late = outcome.received[len(outcome.received) // 2 :]
    assert sum(request.beside > 2 for request in late) < len(late) // 10


KEYS = (
    HEAD
    + """
  /keys:
    post:
      operationId: makeKey
      responses: {"201": {description: made}}
  /keys/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: getKey, responses: {"200": {description: one}}}
    delete: {operationId: dropKey, responses: {"204": {description: gone}}}
"""
)


class Keys:
    """A server that lets nobody delete anything before it has refused it often enough."""

    def __init__(self, sent: Any, refusal: Any, times: int) -> None:
        self.sent, self.refusal, self.times = sent, refusal, times
        self.keys: set[str] = set()
        self.number = 0

    def __call__(self, request: Any) -> Any:
        if request.method == "POST":
            self.number += 1
            self.keys.add(f"k{self.number}")
            return self.sent(201, {"id": f"k{self.number}"})
        name = request.path.rpartition("/")[2]
        if name not in self.keys:
            return self.sent(404, {})
        if request.method == "DELETE":
            self.times -= 1
            if self.times >= 0:
                return self.refusal
            self.keys.discard(name)
            return self.sent(204)
        return self.sent(200, {"id": name})


@pytest.mark.parametrize("refusal", ["busy", "busy for a second", "throttling", "cut off"])
def test_a_clean_up_waits_for_a_server_that_has_no_time_for_it(
    run: Any, sent: Any, refusal: str
) -> None:
    given = {
        "busy": sent(503, {}),
        "busy for a second": sent(503, {}, {"Retry-After": "1"}),
        "throttling": sent(429, {}, {"Retry-After": "1"}),
        "cut off": sent(raw=b""),
    }[refusal]
    keys = Keys(sent, given, times=4)
    outcome = run(KEYS, keys)
    assert keys.keys == set()
    assert outcome.results["leftovers"] == []


def test_what_a_clean_up_cannot_delete_is_said(run: Any, sent: Any) -> None:
    keys = Keys(sent, sent(raw=b""), times=1000)
    outcome = run(KEYS, keys)
    assert keys.keys
    assert all(
        any(f"/keys/{name} (created by makeKey)" in words for words in outcome.results["leftovers"])
        for name in keys.keys
    )


def test_connections_that_close_cost_no_operation(run: Any, sent: Any) -> None:
    keys, cut = Keys(sent, sent(503), times=0), set()

    def serve(request: Any) -> Any:
        asked = (request.method, request.target)
        if request.method != "POST" and asked not in cut:
            cut.add(asked)
            return sent(raw=b"")
        return keys(request)

    outcome = run(KEYS, serve, bad_input=True)
    assert {one["standing"] for one in outcome.results["operations"]} == {"accepted"}
    assert outcome.findings("errors/server-error") == []
