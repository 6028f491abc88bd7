"""Which refusal the policy promises for a version, and whether it came."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.authoring import (
    Applies,
    Case,
    Check,
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
    Versions,
    describe,
    judging,
)
from apicheck.authoring.facts import RedirectedTo, ServedBy
from apicheck.checks.versioning._kinds import Rows, find_treatment
from apicheck.checks.versioning._requests import find_obstacle, send_version, versions_of


def find_refusal(subject: Subject, kind: str) -> Applies | NotApplicable | NotTested:
    """The refusal that the policy promises for a kind of version, or why none is tested."""
    fact, promised = find_treatment(subject, kind)
    if isinstance(promised, ServedBy):
        return NotApplicable(f"such a request is served, by {promised.serves} ({fact})")
    if isinstance(promised, RedirectedTo):
        return NotApplicable(f"such a request is redirected, to {promised.redirects} ({fact})")
    if promised is None:
        return NotApplicable(f"the policy promises no response ({fact})")
    applies = Applies(facts=(fact,), promise=promised, provokes=StatusSet(PROVOKED))
    return find_obstacle(subject) or applies


PROVOKED = tuple(str(status) for status in sorted(judging.FAILURES))


def judge_refusal(
    subject: Subject, transcript: Transcript, why: str, *, server_error: bool = False
) -> Judgement:
    """Fail when a request is accepted, or refused with another status.

    why: what is wrong with its version, in words. server_error: a 5xx is an outcome of its own.
    """
    due = f"{subject.expected.statuses}: {why}"
    for exchange in transcript.exercised:
        if exchange.succeeded:
            return Failure("accepted", due, describe(exchange), exchange=exchange.id)
    for exchange in transcript.exercised:
        if server_error and exchange.status in judging.FAILURES:
            return Failure("server-error", due, describe(exchange), exchange=exchange.id)
        if exchange.status not in subject.expected.statuses:
            return Failure("wrong-status", due, describe(exchange), exchange=exchange.id)
    return None


def find_given_version(subject: Subject, transcript: Transcript) -> Inconclusive | None:
    """Say so where a request that should name no version was given one by the target file."""
    versions = versions_of(subject)
    if versions.place != "path" and any(versions.read(e.request) for e in transcript.exercised):
        return Inconclusive("the target file sends a version with every request")
    return None


def refused_versions(  # noqa: PLR0913  (each says one thing about the check)
    *,
    title: str,
    failure_title: str,
    kind: str,
    rows: Rows,
    why: Callable[[Versions, str | None], str],
    accepted: Severity = Severity.MEDIUM,
    server_error: bool = False,
    standards: tuple[str, ...] = (),
    proven_by: Mapping[str, tuple[str, ...]],
) -> Check:
    """Make the check that a kind of version is refused as promised.

    kind: of `versioning`: unknown, future, malformed, missing. rows: the versions to send. why:
    what is wrong with each, in words. server_error: a 5xx is an outcome of its own.
    """

    def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
        promised = find_refusal(subject, kind)
        if not isinstance(promised, Applies):
            return promised
        if not rows(versions_of(subject)):
            return NotApplicable(f"no version is sure to be {kind}")
        return promised

    def cases(subject: Subject) -> tuple[Case, ...]:
        versions = rows(versions_of(subject))
        return tuple(
            Case(version or "none", {"version": version, "turn": turn})
            for turn, version in enumerate(versions)
        )

    def script(subject: Subject) -> Script:
        yield from send_version(subject, subject.row.value["version"], subject.row.value["turn"])

    def judge(subject: Subject, transcript: Transcript) -> Judgement:
        version = subject.row.value["version"]
        if version is None and (given := find_given_version(subject, transcript)):
            return given
        reason = why(versions_of(subject), version)
        return judge_refusal(subject, transcript, reason, server_error=server_error)

    outcomes = (
        Outcome("accepted", accepted),
        *((Outcome("server-error", Severity.MEDIUM),) if server_error else ()),
        Outcome("wrong-status", Severity.LOW),
    )
    return Check(
        title=title,
        failure_title=failure_title,
        subject_kind=SubjectKind.API,
        applies=applies,
        cases=cases,
        script=script,
        judge=judge,
        reads=tuple(dict.fromkeys((f"versioning.{kind}", *_READS.get(kind, ())))),
        standards=standards,
        outcomes=outcomes,
        proven_by=proven_by,
    )


_READS = {"future": ("versioning.unknown",), "malformed": ("versioning.unknown",)}
