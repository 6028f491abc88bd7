"""Responses announce a deprecation: its date, the end of the operation, and the successor."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Failure,
    NotApplicable,
    Outcome,
    RunContext,
    Severity,
    Subject,
    fields,
    folds,
    judging,
)
from apicheck.authoring.facts import Deprecation
from apicheck.checks.versioning._lifecycle import (
    format_http_date,
    format_structured_date,
    is_at,
    leads_to,
)

_FACT = "versioning.deprecations"


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the policy deprecates operations."""
    versioning = subject.facts.versioning
    if versioning is not None and versioning.deprecations:
        return Applies()
    return NotApplicable("the policy deprecates nothing")


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Deprecation, Sunset, each link and each field of the provider's own is one promise."""
    response, versioning = exchange.received, context.facts.versioning
    if versioning is None or not versioning.deprecations:
        return
    covering = [
        item
        for item in versioning.deprecations
        if judging.selector_matches(context, item.ops, exchange)
    ]
    for item in covering:
        due = (
            judging.rule_applies(context, item.when, exchange) if item.when else response.succeeded
        )
        if due:
            own = versioning.others.get("standard") == "own"
            for result in _judge_item(context, item, exchange, own=own):
                yield _FACT, result
    if not covering and response.succeeded and not _may_announce(context, exchange):
        yield _FACT, _judge_undue(exchange)


def _judge_item(
    context: RunContext, item: Deprecation, exchange: Exchange, *, own: bool
) -> Iterator[Failure | None]:
    for name, rule in item.headers.items():
        value = exchange.received.header(name)
        if value is None:
            yield _fail(exchange, "deprecation-absent", f"a {name} field", f"no {name}", name)
        elif (rule.equals or value) != value or not re.fullmatch(rule.pattern or ".*", value):
            due = f"{name}: {rule.equals or rule.pattern}"
            yield _fail(exchange, "deprecation-differs", due, f"{name}: {value}", name)
        else:
            yield None
    if own:
        return
    yield _judge_deprecation(item, exchange)
    if item.sunset or exchange.received.header("Sunset") is not None:
        yield _judge_sunset(item, exchange)
    wanted = dict(item.links)
    if item.successor:
        wanted.setdefault("successor-version", "")
    for relation, url in wanted.items():
        yield _judge_link(context, item, exchange, relation, url)


def _judge_deprecation(item: Deprecation, exchange: Exchange) -> Failure | None:
    value = exchange.received.header("Deprecation")
    due = f"Deprecation: {format_structured_date(item.since)}"
    if value is None:
        return _fail(exchange, "deprecation-absent", due, "no Deprecation field")
    moment = fields.parse_structured_date(value)
    if moment is None:
        due = f"{due} (a date of RFC 9651: @ and seconds)"
        return _fail(exchange, "deprecation-malformed", due, f"Deprecation: {value}")
    if not is_at(moment, item.since):
        return _fail(exchange, "deprecation-differs", due, f"Deprecation: {value}")
    return None


def _judge_sunset(item: Deprecation, exchange: Exchange) -> Failure | None:
    value = exchange.received.header("Sunset")
    due = f"Sunset: {format_http_date(item.sunset)}"
    if value is None:
        return _fail(exchange, "sunset-absent", due, "no Sunset field")
    moment = fields.parse_http_date(value)
    if moment is None:
        return _fail(exchange, "sunset-malformed", f"{due} (an IMF-fixdate)", f"Sunset: {value}")
    deprecated = fields.parse_structured_date(exchange.received.header("Deprecation") or "")
    if deprecated is not None and moment < deprecated:
        due = "a Sunset no earlier than the Deprecation"
        actual = f"Deprecation: @{deprecated}, Sunset: {value}"
        return _fail(exchange, "sunset-before-deprecation", due, actual)
    if not is_at(moment, item.sunset):
        return _fail(exchange, "sunset-differs", due, f"Sunset: {value}")
    return None


def _judge_link(
    context: RunContext, item: Deprecation, exchange: Exchange, relation: str, url: str
) -> Failure | None:
    field = ", ".join(exchange.received.header_values("Link"))
    due = f"a Link with rel={relation}"
    found = [link for link in fields.find_links(field) if relation.lower() in link.relations]
    if not found:
        actual = f"Link: {field}" if field else "no Link"
        return _fail(exchange, "link-absent", due, actual, relation)
    successor = item.successor if relation == "successor-version" else ""
    if any(leads_to(context, exchange, link, url, successor) for link in found):
        return None
    target = url or context.spec.operation(successor).path
    actual = f"a link to {found[0].target}"
    return _fail(exchange, "link-differs", f"{due} to {target}", actual, relation)


def _judge_undue(exchange: Exchange) -> Failure | None:
    value = exchange.received.header("Deprecation")
    if value is None:
        return None
    due = "no Deprecation field: neither the policy nor the document deprecates the operation"
    return _fail(exchange, "undue", due, f"Deprecation: {value}")


def _may_announce(context: RunContext, exchange: Exchange) -> bool:
    """Whether the document deprecates the operation, or does not declare it."""
    operation = exchange.request.operation
    return not operation or context.spec.operation(operation).deprecated


def _fail(exchange: Exchange, outcome: str, due: str, actual: str, detail: str = "") -> Failure:
    return Failure(outcome, due, actual, detail, exchange.id)


CHECK = Check(
    title="Responses announce deprecations as promised",
    failure_title="Responses do not announce deprecations as promised",
    applies=applies,
    fold=folds.per_exchange(inspect),
    reads=("versioning.deprecations",),
    standards=("rfc9745#2", "rfc8594#3", "rfc8288#3", "rfc5829#3"),
    outcomes=(
        Outcome("deprecation-absent", Severity.MEDIUM),
        Outcome("deprecation-malformed", Severity.MEDIUM),
        Outcome("deprecation-differs", Severity.MEDIUM),
        Outcome("sunset-absent", Severity.MEDIUM),
        Outcome("sunset-malformed", Severity.MEDIUM),
        Outcome("sunset-differs", Severity.MEDIUM),
        Outcome("sunset-before-deprecation", Severity.MEDIUM),
        Outcome("link-absent", Severity.LOW),
        Outcome("link-differs", Severity.LOW),
        Outcome("undue", Severity.MEDIUM),
    ),
    proven_by={
        "deprecation-absent": ("versioning/omits-deprecation",),
        "deprecation-malformed": ("versioning/deprecation-true",),
        "deprecation-differs": ("versioning/deprecation-differs",),
        "sunset-absent": ("versioning/omits-sunset",),
        "sunset-malformed": ("versioning/sunset-iso",),
        "sunset-differs": ("versioning/sunset-differs",),
        "sunset-before-deprecation": ("versioning/sunset-before-deprecation",),
        "link-absent": ("versioning/omits-successor-link",),
        "link-differs": ("versioning/successor-link-differs",),
        "undue": ("versioning/deprecates-current",),
    },
)
