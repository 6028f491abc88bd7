"""A response names the version that served the request."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Outcome,
    RunContext,
    Severity,
    Versions,
    applying,
    folds,
    versions,
)
from apicheck.authoring.facts import ServedBy
from apicheck.checks.versioning._echo import find_echo, is_same, is_versioned

_FACT = "versioning.echo"


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Every response that must have the field is one test of the promise."""
    found = versions.find_versions(context)
    if found is None or not exchange.request.operation:
        return
    if not is_versioned(context, found, exchange):
        return
    echo = find_echo(context, exchange)
    if echo is None:
        return
    wanted = find_serving(context, found, exchange)
    if wanted is None:
        return
    due = f"{echo.field}: {found.write(wanted)}" if wanted else f"a {echo.field} field"
    if echo.value is None:
        yield _FACT, Failure("absent", due, f"no version in {echo.field}", exchange=exchange.id)
    elif wanted and not is_same(found, echo.value, wanted):
        actual = f"{echo.field}: {echo.value}"
        yield _FACT, Failure("differs", due, actual, exchange=exchange.id)
    else:
        yield _FACT, None


def find_serving(context: RunContext, found: Versions, exchange: Exchange) -> str | None:
    """The version that must have served a request; "" where the policy does not say which.

    None for a request that should not have been served at all, or of which other checks know.
    """
    facts, named = context.facts.versioning, found.read(exchange.request)
    if named is None:
        missing = facts.missing if facts else None
        return missing.serves if isinstance(missing, ServedBy) else ""
    known = found.known.get(named)
    if known is None:
        return None
    return known.serves or (named if known.is_served else None)


CHECK = Check(
    title="Responses name the version that served the request",
    failure_title="Responses do not name the version that served the request",
    applies=applying.applies_where(
        lambda facts: facts.versioning and facts.versioning.echo,
        f"the policy promises no such field ({_FACT})",
    ),
    fold=folds.per_exchange(inspect),
    reads=(_FACT,),
    triggered_by=("versioning/supported",),
    outcomes=(Outcome("absent", Severity.LOW), Outcome("differs", Severity.MEDIUM)),
    proven_by={
        "absent": ("versioning/omits-echo",),
        "differs": ("versioning/echoes-newest-version",),
    },
)
