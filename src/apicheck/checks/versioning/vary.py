"""A response that depends on a header field with the version says so in Vary."""

from __future__ import annotations

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
    versions,
)
from apicheck.checks.versioning._echo import is_versioned

_FACT = "versioning.vary"
_READS = ("GET", "HEAD")
_KEPT = ("max-age", "s-maxage")


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where a header field chooses the version."""
    if not _list_fields(subject.context):
        return NotApplicable("no header field chooses the version")
    return Applies()


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Every read that was accepted is one test, where Vary is promised or a cache keeps it."""
    found, wanted = versions.find_versions(context), _list_fields(context)
    if found is None or not wanted or not exchange.request.operation:
        return
    if exchange.request.method not in _READS or not exchange.succeeded:
        return
    if not is_versioned(context, found, exchange) or not _is_due(context, exchange):
        return
    named = {
        name.lower()
        for line in exchange.received.header_values("vary")
        for name in fields.split_list(line)
    }
    missing = [] if "*" in named else [name for name in wanted if name.lower() not in named]
    if missing:
        due = f"Vary: {', '.join(wanted)}"
        actual = f"no {', '.join(missing)} in Vary"
        yield _FACT, Failure("absent", due, actual, exchange=exchange.id)
    else:
        yield _FACT, None


def _list_fields(context: RunContext) -> tuple[str, ...]:
    """The header fields that choose the version. `also` is one where Vary is promised."""
    facts = context.facts.versioning
    if facts is None:
        return ()
    own = {"header": facts.name, "media": "Accept"}.get(facts.place or "", "")
    also = facts.also if facts.vary else ""
    return tuple(filter(None, (own, also)))


def _is_due(context: RunContext, exchange: Exchange) -> bool:
    """Whether the policy promises Vary, or the response lets caches keep it for a while."""
    facts = context.facts.versioning
    if facts is not None and facts.vary:
        return True
    kept = {
        directive.lower().partition("=")[::2]
        for line in exchange.received.header_values("cache-control")
        for directive in fields.split_list(line)
    }
    names = {name.strip() for name, _ in kept}
    lasts = any(
        name.strip() in _KEPT and value.strip('" ') not in ("", "0") for name, value in kept
    )
    return lasts and "no-store" not in names


CHECK = Check(
    title="A response that depends on a header field with the version says so in Vary",
    failure_title="A response does not say in Vary that it depends on the field with the version",
    applies=applies,
    fold=folds.per_exchange(inspect),
    reads=(_FACT, "versioning.in", "versioning.also"),
    triggered_by=("versioning/supported",),
    standards=("rfc9110#12.5.5", "rfc9111#4.1"),
    outcomes=(Outcome("absent", Severity.LOW),),
    proven_by={"absent": ("versioning/omits-version-in-vary",)},
)
