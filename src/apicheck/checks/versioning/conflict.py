"""A request that names two versions is refused as promised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Request,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    Versions,
    steps,
)
from apicheck.checks.versioning._names import list_future
from apicheck.checks.versioning._refusals import find_refusal, judge_refusal
from apicheck.checks.versioning._requests import send_accepted, versions_of

_TWICE, _ALSO = "twice", "also"
_OWN_PLACES = ("header", "query")


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy says what such a request gets, and there is another version to name."""
    promised = find_refusal(subject, "conflict")
    if isinstance(promised, Applies) and not _find_other(versions_of(subject)):
        return NotApplicable("there is no other version to name")
    return promised


def cases(subject: Subject) -> tuple[Case, ...]:
    """Twice in the place of the version; in its place and in the field that may repeat it."""
    return tuple(_list_rows(subject))


def _list_rows(subject: Subject) -> Iterator[Case]:
    facts = subject.facts.versioning
    if versions_of(subject).place in _OWN_PLACES:
        yield Case("twice in its place", _TWICE)
    if facts is not None and facts.also:
        yield Case(f"another one in {facts.also}", _ALSO)


def _find_other(found: Versions) -> str:
    """Another version that is served; else one that is yet to come, which nobody asks for."""
    served = (name for name, one in found.known.items() if one.is_served and not one.serves)
    others = [name for name in served if name != found.current]
    return next(iter((*others, *list_future(found))), "")


def script(subject: Subject) -> Script:
    """Send a request that is accepted, then the same with a second version."""
    request = yield from send_accepted(subject)
    yield from steps.send(_name_another(subject, request))


def _name_another(subject: Subject, request: Request) -> Request:
    found, facts = versions_of(subject), subject.facts.versioning
    other = found.write(_find_other(found))
    if facts is not None and subject.row.value == _ALSO:
        return request.with_header(facts.also, other)
    if found.place == "header":
        return request.with_header(found.name, found.write(found.current), other)
    kept = tuple(pair for pair in request.query if pair[0] != found.name)
    both = ((found.name, found.write(found.current)), (found.name, other))
    return replace(request, query=(*kept, *both))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when the request is served by one of the two, or refused with another status."""
    found = versions_of(subject)
    why = f"it names {found.write(found.current)} and {found.write(_find_other(found))}"
    return judge_refusal(subject, transcript, why)


CHECK = Check(
    title="A request that names two versions is refused as promised",
    failure_title="A request that names two versions is not refused as promised",
    subject_kind=SubjectKind.API,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("versioning.conflict",),
    standards=("rfc9110#15.5.1",),
    outcomes=(Outcome("accepted", Severity.MEDIUM), Outcome("wrong-status", Severity.LOW)),
    proven_by={
        "accepted": ("versioning/serves-the-first-of-two-versions",),
        "wrong-status": ("versioning/conflict-version-answered-with-other-status",),
    },
)
