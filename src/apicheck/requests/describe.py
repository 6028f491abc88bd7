"""Describe the response to a request in a phrase."""

from __future__ import annotations

import re

from apicheck.model.exchange import Exchange

_WORDS_SHOWN = 160


def describe(exchange: Exchange) -> str:
    """Describe a response in a phrase: "200 OK"; or why none came."""
    if exchange.response is None:
        return exchange.error.kind.value if exchange.error else "no response"
    reason = exchange.response.reason
    return f"{exchange.response.status} {reason}".strip()


def quote_server(exchange: Exchange) -> str:
    """Quote the status and the beginning of the body, the server's own words."""
    if exchange.response is None:
        return describe(exchange)
    text = exchange.response.body.decode("utf-8", "replace")
    text = re.sub(r"\s+", " ", re.sub(r"[^\x20-\x7e\xa0-\U0010ffff]", " ", text)).strip()
    shortened = text[:_WORDS_SHOWN] + ("…" if len(text) > _WORDS_SHOWN else "")
    return f"{exchange.response.status}: {shortened}" if shortened else describe(exchange)
