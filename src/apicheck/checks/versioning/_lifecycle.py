"""The dates of a policy as header fields write them, and the targets of links."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from apicheck.authoring import Exchange, RunContext, fields, selector
from apicheck.authoring.fields import Link, split_url


def is_at(moment: float, written: str) -> bool:
    """Whether a moment is the one in the policy; a date in the policy is its whole day."""
    span = fields.parse_instant(written)
    return span is None or span[0] <= moment <= span[1]


def format_structured_date(written: str) -> str:
    """Write a date of the policy as Deprecation must, for messages."""
    span = fields.parse_instant(written)
    return f"@{int(span[0])}, {written}" if span else "@…"


def format_http_date(written: str) -> str:
    """Write a date of the policy as Sunset must, for messages."""
    span = fields.parse_instant(written)
    if span is None:
        return "an IMF-fixdate"
    return f"{datetime.fromtimestamp(span[0], UTC):%a, %d %b %Y %H:%M:%S} GMT"


def leads_to(context: RunContext, exchange: Exchange, link: Link, url: str, successor: str) -> bool:
    """Whether a link leads to a URL, or without one to the successor ("": to any target)."""
    if url:
        parts = split_url(link.target)
        return link.target == url or (parts is not None and parts[2:] == urlsplit(url)[2:])
    if not successor:
        return True
    parts = split_url(link.target, exchange.request.path)
    template = context.spec.operation(successor).path
    return parts is not None and selector.selects_path(template, "", parts.path)
