"""From the playings of one probe to its verdict: judged, disturbed, confirmed or flaky."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from apicheck.model.check import Check
from apicheck.model.exchange import Exchange, Role, Transcript, TransportErrorKind
from apicheck.model.json import Json
from apicheck.model.plan import Probe
from apicheck.model.subject import Case, Subject
from apicheck.model.verdict import (
    Confirm,
    Failure,
    HarnessError,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Verdict,
)

_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict of one probe. fails: set exactly when the verdict is fail."""

    probe: Probe
    verdict: Verdict
    reason: str = ""
    remedy: str = ""
    kind: NotTestedKind | None = None
    fails: Failure | None = None
    exercised: int = 0
    evidence: tuple[str, ...] = ()
    shown: str = ""
    """The case that shows the failure in its smallest form, in words."""


def judge_attempt(
    check: Check, subject: Subject, transcript: Transcript
) -> Judgement | HarnessError:
    """What one playing says by itself, before any confirmation."""
    if transcript.stopped_by is not None:
        return transcript.stopped_by
    refused = [e for e in transcript.of_role(Role.CONTROL) if not e.succeeded]
    if refused:
        return Inconclusive(f"the control request was answered {refused[0].status or 'not at all'}")
    if len(transcript.exercised) < check.min_exercised:
        return Inconclusive(
            f"the property was exercised {len(transcript.exercised)} times,"
            f" {check.min_exercised} are needed"
        )
    assert check.judge is not None
    try:
        judgement = check.judge(subject, transcript)
    except Exception as error:  # noqa: BLE001  (a check of a third party must not end the run)
        return HarnessError(f"{check.id} could not judge: {type(error).__name__}: {error}")
    return _undisturbed(check, transcript, judgement)


def _undisturbed(
    check: Check, transcript: Transcript, judgement: Judgement
) -> Judgement | HarnessError:
    """The judgement, unless an answer that nobody asked for stands in for the awaited one."""
    if isinstance(judgement, Failure) and judgement.outcome not in {o.id for o in check.outcomes}:
        return HarnessError(f"{check.id} ended in {judgement.outcome!r}, which it does not declare")
    disturbed = {e.id: e for e in transcript.exercised if _disturbs(check, e)}
    if not disturbed:
        return judgement
    first = next(iter(disturbed.values()))
    words = first.error.message if first.error else str(first.status)
    hidden = Inconclusive(f"another answer than the one in question came: {words}")
    if judgement is None:
        return hidden
    if isinstance(judgement, Failure) and (
        not judgement.exchange or judgement.exchange in disturbed
    ):
        return hidden
    return judgement


def _disturbs(check: Check, exchange: Exchange) -> bool:
    if exchange.response is None:
        return not (
            check.accepts_closed_connection and _ended_as(exchange, TransportErrorKind.CLOSED)
        )
    return exchange.status not in check.provokes and (
        exchange.status == _TOO_MANY_REQUESTS or exchange.status >= _SERVER_ERROR
    )


def _ended_as(exchange: Exchange, kind: TransportErrorKind) -> bool:
    return exchange.error is not None and exchange.error.kind is kind


def judge_probe(
    probe: Probe, attempts: Sequence[Transcript], shrunk: Sequence[Transcript] = ()
) -> Judged:
    """The verdict of a probe from all its playings.

    attempts: the first playing, then its confirmations. shrunk: playings of smaller cases, made
    by the property loop once a drawn case had failed.
    """
    if not attempts:
        why = NotTested(NotTestedKind.NEEDS_BUDGET, "the run ended before it was played")
        return _judged(probe, why, None)
    first, *later = sorted(attempts, key=lambda transcript: transcript.attempt)
    judgement = judge_attempt(probe.check, probe.subject, first)
    if not isinstance(judgement, Failure):
        return _judged(probe, judgement, first)
    again = [judge_attempt(probe.check, probe.subject, transcript) for transcript in later]
    how = probe.check.outcome(judgement.outcome).confirm
    confirmed = _confirmed(how, judgement, again)
    witness = _witness(probe.check, later, again)
    if how is Confirm.REPEAT_OR_GONE and later and all(map(_is_gone, later)):
        confirmed = None
    if confirmed is not None and witness is not None:
        # What was looked for again was not seen, but something of which once is enough.
        first, judgement = witness
        confirmed = None
    if confirmed is not None:
        return _judged(probe, confirmed, first)
    smallest = _smallest(probe, judgement, shrunk)
    evidence = _evidence(smallest[1] if smallest else first, smallest[2] if smallest else judgement)
    return Judged(
        probe,
        Verdict.FAIL,
        fails=smallest[2] if smallest else judgement,
        exercised=len(first.exercised),
        evidence=evidence,
        shown=_in_words(smallest[0]) if smallest else _case_in_words(probe.subject.case),
    )


