"""Responses of a deprecated operation link to what takes over and what explains it."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import Check, Exchange, Failure, Outcome, RunContext, Severity, folds
from apicheck.authoring.facts import Deprecation
from apicheck.checks.versioning._lifecycle import (
    FACT,
    applies_where,
    fail,
    find_related,
    leads_to,
    list_due_by_standard,
    wanted_links,
)


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Every relation on every response that announces a deprecation is one test."""
    for item in list_due_by_standard(context, exchange):
        for relation, url in wanted_links(item).items():
            yield FACT, _judge(context, item, exchange, relation, url)


def _judge(
    context: RunContext, item: Deprecation, exchange: Exchange, relation: str, url: str
) -> Failure | None:
    due = f"a Link with rel={relation}"
    found = find_related(exchange, relation)
    if not found:
        field = ", ".join(exchange.received.header_values("Link"))
        return fail(exchange, "absent", due, f"Link: {field}" if field else "no Link", relation)
    successor = item.successor if relation == "successor-version" else ""
    if any(leads_to(context, exchange, link, url, successor) for link in found):
        return None
    target = url or context.spec.operation(successor).path
    actual = f"a link to {found[0].target}"
    return fail(exchange, "differs", f"{due} to {target}", actual, relation)


CHECK = Check(
    title="Responses of a deprecated operation link as promised",
    failure_title="Responses of a deprecated operation do not link as promised",
    applies=applies_where(wanted_links, "no deprecation of the policy has a successor or links"),
    fold=folds.per_exchange(inspect),
    reads=(FACT,),
    standards=("rfc8288#3", "rfc5829#3.5", "rfc9745#3", "rfc8594#6"),
    outcomes=(Outcome("absent", Severity.LOW), Outcome("differs", Severity.LOW)),
    proven_by={
        "absent": ("versioning/omits-successor-link",),
        "differs": ("versioning/successor-link-differs",),
    },
)
