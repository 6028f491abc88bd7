"""Judge one probe from its attempts: disturbed, confirmed or flaky."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from apicheck.judge.confirmation import find_doubt, find_lasting
from apicheck.model.check import Check
from apicheck.model.exchange import (
    SIDE_BY_SIDE,
    Direction,
    Exchange,
    Role,
    Transcript,
    TransportErrorKind,
)
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
_OWN_FAILURES = (500, 501)
"""Failures of the API itself, not of a gateway before it, or of one that has too much to do."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict of one probe.

    failure: set exactly when the verdict is fail. suspected: what an inconclusive one hides.
    """

    probe: Probe
    verdict: Verdict
    reason: str = ""
    remedy: str = ""
    kind: NotTestedKind | None = None
    failure: Failure | None = None
    suspected: Failure | None = None
    exercised: int = 0
    evidence: tuple[str, ...] = ()
    shown: str = ""
    """The smallest case that shows the failure, in words."""


def judge_attempt(
    check: Check, subject: Subject, transcript: Transcript
) -> Judgement | HarnessError:
    """Judge one attempt by itself, before any confirmation."""
    if transcript.stopped_by is not None:
        return transcript.stopped_by
    controls = transcript.of_role(Role.CONTROL)
    if controls and not controls[-1].succeeded:  # a script may go on to another operation
        got = controls[-1].status or "no response"
        return Inconclusive(f"the control request, which must succeed, got {got}")
    if len(transcript.exercised) < check.min_exercised:
        return Inconclusive(
            f"the property was exercised {len(transcript.exercised)} times;"
            f" the check needs {check.min_exercised}"
        )
    assert check.judge is not None
    try:
        judgement = check.judge(subject, transcript)
    except Exception as error:  # noqa: BLE001  (a check of a third party must not end the run)
        return HarnessError(f"the judge of {check.id} raised {type(error).__name__}: {error}")
    return _discount_disturbance(check, subject, transcript, judgement)


def _discount_disturbance(
    check: Check, subject: Subject, transcript: Transcript, judgement: Judgement
) -> Judgement | HarnessError:
    """Keep the judgement, unless it rests on a disturbance: a 429, a 5xx, or no response."""
    if isinstance(judgement, Failure) and judgement.outcome not in {o.id for o in check.outcomes}:
        return HarnessError(f"{check.id} does not declare its outcome {judgement.outcome!r}")
    disturbed = {e.id: e for e in transcript.exercised if _is_disturbance(check, subject, e)}
    if not disturbed:
        return judgement
    first = next(iter(disturbed.values()))
    got = first.error.message if first.error else str(first.status)
    undecided = Inconclusive(f"the server's response does not decide the property: {got}")
    if judgement is None:
        return undecided
    if isinstance(judgement, Failure) and (
        not judgement.exchange or judgement.exchange in disturbed
    ):
        shown = disturbed.get(judgement.exchange)
        own = shown is not None and shown.status in _OWN_FAILURES
        return replace(undecided, hides=judgement) if own else undecided
    return judgement


def _is_disturbance(check: Check, subject: Subject, exchange: Exchange) -> bool:
    if exchange.direction is Direction.IN:
        return False  # what the listener responded is no response of the server
    if exchange.response is None:
        return exchange.error is None or exchange.error.kind not in check.judges_errors
    provoked = exchange.status in check.provokes or exchange.status in subject.provokes
    return not provoked and (
        exchange.status == _TOO_MANY_REQUESTS or exchange.status >= _SERVER_ERROR
    )


def _ended_as(exchange: Exchange, kind: TransportErrorKind) -> bool:
    return exchange.error is not None and exchange.error.kind is kind


def find_suspicion(judgement: Judgement | HarnessError) -> Failure | None:
    """The failure that a judgement of one attempt shows, or hides: one to confirm."""
    if isinstance(judgement, Inconclusive):
        return judgement.hides
    return judgement if isinstance(judgement, Failure) else None


def is_spoilt(transcript: Transcript, judgement: Judgement | HarnessError) -> bool:
    """Whether an attempt decides nothing because the server failed under the run's own load."""
    undecided = isinstance(judgement, Inconclusive | NotTested)
    return undecided and any(
        one.status >= _SERVER_ERROR and one.observed(SIDE_BY_SIDE) for one in transcript.exchanges
    )


