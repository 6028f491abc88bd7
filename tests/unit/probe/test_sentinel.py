"""The sentinel says what it waits for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apicheck.model.exchange import Exchange, Request, Role, TransportError, TransportErrorKind
from apicheck.model.plan import Plan
from apicheck.model.target import Target
from apicheck.probe import sentinel

REQUEST = Request("GET", "/things", operation="listThings")


@pytest.mark.parametrize(
    ("kind", "longest", "words"),
    [
        (TransportErrorKind.REFUSED, 0.0, "the server refuses connections"),
        (TransportErrorKind.TIMEOUT, 2.0, "no response came in time"),
    ],
)
def test_a_server_that_is_waited_for_is_told(
    kind: TransportErrorKind,
    longest: float,
    words: str,
    target: Target,
    plan_for: Callable[..., Plan],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sentinel, "_RESTART_S", 0.0)
    silent = Exchange("e1", REQUEST, None, TransportError(kind, ""), 1.0, 2.0, Role.TABLE)
    said: list[tuple[float, str]] = []
    watch = sentinel.Sentinel(
        plan_for(target, {}),
        send=lambda _: silent,
        connects=lambda: False,
        renew=lambda _: False,
        keep=lambda _: None,
        note=lambda seconds, why: said.append((seconds, why)),
    )
    watch.note(silent)
    assert watch.server_is_gone
    ((seconds, why),) = said
    assert seconds == longest
    assert why.startswith(words)