def _confirmed(
    how: Confirm, first: Failure, again: Sequence[Judgement | HarnessError]
) -> Inconclusive | HarnessError | None:
    """None when a fail stands; otherwise what it turns out to be."""
    if how is Confirm.ONCE:
        spoiled = [j for j in again if isinstance(j, NotTested | HarnessError)]
        if again and len(spoiled) == len(again):
            reason = spoiled[0].reason
            return Inconclusive(f"seen once, but afterwards the control failed: {reason}")
        return None
    if not again:
        return Inconclusive(f"{first.outcome} was seen and could not be confirmed: the run ended")
    if any(isinstance(j, Failure) and j.outcome == first.outcome for j in again):
        return None
    return Inconclusive(f"flaky: {first.outcome} ({first.actual}) was seen and did not repeat")


def _is_gone(transcript: Transcript) -> bool:
    """Whether nobody was there to be asked again."""
    made = transcript.exchanges
    return bool(made) and all(_ended_as(one, TransportErrorKind.REFUSED) for one in made)


def _witness(
    check: Check, later: Sequence[Transcript], again: Sequence[Judgement | HarnessError]
) -> tuple[Transcript, Failure] | None:
    """The playing that shows by itself what needs no confirmation, None where none does."""
    for transcript, judgement in zip(later, again, strict=True):
        fails = judgement if isinstance(judgement, Failure) else None
        if fails and check.outcome(fails.outcome).confirm is Confirm.ONCE:
            return transcript, fails
    return None


def judge_shrinking(probe: Probe, transcript: Transcript) -> Judgement | HarnessError:
    """What the playing of a smaller drawn case says; its value is in `transcript.case`.

    Exchanges of the shrinking loop do not count as tests of the property, but to judge one of
    them it must be read as what it stands for.
    """
    value = json.loads(transcript.case or "null")
    subject = probe.subject.with_case(Case("shrunk", value, drawn=True))
    exchanges = tuple(
        replace(e, role=Role.DRAWN) if e.role is Role.SHRINK else e for e in transcript.exchanges
    )
    return judge_attempt(probe.check, subject, replace(transcript, exchanges=exchanges))


def _smallest(
    probe: Probe, first: Failure, shrunk: Sequence[Transcript]
) -> tuple[Json, Transcript, Failure] | None:
    found: list[tuple[Json, Transcript, Failure]] = []
    for transcript in shrunk:
        judgement = judge_shrinking(probe, transcript)
        if isinstance(judgement, Failure) and judgement.outcome == first.outcome:
            found.append((json.loads(transcript.case or "null"), transcript, judgement))
    return min(found, key=lambda item: (len(str(item[0])), str(item[0])), default=None)


def _judged(
    probe: Probe, judgement: Judgement | HarnessError, transcript: Transcript | None
) -> Judged:
    exercised = transcript.exercised if transcript else ()
    evidence = tuple(exchange.id for exchange in exercised[:3])
    match judgement:
        case None:
            return Judged(probe, Verdict.PASS, exercised=len(exercised), evidence=evidence)
        case HarnessError(reason):
            return Judged(probe, Verdict.ERROR, reason, evidence=evidence)
        case NotTested(kind, reason, remedy):
            return Judged(probe, Verdict.NOT_TESTED, reason, remedy, kind)
        case NotApplicable(reason):
            return Judged(probe, Verdict.NOT_APPLICABLE, reason)
        case Inconclusive(reason):
            return Judged(
                probe, Verdict.INCONCLUSIVE, reason, exercised=len(exercised), evidence=evidence
            )
        case Failure():
            raise AssertionError("a fail is decided by judge_probe alone")


def _evidence(transcript: Transcript, fails: Failure) -> tuple[str, ...]:
    """The exchange that shows it, then the good control beside it, then the rest."""
    controls = [exchange.id for exchange in transcript.of_role(Role.CONTROL)]
    others = [exchange.id for exchange in transcript.exercised[:3]]
    ordered = [*([fails.exchange] if fails.exchange else []), *controls, *others]
    return tuple(dict.fromkeys(ordered))


def _case_in_words(case: Case | None) -> str:
    if case is None:
        return ""
    return _in_words(case.value) if case.drawn else case.name


def _in_words(value: Json) -> str:
    """A drawn value as a reader of the report sees it."""
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else repr(value)
