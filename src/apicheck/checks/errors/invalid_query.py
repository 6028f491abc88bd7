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
from apicheck.checks.errors._broken_rules import case_of, judge, select_violations, send_violation
from apicheck.checks.errors._refusals import not_promised
from apicheck.checks.errors._violations import Violation, bad_values

_TRIED = 8
_SCALARS = {"integer", "number", "boolean"}


def applies(subject: Subject) -> Applies | NotApplicable:
    """To operations that have a query parameter of which a schema says something."""
    if why := not_promised(subject, "schema"):
        return why
    if not cases(subject):
        return NotApplicable("no schema of a query parameter excludes anything")
    return Applies(facts=("requests.schema",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """One broken rule each; formats only where the policy makes rules of them."""
    rows = dict.fromkeys(select_violations(subject, _violations(subject), _TRIED))
    return tuple(
        case_of(f"{one.kind} {one.pointer} {number}", one)
        for number, one in enumerate(rows, start=1)
    )


def _violations(subject: Subject) -> Iterator[Violation]:
    for parameter in subject.op.parameters:
        if parameter.place != "query":
            continue
        if parameter.required:
            yield Violation("required", parameter.name, MISSING)
        schema = schemas.resolve_schema(subject.context.spec.document, parameter.schema)
        if isinstance(schema, dict):
            yield from (Violation(kind, parameter.name, bad) for kind, bad in _as_text(schema))


def _as_text(schema: dict[str, Json]) -> Iterator[tuple[str, str]]:
    """Rules that a text can break: any text is a text, and a list of one."""
    types = schema.get("type")
    named = set(types) if isinstance(types, list) else {types}
    if "array" in named or "object" in named:
        return
    for kind, bad in bad_values(schema):
        if kind == "type":
            if named <= _SCALARS:
                yield "type", "apicheck"
        elif bad != "":
            yield kind, str(bad)


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then with one parameter that breaks a rule."""
    return send_violation(subject, "query")


CHECK = Check(
    title="A query parameter that breaks its schema is refused as promised",
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
    also={
        "errors/invalid-query-answered-with-other-status": ("conformance/response",),
    },
)
