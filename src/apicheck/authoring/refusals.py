"""The most common active check: the canonical request with one change is refused as promised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from apicheck.authoring import judging
from apicheck.authoring.refused import send_refused
from apicheck.model.check import Applies, Check, Outcome
from apicheck.model.exchange import Request, Transcript
from apicheck.model.facts import ExpectedResponse
from apicheck.model.step import Script
from apicheck.model.subject import Case, Subject, SubjectKind
from apicheck.model.verdict import Confirm, Judgement, NotApplicable, NotTested, Severity
from apicheck.requests import build, steps

Promise = Callable[[Subject], ExpectedResponse | NotApplicable]
"""Finds the refusal that the policy promises for a subject, or says why it promises none."""


def _always(_: Subject) -> None:
    return None


def _without_detail(_: Subject) -> str:
    return ""


def by_row(subject: Subject) -> str:
    """The name of the row: for `detail`, where each row is a defect of its own."""
    return subject.row.name


def _as_bound(subject: Subject) -> ExpectedResponse:
    return subject.expected


def _without_doubt(_: Subject, __: Transcript, judgement: Judgement) -> Judgement:
    return judgement


def refusal(  # noqa: PLR0913  (each says one thing about the check; most have a default)
    *,
    title: str,
    failure_title: str,
    fact: str,
    promise: Promise,
    alter: Callable[[Subject, Request], Request],
    applies_to: Callable[[Subject], NotApplicable | NotTested | None] = _always,
    cases: Callable[[Subject], tuple[Case, ...]] | None = None,
    detail: Callable[[Subject], str] = _without_detail,
    doubt: Callable[[Subject, Transcript, Judgement], Judgement] = _without_doubt,
    accepted: Severity = Severity.MEDIUM,
    wrong_status: Severity = Severity.LOW,
    confirm: Confirm = Confirm.REPEAT,
    shares_objects: bool = False,
    shared_as: str = "",
    rows_each: int = 3,
    standards: tuple[str, ...] = (),
    proven_by: Mapping[str, tuple[str, ...]],
) -> Check:
    """Make the check that sends the canonical request, then the same with one change.

    fact: path of the fact that promises the refusal. promise: finds it. alter: makes the change;
    `subject.row` is the case of a check with `cases`. applies_to: says why the check does not apply
    to a subject; None where it does. detail: what distinguishes one defect from another (a row's
    name). doubt: has the last word on a judgement. accepted, wrong_status: severities of the two
    outcomes. confirm: of `accepted`.
    shares_objects: what the altered request names is shared with other refused requests, even
    where the operation uses it up. shared_as: checks that make the same change share the exchange
    under this name. rows_each: as for `Check`.
    """

    def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
        expected = promise(subject)
        if isinstance(expected, NotApplicable):
            return expected
        return applies_to(subject) or Applies(facts=(fact,), promise=expected)

    def script(subject: Subject) -> Script:
        yield from build.send_control(subject)
        share = f"{shared_as} {subject.key}" if shared_as else ""
        if shares_objects:
            yield from send_refused(subject, partial(alter, subject), share)
        else:
            request = yield from build.valid_request(subject)
            yield from steps.send(alter(subject, request), share=share)

    return scripted_refusal(
        title=title,
        failure_title=failure_title,
        applies=applies,
        cases=cases,
        rows_each=rows_each,
        script=script,
        detail=detail,
        doubt=doubt,
        accepted=accepted,
        wrong_status=wrong_status,
        confirm=confirm,
        reads=(fact,),
        standards=standards,
        proven_by=proven_by,
    )


def scripted_refusal(  # noqa: PLR0913  (each says one thing about the check; most have a default)
    *,
    title: str,
    failure_title: str,
    applies: Callable[[Subject], Applies | NotApplicable | NotTested],
    script: Callable[[Subject], Script],
    subject_kind: SubjectKind = SubjectKind.OPERATION,
    cases: Callable[[Subject], tuple[Case, ...]] | None = None,
    expected: Callable[[Subject], ExpectedResponse] = _as_bound,
    detail: Callable[[Subject], str] = _without_detail,
    though: Callable[[Subject], str] = _without_detail,
    doubt: Callable[[Subject, Transcript, Judgement], Judgement] = _without_doubt,
    accepted: Severity,
    wrong_status: Severity = Severity.LOW,
    confirm: Confirm = Confirm.REPEAT,
    needs_success: bool = False,
    min_exercised: int = 1,
    rows_each: int = 3,
    reads: tuple[str, ...],
    standards: tuple[str, ...] = (),
    proven_by: Mapping[str, tuple[str, ...]],
) -> Check:
    """Make the check of a refusal that takes more than one change: with a script of its own.

    expected: the promised response, where it is not the subject's own. though: why the request must
    not be accepted, as for `judge_refused`. needs_success: `accepted` of a `Check`. The others are
    those of `refusal` and of `Check`.
    """

    def judge(subject: Subject, transcript: Transcript) -> Judgement:
        judgement = judging.judge_refused(
            transcript, expected(subject), detail(subject), though=though(subject)
        )
        return doubt(subject, transcript, judgement)

    return Check(
        title=title,
        failure_title=failure_title,
        subject_kind=subject_kind,
        applies=applies,
        cases=cases,
        rows_each=rows_each,
        script=script,
        judge=judge,
        accepted=needs_success,
        min_exercised=min_exercised,
        reads=reads,
        standards=standards,
        outcomes=(Outcome("accepted", accepted, confirm), Outcome("wrong-status", wrong_status)),
        proven_by=proven_by,
    )
