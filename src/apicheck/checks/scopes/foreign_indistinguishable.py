"""The response for a foreign object does not differ from the one for an unknown id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from apicheck.authoring import (
    MISSING,
    Applies,
    Case,
    Check,
    Exchange,
    Failure,
    Inconclusive,
    Json,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    steps,
)
from apicheck.checks.scopes._foreign import (
    applies_to_foreign,
    end_if_id_is_ours,
    foreign_owners,
    obtain_foreign_identity,
    send_foreign,
    with_unknown_ids,
)

_ID = "{id}"
_DIGITS = re.compile(r"\d+")
"""Numbers in header fields are dates, durations and remaining limits."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To operations whose path names an object for which the policy says `as-absent`."""
    applies = applies_to_foreign(subject, "path")
    if isinstance(applies, Applies) and not cases(subject):
        return NotApplicable("the policy does not promise the response for an unknown id")
    return applies


def cases(subject: Subject) -> tuple[Case, ...]:
    """An object of each kind of owner to which the policy promises `as-absent`."""
    foreign = subject.facts.authorization.foreign
    kinds = [whose for whose in foreign_owners(subject, "path") if foreign[whose].response is None]
    return tuple(
        Case(f"an object of another {whose}", whose, fact=f"authorization.foreign.{whose}")
        for whose in kinds
    )


def script(subject: Subject) -> Script:
    """An unknown id, the foreign object, and an unknown id again.

    What changes by itself differs between the first response and the last; it does not count.
    """
    other = yield from obtain_foreign_identity(subject, subject.row.value)
    yield from build.send_control(subject)
    foreign = yield from build.valid_request(
        subject, identity=build.identity_of(subject), owner=other, refused=True
    )
    yield from end_if_id_is_ours(subject, foreign, other)
    own = yield from build.valid_request(subject, refused=True)
    yield from steps.send(with_unknown_ids(subject, foreign), Role.SETUP)
    yield from send_foreign(subject, foreign, other)
    yield from steps.send(with_unknown_ids(subject, own), Role.SETUP)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Headers and body are the same, apart from what changes by itself."""
    asked = [e for e in transcript.of_role(Role.SETUP) if e.request.operation == subject.op.id]
    absent = [e for e in asked if e.response is not None][-2:]
    whose = subject.row.value
    for exchange in transcript.exercised:
        if exchange.response is None or len(absent) < 2:
            return Inconclusive("a response to compare with did not come")
        if {exchange.status} != {one.status for one in absent}:
            return NotApplicable("the status differs already, which scopes/foreign-object reports")
        for outcome, read in (("headers", _read_headers), ("body", _read_body)):
            contents = (read(subject, one) for one in (absent[0], exchange, absent[1]))
            if names := _find_differences(outcome, *contents):
                actual = f"it differs in {', '.join(filter(None, names)) or 'its text'}"
                expected = "the same response as for an unknown id"
                return Failure(outcome, expected, actual, whose, exchange.id)
    return None


def _find_differences(
    outcome: str, first: Mapping[str, str], foreign: Mapping[str, str], last: Mapping[str, str]
) -> list[str]:
    """Names of what differs between the foreign response and the two around it."""
    shown = {name: foreign.get(name) for name in first if name in last}
    changed = [
        name
        for name, value in shown.items()
        if value is None or (first[name] == last[name] and _differ(outcome, value, first[name]))
    ]
    added = [name for name in foreign if name not in first and name not in last]
    return sorted([*changed, *added])


def _differ(outcome: str, one: str, other: str) -> bool:
    if outcome == "headers":
        one, other = _DIGITS.sub("0", one), _DIGITS.sub("0", other)
    return one != other


def _read_headers(subject: Subject, exchange: Exchange) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for name, value in exchange.received.headers:
        if name.lower() != "content-length":  # it follows the body
            found.setdefault(name.lower(), []).append(_without_id(subject, exchange, value))
    return {name: ", ".join(values) for name, values in found.items()}


def _read_body(subject: Subject, exchange: Exchange) -> dict[str, str]:
    value = exchange.json_or(MISSING)
    if value is not MISSING:
        return dict(_leaves(value, subject, exchange))
    text = exchange.received.body.decode("utf-8", "replace")
    return {"": _without_id(subject, exchange, text)}


def _leaves(value: Json, subject: Subject, exchange: Exchange) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    waiting: list[tuple[str, Json]] = [("", value)]
    while waiting:
        pointer, inner = waiting.pop()
        if isinstance(inner, dict):
            waiting += [(f"{pointer}/{key}", member) for key, member in inner.items()]
        elif isinstance(inner, list):
            waiting += [(f"{pointer}/{index}", item) for index, item in enumerate(inner)]
        if not isinstance(inner, dict | list) or not inner:
            found.append((pointer, _without_id(subject, exchange, repr(inner))))
    return found


def _without_id(subject: Subject, exchange: Exchange, text: str) -> str:
    """Take the ids of the request's path, which rightly differ, out of a text."""
    for value in subject.op.path_values(exchange.request.path).values():
        for written in {value, quote(value, safe="")} - {""}:
            text = text.replace(written, _ID)
    return text


CHECK = Check(
    title="The response for a foreign object is the same as for an unknown id",
    failure_title="The response for a foreign object differs from the one for an unknown id",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authorization.foreign",),
    standards=("rfc9110#15.5.4", "rfc9110#15.5.5"),
    outcomes=(Outcome("headers", Severity.LOW), Outcome("body", Severity.LOW)),
    proven_by={
        "headers": ("scopes/foreign-object-told-by-header",),
        "body": ("scopes/foreign-object-told-by-body",),
    },
)
