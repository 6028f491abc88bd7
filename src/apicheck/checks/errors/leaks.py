"""Error responses reveal no credential and no server internals."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from apicheck.authoring import Check, Exchange, Failure, Outcome, RunContext, Severity, folds
from apicheck.checks.errors._traces import PATTERNS

_ERRORS = 400
_READ = 16 * 1024
_SHOWN = 80
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Judge every error response."""
    if exchange.status >= _ERRORS:
        yield "", _find_credential(exchange) or _find_internals(context, exchange)


def _find_credential(exchange: Exchange) -> Failure | None:
    for leak in exchange.observed("leaks"):
        expected = "an error response that repeats no credential"
        actual = f"{leak.about} in its {leak.value}"
        return Failure("credential", expected, actual, leak.value, exchange.id)
    return None


def _find_internals(context: RunContext, exchange: Exchange) -> Failure | None:
    text = _unescape(exchange.received.body[:_READ].decode("utf-8", "replace"))
    for outcome, pattern in PATTERNS.items():
        for found in pattern.finditer(text):
            words = found.group()
            if not _is_known(context, exchange, words):
                expected = "an error response without server internals"
                return Failure(outcome, expected, words[:_SHOWN], exchange=exchange.id)
    return None


def _unescape(text: str) -> str:
    """Replace JSON's escapes by the characters that they stand for."""
    return _ESCAPE.sub(lambda found: _unescape_one(found[1]), text)


def _unescape_one(escape: str) -> str:
    if len(escape) > 1:
        return chr(int(escape[1:], 16))
    return {"n": "\n", "t": "\t", "r": "\r"}.get(escape, escape)


def _is_known(context: RunContext, exchange: Exchange, words: str) -> bool:
    """Whether the request or the document has the words: then they reveal nothing."""
    request = exchange.request
    sent = [request.path, *(value for pair in (*request.query, *request.headers) for value in pair)]
    sent.append((request.body or b"").decode("utf-8", "replace"))
    return any(words in _unescape(text) for text in sent) or words in _dump_document(context)


def _dump_document(context: RunContext) -> str:
    return json.dumps(context.spec.document, default=str, ensure_ascii=False)


CHECK = Check(
    title="Error responses reveal no credential and no server internals",
    failure_title="An error response reveals a credential or server internals",
    fold=folds.per_exchange(inspect),
    triggered_by=(
        "auth/missing-credentials",
        "auth/bad-credentials",
        "errors/unknown-path",
        "errors/malformed-body",
        "errors/invalid-body",
    ),
    standards=("https://cwe.mitre.org/data/definitions/209.html", "rfc9457#5"),
    outcomes=(
        Outcome("credential", Severity.CRITICAL),
        Outcome("stack-trace", Severity.MEDIUM),
        Outcome("sql-error", Severity.MEDIUM),
        Outcome("source-path", Severity.LOW),
        Outcome("banner", Severity.LOW),
    ),
    proven_by={
        "credential": ("errors/echoes-credential",),
        "stack-trace": ("errors/shows-python-trace", "errors/shows-java-trace"),
        "sql-error": ("errors/shows-sql-error",),
        "source-path": ("errors/shows-source-path",),
        "banner": ("errors/shows-banner",),
    },
)
