"""A query parameter that breaks its schema is refused as promised."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    MISSING,
    Applies,
    Case,
    Check,
    Fail,
    Json,
    Judgement,
    NotApplicable,
    Part,
    Script,
    Severity,
    Subject,
    Transcript,
    control,
    prepared,
    resolve,
    send,
    with_part,
)
from apicheck.checks.errors._refusals import refused_as_promised, unspoken
from apicheck.checks.errors._violations import Violation, bad_values, varied

_TRIED = 8
_SCALARS = {"integer", "number", "boolean"}


def applies(subject: Subject) -> Applies | NotApplicable:
    """To operations that have a query parameter of which a schema says something."""
    if why := unspoken(subject, "schema"):
        return why
    if not cases(subject):
        return NotApplicable("no schema of a query parameter excludes anything")
    return Applies(of=("requests.schema",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """One broken rule each; formats only where the policy makes rules of them."""
    formats = unspoken(subject, "format") is None
    due = [one for one in _violations(subject) if one.kind != "format" or formats]
    tried = due if subject.world.thorough else varied(due, _TRIED)
    return tuple(
        _case(one, number) for number, one in enumerate(dict.fromkeys(map(_key, tried)), start=1)
    )


def _key(violation: Violation) -> tuple[str, str, str | None]:
    text = None if violation.value is MISSING else str(violation.value)
    return violation.kind, violation.pointer, text


def _case(key: tuple[str, str, str | None], number: int) -> Case:
    kind, name, text = key
    value = {"kind": kind, "parameter": name}
    return Case(f"{kind} {name} {number}", value if text is None else {**value, "value": text})


def _violations(subject: Subject) -> Iterator[Violation]:
    for parameter in subject.op.parameters:
        if parameter.place != "query":
            continue
        if parameter.required:
            yield Violation("required", parameter.name, MISSING)
        schema = resolve(subject.world.spec.document, parameter.schema)
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
    assert subject.case is not None  # cases() made it
    case = subject.case.value
    yield from control(subject)
    request = yield from prepared(subject)
    part = Part("query", case["parameter"])
    yield from send(with_part(request, subject.op, part, case.get("value", MISSING)))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with another status."""
    kind = subject.case.value["kind"] if subject.case else ""
    promise = "format" if kind == "format" else "schema"
    return refused_as_promised(subject, transcript, promise, kind)


CHECK = Check(
    title="A query parameter that breaks its schema is refused as promised",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("requests.schema", "requests.format"),
    standards=("rfc9110#15.5.21", "openapi-3.1.1#parameter-object"),
    outcomes=(Fail("accepted", Severity.LOW), Fail("wrong-status", Severity.LOW)),
    proven_by={
        "accepted": ("errors/ignores-query-schemas",),
        "wrong-status": ("errors/invalid-query-answered-with-other-status",),
    },
    also={
        "errors/invalid-query-answered-with-other-status": ("conformance/response",),
    },
)
