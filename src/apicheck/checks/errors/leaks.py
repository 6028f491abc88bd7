"""An error tells nothing of the inside of the server, and repeats no credential."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Exchange,
    Fail,
    Fails,
    Severity,
    World,
    each,
)
from apicheck.checks.errors._traces import PATTERNS

_ERRORS = 400
_READ = 16 * 1024
_SHOWN = 80
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)


def looks(world: World, exchange: Exchange) -> Iterator[tuple[str, Fails | None]]:
    """Every error with a body, or one that repeats a credential, is one test."""
    response = exchange.response
    assert response is not None  # `each` hands over answered exchanges only
    if response.status >= _ERRORS:
        yield "", _credential(exchange) or _inside(world, exchange)


def _credential(exchange: Exchange) -> Fails | None:
    for seen in exchange.observed("leaks"):
        expected = "an error that repeats no credential"
        where = f"{seen.about} in its {seen.value}"
        return Fails("credential", expected, where, seen.value, exchange.id)
    return None


def _inside(world: World, exchange: Exchange) -> Fails | None:
    assert exchange.response is not None  # looks() saw to it
    text = _readable(exchange.response.body[:_READ].decode("utf-8", "replace"))
    for outcome, pattern in PATTERNS.items():
        for found in pattern.finditer(text):
            words = found.group()
            if not _is_known(world, exchange, words):
                expected = "an error without the inside of the server"
                return Fails(outcome, expected, words[:_SHOWN], exchange=exchange.id)
    return None


def _readable(text: str) -> str:
    """The text as a person reads it: what JSON writes as an escape stands as it is."""
    return _ESCAPE.sub(lambda found: _character(found[1]), text)


def _character(escape: str) -> str:
    if len(escape) > 1:
        return chr(int(escape[1:], 16))
    return {"n": "\n", "t": "\t", "r": "\r"}.get(escape, escape)


def _is_known(world: World, exchange: Exchange, words: str) -> bool:
    """Whether the caller sent the words, or the document has them: then nothing is told."""
    request = exchange.request
    sent = [request.path, *(value for pair in (*request.query, *request.headers) for value in pair)]
    sent.append((request.body or b"").decode("utf-8", "replace"))
    return any(words in _readable(text) for text in sent) or words in _documented(world)


def _documented(world: World) -> str:
    return json.dumps(world.spec.document, default=str, ensure_ascii=False)


CHECK = Check(
    title="Errors tell nothing of the inside of the server",
    fold=each(looks),
    heard_from=(
        "auth/missing-credentials",
        "auth/bad-credentials",
        "errors/unknown-path",
        "errors/malformed-body",
        "errors/invalid-body",
    ),
    standards=("https://cwe.mitre.org/data/definitions/209.html", "rfc9457#5"),
    outcomes=(
        Fail("credential", Severity.CRITICAL),
        Fail("stack-trace", Severity.MEDIUM),
        Fail("sql-error", Severity.MEDIUM),
        Fail("source-path", Severity.LOW),
        Fail("banner", Severity.LOW),
    ),
    proven_by={
        "credential": ("errors/echoes-credential",),
        "stack-trace": ("errors/shows-python-trace", "errors/shows-java-trace"),
        "sql-error": ("errors/shows-sql-error",),
        "source-path": ("errors/shows-source-path",),
        "banner": ("errors/shows-banner",),
    },
    also={
        # Where a policy promises the words of an error.
        "errors/echoes-credential": ("errors/envelope",),
        "errors/shows-python-trace": ("errors/envelope",),
        "errors/shows-java-trace": ("errors/envelope",),
        "errors/shows-sql-error": ("errors/envelope",),
        "errors/shows-source-path": ("errors/envelope",),
        "errors/shows-banner": ("errors/envelope",),
    },
)