def judge_probe(
    probe: Probe, attempts: Sequence[Transcript], shrunk: Sequence[Transcript] = ()
) -> Judged:
    """Judge a probe from all its attempts.

    attempts: the first attempt, then its confirmations. shrunk: attempts with smaller cases,
    which the property loop made after a drawn case had failed.
    """
    if not attempts:
        why = NotTested(NotTestedKind.NEEDS_BUDGET, "the run ended before this probe")
        return _build_judged(probe, why, None)
    ordered = sorted(attempts, key=lambda transcript: transcript.attempt)
    judged = [(one, judge_attempt(probe.check, probe.subject, one)) for one in ordered]
    (first, judgement), *rest = [one for one in judged if not is_spoilt(*one)] or judged
    later, again = [one for one, _ in rest], [one for _, one in rest]
    if isinstance(judgement, Inconclusive):
        judgement = find_lasting(judgement, first, later, again)
    if not isinstance(judgement, Failure):
        return _build_judged(probe, judgement, first)
    how = probe.check.outcome(judgement.outcome).confirm
    doubt = find_doubt(how, first, judgement, later, again)
    witness = _find_witness(probe.check, later, again)
    if how is Confirm.REPEAT_OR_GONE and later and all(map(_is_gone, later)):
        doubt = None
    if doubt is not None and witness is not None:
        # The failure did not repeat, but a confirmation showed one that need not repeat.
        first, judgement = witness
        doubt = None
    if doubt is not None:
        return _build_judged(probe, doubt, first)
    smallest = _find_smallest(probe, judgement, shrunk)
    evidence = _collect_evidence(
        smallest[1] if smallest else first, smallest[2] if smallest else judgement
    )
    return Judged(
        probe,
        Verdict.FAIL,
        failure=smallest[2] if smallest else judgement,
        exercised=len(first.exercised),
        evidence=evidence,
        shown=_describe_value(smallest[0]) if smallest else _describe_case(probe.subject.case),
    )


def _is_gone(transcript: Transcript) -> bool:
    """Whether the target refused every connection."""
    exchanges = transcript.exchanges
    return bool(exchanges) and all(_ended_as(e, TransportErrorKind.REFUSED) for e in exchanges)


def _find_witness(
    check: Check, later: Sequence[Transcript], again: Sequence[Judgement | HarnessError]
) -> tuple[Transcript, Failure] | None:
    """Find the attempt that shows a failure which needs no confirmation."""
    for transcript, judgement in zip(later, again, strict=True):
        failure = judgement if isinstance(judgement, Failure) else None
        if failure and check.outcome(failure.outcome).confirm is Confirm.ONCE:
            return transcript, failure
    return None


def judge_shrinking(probe: Probe, transcript: Transcript) -> Judgement | HarnessError:
    """Judge the attempt with a smaller drawn case, whose value is in `transcript.case`.

    Exchanges of the shrinking loop do not count as tests of the property. To be judged, they
    take the role of drawn ones.
    """
    value = json.loads(transcript.case or "null")
    subject = probe.subject.with_case(Case("shrunk", value, drawn=True))
    exchanges = tuple(
        replace(e, role=Role.DRAWN) if e.role is Role.SHRINK else e for e in transcript.exchanges
    )
    return judge_attempt(probe.check, subject, replace(transcript, exchanges=exchanges))


def _find_smallest(
    probe: Probe, first: Failure, shrunk: Sequence[Transcript]
) -> tuple[Json, Transcript, Failure] | None:
    found: list[tuple[Json, Transcript, Failure]] = []
    for transcript in shrunk:
        judgement = judge_shrinking(probe, transcript)
        if isinstance(judgement, Failure) and judgement.outcome == first.outcome:
            found.append((json.loads(transcript.case or "null"), transcript, judgement))
    return min(found, key=lambda item: (len(str(item[0])), str(item[0])), default=None)


def _build_judged(
    probe: Probe, judgement: Judgement | HarnessError, transcript: Transcript | None
) -> Judged:
    exercised = transcript.exercised if transcript else ()
    evidence = tuple(exchange.id for exchange in exercised[:3])
    learn = probe.check.learn
    match judgement:
        case None:
            try:
                learned = learn(probe.subject, transcript) if learn and transcript else ""
            except Exception as error:  # noqa: BLE001  (a check of a third party must not end the run)
                raised = f"the learn of {probe.check.id} raised {type(error).__name__}: {error}"
                return Judged(probe, Verdict.ERROR, raised, evidence=evidence)
            return Judged(probe, Verdict.PASS, learned, exercised=len(exercised), evidence=evidence)
        case HarnessError(reason):
            return Judged(probe, Verdict.ERROR, reason, evidence=evidence)
        case NotTested(kind, reason, remedy):
            return Judged(probe, Verdict.NOT_TESTED, reason, remedy, kind)
        case NotApplicable(reason):
            return Judged(probe, Verdict.NOT_APPLICABLE, reason)
        case Inconclusive(reason, hides, remedy):
            return Judged(
                probe,
                Verdict.INCONCLUSIVE,
                reason,
                remedy,
                suspected=hides,
                exercised=len(exercised),
                evidence=evidence,
            )
        case Failure():
            raise AssertionError("judge_probe alone decides a fail")


def _collect_evidence(transcript: Transcript, failure: Failure) -> tuple[str, ...]:
    """Collect the exchange that shows the failure, then the control, then the rest."""
    controls = [exchange.id for exchange in transcript.of_role(Role.CONTROL)]
    others = [exchange.id for exchange in transcript.exercised[:3]]
    ordered = [*([failure.exchange] if failure.exchange else []), *controls, *others]
    return tuple(dict.fromkeys(ordered))


def _describe_case(case: Case | None) -> str:
    if case is None:
        return ""
    return _describe_value(case.value) if case.drawn else case.name


def _describe_value(value: Json) -> str:
    """Describe a drawn value for the reader of the report: `null in query page`."""
    if isinstance(value, Mapping) and value.keys() == {"place", "name", "value"}:
        part = f"{value['place']} {value['name'] or '(whole)'}"
        return f"{_describe_value(value['value'])} in {part}"
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else repr(value)
