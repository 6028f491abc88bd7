"""No answer of the run is a failure of the server."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Exchange,
    Fail,
    Fails,
    Severity,
    World,
    describe,
    each,
)

_SERVER_ERROR = 500


def looks(_: World, exchange: Exchange) -> Iterator[tuple[str, Fails | None]]:
    """Every answer, but for failures that a check provokes and judges itself."""
    if exchange.observed("provoked") or exchange.observed("asked-to-fail"):
        return
    failed = exchange.status >= _SERVER_ERROR
    wrong = Fails(
        "server-error",
        "any answer below 500",
        describe(exchange),
        str(exchange.status),
        exchange.id,
    )
    yield "", wrong if failed else None


CHECK = Check(
    title="No answer is a failure of the server",
    fold=each(looks),
    heard_from=("errors/malformed-body", "errors/unknown-object"),
    standards=("rfc9110#15.6",),
    outcomes=(Fail("server-error", Severity.HIGH),),
    proven_by={
        "server-error": ("errors/fails-on-malformed-body", "errors/fails-on-unknown-object"),
    },
    also={
        "errors/fails-on-malformed-body": (
            "auth/order",
            "errors/malformed-body",
            "errors/server-error",
            "scopes/order",
        ),
        "errors/fails-on-unknown-object": (
            "auth/order",
            "behaviour/example",
            "errors/server-error",
            "errors/unknown-object",
            "scopes/*",
        ),
    },
)
