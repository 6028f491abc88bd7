"""Scopes to ask for, and operations that show what a token may do."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from apicheck.authoring import (
    Exchange,
    Failure,
    NotTested,
    NotTestedKind,
    Recipe,
    Subject,
    steps,
)


def find_scoped(subject: Subject) -> tuple[str, tuple[str, ...]]:
    """Find a safe operation that needs no object, and its scopes. Ends the script without one."""
    name = next(_list_scoped(subject), "")
    if not name:
        reason = "no safe operation without parameters needs a scope"
        steps.end_script(NotTested(NotTestedKind.NEEDS_REQUEST, reason))
    return name, subject.context.required_scopes[name]


def list_usual_scopes(subject: Subject) -> tuple[str, ...]:
    """The scopes of an operation, for a request that must have some; () where none needs any."""
    name = next(_list_scoped(subject), "")
    return subject.context.required_scopes[name] if name else ()


def find_beyond(subject: Subject, scopes: Collection[str]) -> str:
    """Find a safe operation that needs more than these scopes; "" where there is none."""
    held = subject.facts.authorization.with_implied(scopes)
    for name in _list_scoped(subject):
        if not set(subject.context.required_scopes.get(name, ())) <= held:
            return name
    return ""


def judge_beside(exchange: Exchange, unwanted: str, outcome: str, expected: str) -> Failure | None:
    """Fail unless `scope` leaves a scope out; without `scope` all that was asked counts.

    The response is one that grants a token (RFC 6749, section 5.1).
    """
    stated = exchange.members.get("scope")
    if isinstance(stated, str) and unwanted not in stated.split():
        return None
    came = "a token, and a response without scope" if stated is None else f"scope {stated!r}"
    return Failure(outcome, expected, came, exchange=exchange.id)


def _list_scoped(subject: Subject) -> Iterator[str]:
    context = subject.context
    for operation in context.spec.operations:
        recipe = context.recipes.get(operation.id)
        plain = isinstance(recipe, Recipe) and not recipe.needs
        scoped = operation.id in context.secured and context.required_scopes.get(operation.id)
        if operation.safe and plain and scoped and _takes_tokens(subject, operation.id):
            yield operation.id


def _takes_tokens(subject: Subject, operation: str) -> bool:
    schemes = subject.context.spec.schemes
    for names in subject.context.alternatives.get(operation, ()):
        if len(names) == 1 and names[0] in schemes and schemes[names[0]].bearer:
            return True
    return False
