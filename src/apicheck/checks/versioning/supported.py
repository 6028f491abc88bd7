"""A version that the policy supports is served."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    EndOfScript,
    Exchange,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    StatusSet,
    Subject,
    SubjectKind,
    Transcript,
    build,
    describe,
    fields,
    judging,
    steps,
)
from apicheck.checks.versioning._refusals import PROVOKED
from apicheck.checks.versioning._requests import (
    find_obstacle,
    list_operations,
    send_accepted,
    versions_of,
)

_TRIED = 3
_OF_CALLERS = (401, 403, 429)
"""Statuses of refusals that are about the caller."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To each version of the policy that is not retired."""
    facts = subject.facts.versioning
    if facts is None or not facts.versions:
        return NotApplicable("the policy names no version (versioning.versions)")
    return find_obstacle(subject) or Applies(requests=_TRIED, provokes=StatusSet(PROVOKED))


def cases(subject: Subject) -> tuple[Case, ...]:
    """A row for each version that is served under a name of its own."""
    return tuple(
        Case(name, fact=f"versioning.versions.{name}")
        for name, one in versions_of(subject).known.items()
        if one.is_served
    )


def script(subject: Subject) -> Script:
    """Ask operations of the version until one accepts a request.

    Where the version is no part of the path, or the document has no path of it, an accepted request
    of the current version is sent with the version put into it.
    """
    found, version = versions_of(subject), subject.row.name
    own = list_operations(subject, version) if found.place == "path" else ()
    refusal: EndOfScript | None = None
    for turn in range(_TRIED):
        if own[turn:]:
            try:
                altered = yield from build.valid_request(subject, own[turn])
            except EndOfScript as end:
                refusal = refusal or end
                continue
        elif own:
            break
        else:
            request = yield from send_accepted(subject, turn)
            altered = found.put(request, version) or request
        exchange = yield from steps.send(altered)
        if exchange.succeeded:
            return
        refusal = None
    if refusal is not None:
        raise refusal


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when no request is accepted, and the caller is not the reason."""
    version, asked = subject.row.name, transcript.exercised
    if any(exchange.succeeded for exchange in asked):
        return None
    last = asked[-1]
    others = judging.FAILURES | set(_OF_CALLERS)
    if any(exchange.status in others for exchange in asked):
        return Inconclusive(f"the response was {describe(last)}, for another reason")
    found = versions_of(subject)
    if found.place == "path" and not last.request.operation:
        return Inconclusive(f"the document has no path of {found.write(version)}")
    if ended := _find_end(subject, version, last):
        return Inconclusive(f"{found.write(version)} may be gone: its sunset was {ended}")
    state = found.known[version].state
    due = f"2xx: the policy says that {found.write(version)} is {state}"
    return Failure("refused", due, describe(last), found.write(version), last.id)


def _find_end(subject: Subject, version: str, exchange: Exchange) -> str:
    """The sunset of a version, or of the operation, that has passed by the server's own clock."""
    facts, context = subject.facts.versioning, subject.context
    now = fields.parse_http_date(exchange.received.header("Date") or "")
    if facts is None or now is None:
        return ""
    operation = exchange.request.operation
    ends = [facts.versions[version].sunset if version in facts.versions else ""]
    ends += [
        item.sunset
        for item in facts.deprecations
        if operation and context.selects(item.ops, context.spec.operation(operation))
    ]
    for end in ends:
        span = fields.parse_instant(end)
        if span is not None and now >= span[0]:
            return end
    return ""


CHECK = Check(
    title="A version that the policy supports is served",
    failure_title="A version that the policy supports is refused",
    subject_kind=SubjectKind.API,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    accepted=True,
    reads=("versioning.versions",),
    outcomes=(Outcome("refused", Severity.HIGH),),
    proven_by={"refused": ("versioning/refuses-supported-version",)},
)
