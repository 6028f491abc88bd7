"""A query parameter that breaks its schema is refused as promised."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    MISSING,
    Applies,
    Case,
    Check,
    Json,
    NotApplicable,
    Outcome,
    Script,
    Severity,
    Subject,
    schemas,
)
from apicheck.checks.errors._broken_rules import judge, make_case, select_violations, send_violation
from apicheck.checks.errors._refusals import find_promise
from apicheck.checks.errors._violations import Violation, break_rules

_TRIED = 8
_SCALARS = {"integer", "number", "boolean"}


def applies(subject: Subject) -> Applies | NotApplicable:
    """To operations that have a query parameter whose schema excludes something."""
    expected = find_promise(subject, "schema")
    if isinstance(expected, NotApplicable):
        return expected
    if not cases(subject):
        return NotApplicable("no schema of a query parameter excludes anything")
    return Applies(facts=("requests.schema",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """One for each broken rule; formats only where the policy enforces them."""
    rows = dict.fromkeys(select_violations(subject, _find_violations(subject), _TRIED))
    return tuple(
        make_case(f"{one.kind} {one.pointer} {number}", one)
        for number, one in enumerate(rows, start=1)
    )


def _find_violations(subject: Subject) -> Iterator[Violation]:
    for parameter in subject.op.parameters:
        if parameter.place != "query":
            continue
        if parameter.required:
            yield Violation("required", parameter.name, MISSING)
        schema = schemas.resolve_schema(subject.context.spec.document, parameter.schema)
        if isinstance(schema, dict):
            yield from (
                Violation(kind, parameter.name, bad) for kind, bad in _break_as_text(schema)
            )


def _break_as_text(schema: dict[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield the rules that a query value can break: it is always a text, and a list of one."""
    types = schema.get("type")
    named = set(types) if isinstance(types, list) else {types}
    if "array" in named or "object" in named:
        return
    for kind, bad in break_rules(schema):
        if kind == "type":
            if named <= _SCALARS:
                yield "type", "apicheck"
        elif bad != "":
            yield kind, str(bad)


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with one parameter that breaks a rule."""
    return send_violation(subject, "query")


CHECK = Check(
    title="A query parameter that breaks its schema is refused as promised",
    failure_title="A query parameter that breaks its schema is not refused as promised",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("requests.schema", "requests.format"),
    standards=("rfc9110#15.5.21", "openapi-3.1.1#parameter-object"),
    outcomes=(Outcome("accepted", Severity.LOW), Outcome("wrong-status", Severity.LOW)),
    proven_by={
        "accepted": ("errors/ignores-query-schemas",),
        "wrong-status": ("errors/invalid-query-answered-with-other-status",),
    },
)
