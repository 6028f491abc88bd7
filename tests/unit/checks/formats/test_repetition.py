"""Requests that come again with the same key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apicheck.authoring import Failure, NotTested
from apicheck.model.exchange import Request, Response

FACTS = {
    "formats": {
        "idempotency": {"header": "Idempotency-Key", "changed": [409, 422], "ops": "createContact"}
    }
}


@pytest.fixture
def remember(server: Any) -> Callable[..., None]:
    """Make the server remember keys. changed: the status of another body; 0: the same response."""

    def install(changed: int = 422, *, bare: bool = False, refuses: bool = False) -> None:
        honest, kept = server.answer, {}

        def answer(request: Request) -> Response:
            key = dict(request.headers).get("Idempotency-Key")
            if not key or request.method != "POST":
                return honest(request)
            if key in kept:
                body, response = kept[key]
                if changed and body != request.body:
                    return Response(changed)
                return Response(409) if refuses else response
            response = honest(request)
            kept[key] = request.body, Response(202) if bare else response
            return kept[key][1]

        server.answer = answer

    return install


def judgements(bench: Callable[..., Any]) -> dict[str, Any]:
    return bench("formats/repetition", facts=FACTS, operation="createContact").judgements()


def test_a_server_that_remembers_keys_passes(
    bench: Callable[..., Any], remember: Callable[..., None]
) -> None:
    remember()
    assert set(judgements(bench).values()) == {None}


def test_a_server_may_refuse_what_comes_again(
    bench: Callable[..., Any], remember: Callable[..., None]
) -> None:
    remember(409, refuses=True)
    assert set(judgements(bench).values()) == {None}


def test_a_server_without_keys_fails_in_both_rows(bench: Callable[..., Any]) -> None:
    found = judgements(bench)
    assert [one.outcome for one in found.values() if isinstance(one, Failure)] == [
        "taken-twice",
        "accepted",
    ]


def test_a_server_that_looks_at_the_key_alone_fails_for_another_body(
    bench: Callable[..., Any], remember: Callable[..., None]
) -> None:
    remember(0)
    same, other = judgements(bench).values()
    assert same is None
    assert isinstance(other, Failure)


def test_a_response_that_names_nothing_decides_nothing(
    bench: Callable[..., Any], remember: Callable[..., None]
) -> None:
    remember(bare=True)
    assert isinstance(judgements(bench)["the same body"], NotTested)
