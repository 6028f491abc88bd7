"""Lists since a moment, and of what was deleted, on servers that answer in other ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from apicheck.authoring import Failure, Inconclusive
from apicheck.model.exchange import Request, Response

SINCE = {"name": "since", "in": "query", "schema": {"type": "string"}}
SPEC = {"paths": {"/contacts": {"get": {"parameters": [SINCE]}}}}
FACTS = {"formats": {"since": {"parameter": "since", "member": "updated_at"}}}
NOW = "2026-11-02T09:30:00+00:00"


@pytest.fixture
def judge(bench: Callable[..., Any], server: Any) -> Callable[..., Any]:
    """Judge lists whose objects all changed at one moment."""

    def of(shows: Callable[[str], bool], *, member: str = "updated_at", status: int = 200) -> Any:
        honest = server.answer

        def answer(request: Request) -> Response:
            response = honest(request)
            if request.method == "POST":
                made = {**json.loads(response.body), member: NOW}
                return Response(201, body=json.dumps(made).encode())
            since = dict(request.query).get("since", "")
            shown = [{**one, member: NOW} for one in server.objects.values() if shows(since)]
            return Response(status if since else 200, body=json.dumps({"data": shown}).encode())

        server.answer = answer
        made = bench("formats/since", facts=FACTS, operation="listContacts", spec=SPEC)
        return made.judged()[0]

    return of


def test_a_list_that_compares_moments_passes(judge: Callable[..., Any]) -> None:
    assert judge(lambda since: since <= NOW) is None


def test_a_list_that_ignores_the_moment_fails(judge: Callable[..., Any]) -> None:
    found = judge(lambda _: True)
    assert isinstance(found, Failure)
    assert found.outcome == "not-since"


def test_a_list_that_is_always_empty_leaves_the_object_out(judge: Callable[..., Any]) -> None:
    found = judge(lambda _: False)
    assert isinstance(found, Failure)
    assert found.outcome == "leaves-out"


def test_objects_without_the_member_decide_nothing(judge: Callable[..., Any]) -> None:
    assert isinstance(judge(lambda _: True, member="changed"), Inconclusive)


def test_a_moment_that_is_refused_decides_nothing(judge: Callable[..., Any]) -> None:
    assert isinstance(judge(lambda _: True, status=422), Inconclusive)
