"""Which responses announce a deprecation, and what they say: dates, links, and words for both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from apicheck.authoring import (
    Applies,
    Exchange,
    Failure,
    NotApplicable,
    RunContext,
    Subject,
    applying,
    fields,
    judging,
    selector,
)
from apicheck.authoring.facts import Deprecation
from apicheck.authoring.fields import Link, split_url

FACT = "versioning.deprecations"
_SUCCESS = 2


def applies_where(
    holds: Callable[[Deprecation], object], otherwise: str
) -> Callable[[Subject], Applies | NotApplicable]:
    """Make the `applies` of a check that needs some deprecation. otherwise: why there is none."""
    return applying.applies_where(
        lambda facts: facts.versioning and any(map(holds, facts.versioning.deprecations)), otherwise
    )


applies_to_deprecations = applies_where(
    lambda _: True, "the policy deprecates nothing (versioning.deprecations)"
)
"""Where the policy deprecates operations."""


def applies_to_standard_fields(subject: Subject) -> Applies | NotApplicable:
    """Where the policy announces deprecations in the fields of RFC 9745 and RFC 8594."""
    versioning = subject.facts.versioning
    if versioning is not None and versioning.uses_own_fields:
        return NotApplicable("the policy announces deprecations in fields of its own")
    return applies_to_deprecations(subject)


def find_covering(context: RunContext, exchange: Exchange) -> list[Deprecation]:
    """Find the deprecations of the operation that a response is of.

    A request with another method or in another spelling of the path may never have reached the
    operation, and is of none.
    """
    versioning = context.facts.versioning
    if versioning is None or not _is_of_operation(context, exchange):
        return []
    return [
        item
        for item in versioning.deprecations
        if judging.selector_matches(context, item.ops, exchange)
    ]


def list_due(context: RunContext, exchange: Exchange) -> Iterator[Deprecation]:
    """List the deprecations that a response has to announce: a success, unless `when` says more."""
    for item in find_covering(context, exchange):
        succeeded = exchange.received.succeeded
        if judging.rule_applies(context, item.when, exchange) if item.when else succeeded:
            yield item


def list_due_by_standard(context: RunContext, exchange: Exchange) -> Iterator[Deprecation]:
    """List those of `list_due` that are due in the fields of RFC 9745 and RFC 8594."""
    versioning = context.facts.versioning
    if versioning is not None and not versioning.uses_own_fields:
        yield from list_due(context, exchange)


def _is_of_operation(context: RunContext, exchange: Exchange) -> bool:
    request = exchange.request
    if not request.operation:
        return exchange.received.succeeded
    operation = context.spec.operation(request.operation)
    methods = (operation.method, "HEAD") if operation.method == "GET" else (operation.method,)
    return request.method in methods and selector.selects_path(operation.path, "", request.path)


def fail(exchange: Exchange, outcome: str, due: str, actual: str, what: str = "") -> Failure:
    """A failure that a response shows. what: the field or relation, where there are several."""
    kind = "HEAD" if exchange.request.method == "HEAD" else ""
    if not kind and exchange.status // 100 != _SUCCESS:
        kind = f"{exchange.status // 100}xx"
    return Failure(outcome, due, actual, " on ".join(filter(None, (what, kind))), exchange.id)


def read_deprecation(exchange: Exchange) -> float | None:
    """When a response says that its operation is deprecated; None where it says nothing readable.

    In epoch seconds, from a date of RFC 9745 or the HTTP date of its drafts.
    """
    written = exchange.received.header("Deprecation") or ""
    moment = fields.parse_structured_date(written)
    return fields.parse_http_date(written) if moment is None else float(moment)


def read_sunset(exchange: Exchange) -> float | None:
    """When a response says that its operation ends, in epoch seconds; None as above."""
    return fields.parse_http_date(exchange.received.header("Sunset") or "")


def is_at(moment: float, written: str) -> bool:
    """Whether a moment is the one in the policy; a date in the policy is its whole day."""
    span = fields.parse_instant(written)
    return span is None or span[0] <= moment <= span[1]


def format_structured_date(written: str) -> str:
    """Write a date of the policy as Deprecation must, for messages."""
    span = fields.parse_instant(written)
    return f"@{int(span[0])}, {written}" if span else "@ and seconds"


def format_http_date(written: str) -> str:
    """Write a date of the policy as Sunset must, for messages."""
    span = fields.parse_instant(written)
    if span is None:
        return "an IMF-fixdate"
    return f"{datetime.fromtimestamp(span[0], UTC):%a, %d %b %Y %H:%M:%S} GMT"


def format_day(moment: float) -> str:
    """Write epoch seconds as a day, for messages; as they are where no calendar reaches."""
    try:
        return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):
        return f"@{moment:.0f}"


def wanted_links(item: Deprecation) -> dict[str, str]:
    """The relations that a response must have, with the URL of each, "" for any."""
    wanted = dict(item.links)
    if item.successor:
        wanted.setdefault("successor-version", "")
    return wanted


def find_related(exchange: Exchange, relation: str) -> list[Link]:
    """Find the links of a response that have a relation."""
    field = ", ".join(exchange.received.header_values("Link"))
    return [link for link in fields.find_links(field) if relation.lower() in link.relations]


def leads_to(context: RunContext, exchange: Exchange, link: Link, url: str, successor: str) -> bool:
    """Whether a link leads to a URL, or without one to the successor ("": to any target).

    A link may name a host whose base path is another than that of the target or the document.
    """
    if url:
        parts = split_url(link.target)
        return link.target == url or (parts is not None and parts[2:] == urlsplit(url)[2:])
    if not successor:
        return True
    parts = split_url(link.target, exchange.request.path)
    if parts is None:
        return False
    operation, base = context.spec.operation(successor), urlsplit(context.base_url).path.rstrip("/")
    paths = {parts.path, parts.path.removeprefix(base)}
    templates = {operation.path, operation.path.removeprefix(operation.prefix)}
    return any(selector.selects_path(one, "", path) for one in templates for path in paths)


def read_moment(exchange: Exchange) -> float | None:
    """When the target sent a response, in epoch seconds: by its virtual clock, or by Date."""
    if exchange.travelled_to is not None:
        return exchange.travelled_to.timestamp()
    return fields.parse_http_date(exchange.received.header("Date") or "")
