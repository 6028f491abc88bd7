"""The answer for somebody else's object cannot be told from that for an object of nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from apicheck.authoring import (
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
    for_absent,
    foreign_identity,
    foreign_owners,
    send_control_as_owner,
)

_ID = "{id}"
_DIGITS = re.compile(r"\d+")
"""Numbers in headers are dates, durations and what is left of limits."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy says `as-absent` of what the path names."""
    applies = applies_to_foreign(subject, "path")
    if isinstance(applies, Applies) and not cases(subject):
        return NotApplicable("the policy does not say that it is answered as an absent one")
    return applies


def cases(subject: Subject) -> tuple[Case, ...]:
    """An object of each kind of owner whose things are answered as absent ones."""
    foreign = subject.facts.authorization.foreign
    kinds = [whose for whose in foreign_owners(subject, "path") if foreign[whose].response is None]
    return tuple(Case(f"an object of another {whose}", whose) for whose in kinds)


def script(subject: Subject) -> Script:
    """For an object of nobody, of somebody else, and of nobody again.

    What changes by itself differs between the first and the last, and so does not count.
    """
    assert subject.case is not None  # cases() made it
    other = yield from foreign_identity(subject, subject.case.value)
    yield from build.send_control(subject)
    foreign = yield from build.valid_request(
        subject, identity=build.identity_of(subject), owner=other
    )
    yield from send_control_as_owner(subject, foreign, other)
    own = yield from build.valid_request(subject)
    yield from steps.send(for_absent(subject, foreign), Role.SETUP)
    yield from steps.send(foreign)
    yield from steps.send(for_absent(subject, own), Role.SETUP)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Headers and body say the same, what changes by itself left out."""
    asked = [e for e in transcript.of_role(Role.SETUP) if e.request.operation == subject.op.id]
    absent = [e for e in asked if e.response is not None][-2:]
    whose = subject.case.value if subject.case else ""
    for exchange in transcript.exercised:
        if exchange.response is None or len(absent) < 2:
            return Inconclusive("no answers to compare")
        if {exchange.status} != {one.status for one in absent}:
            return NotApplicable("the status differs already, which scopes/foreign-object tells of")
        for outcome, read in (("headers", _headers), ("body", _body)):
            answers = (read(subject, one) for one in (absent[0], exchange, absent[1]))
            if names := _told_apart(outcome, *answers):
                actual = f"it differs in {', '.join(filter(None, names)) or 'its text'}"
                return Failure(outcome, "as for an absent object", actual, whose, exchange.id)
    return None


def _told_apart(
    outcome: str, first: Mapping[str, str], foreign: Mapping[str, str], last: Mapping[str, str]
) -> list[str]:
    """Names of what tells the answer in the middle from the two around it."""
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


def _headers(subject: Subject, exchange: Exchange) -> dict[str, str]:
    assert exchange.response is not None  # judge() saw to it
    found: dict[str, list[str]] = {}
    for name, value in exchange.response.headers:
        if name.lower() != "content-length":  # it follows the body
            found.setdefault(name.lower(), []).append(_without_id(subject, exchange, value))
    return {name: ", ".join(values) for name, values in found.items()}


def _body(subject: Subject, exchange: Exchange) -> dict[str, str]:
    assert exchange.response is not None  # judge() saw to it
    text = _without_id(subject, exchange, exchange.response.body.decode("utf-8", "replace"))
    try:
        return dict(_leaves(exchange.response.json(), subject, exchange))
    except ValueError:
        return {"": text}


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
    """A text with the ids of the request's path taken out, as they rightly differ."""
    for value in subject.op.path_values(exchange.request.path).values():
        for written in {value, quote(value, safe="")} - {""}:
            text = text.replace(written, _ID)
    return text


CHECK = Check(
    title="Somebody else's object looks like one of nobody",
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
