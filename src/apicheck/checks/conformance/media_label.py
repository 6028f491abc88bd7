"""A body is what its Content-Type says."""

from __future__ import annotations

import json
from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Outcome,
    RunContext,
    Severity,
    folds,
    validation,
)
from apicheck.checks.conformance._media import parse_media_type

_HTML = "text/html"
_MARK = b"\xef\xbb\xbf"
_SHOWN = 40
_DECODED = ("", "identity", "gzip", "x-gzip", "deflate")
"""Codings that are undone where a response is recorded."""


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Judge every body with a label that says JSON or HTML; others may be anything."""
    response = exchange.received
    coding = (response.header("content-encoding") or "").strip().lower()
    if exchange.bodiless or response.truncated or coding not in _DECODED:
        return
    labels = response.header_values("content-type")
    if len(labels) != 1 or not response.body.strip():
        return
    sent = parse_media_type(labels[0])
    if sent.is_json:
        yield "", _judge_json(exchange)
    elif sent.name == _HTML and not _documents_html(context, exchange):
        yield "", _judge_html(exchange)


def _judge_json(exchange: Exchange) -> Failure | None:
    body = exchange.received.body
    text = body.removeprefix(_MARK).decode("utf-8", "replace")
    # Where a secret was a number, the placeholder that replaces it breaks the syntax.
    if _is_json(body.removeprefix(_MARK)) or validation.has_placeholder(text):
        return None
    return Failure("not-json", "a JSON body, as Content-Type says", repr(text[:_SHOWN]),
                   exchange=exchange.id)  # fmt: skip


def _judge_html(exchange: Exchange) -> Failure | None:
    body = exchange.received.body.strip()
    if body[:1] not in (b"{", b"[") or not _is_json(body):
        return None
    expected, text = "HTML, as Content-Type says", body.decode("utf-8", "replace")
    return Failure("json-as-html", expected, f"JSON: {text[:_SHOWN]}", exchange=exchange.id)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return False
    return True


def _documents_html(context: RunContext, exchange: Exchange) -> bool:
    if not exchange.request.operation:
        return False
    documented = context.spec.operation(exchange.request.operation).response_for(exchange.status)
    return documented is not None and any(
        parse_media_type(one.media_type).name == _HTML for one in documented.media
    )


CHECK = Check(
    title="A body is what its Content-Type says",
    failure_title="A body is not what its Content-Type says",
    fold=folds.per_exchange(inspect),
    triggered_by=("errors/unknown-path",),
    standards=("rfc9110#8.3", "rfc8259#2"),
    outcomes=(Outcome("json-as-html", Severity.MEDIUM), Outcome("not-json", Severity.LOW)),
    proven_by={
        "json-as-html": ("conformance/labels-json-as-html",),
        "not-json": ("conformance/labels-text-as-json",),
    },
)
