"""Build the results of checks on subjects, from judged probes and from folds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from apicheck.judge.attempts import Judged, judge_probe
from apicheck.judge.load import mark_load, select_doubtful
from apicheck.judge.repetition import uphold_repeated
from apicheck.model.check import Applies, Check, Fold, PassiveResult
from apicheck.model.exchange import Exchange, Observation, Role, Transcript
from apicheck.model.plan import Plan, Probe, SkippedSubject
from apicheck.model.results import CheckResult, FailureSummary, RowResult
from apicheck.model.subject import Subject, SubjectKind
from apicheck.model.target import Mode
from apicheck.model.verdict import (
    Failure,
    Inconclusive,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Severity,
    Verdict,
)

_EVIDENCE_OF_A_PASS = 3
_WITNESSES = 5
_SHOWS_ROWS = "receiver"
"""The actor whose checks show every row: a partner wants to see each forgery that was refused."""

_Key = tuple[str, str, tuple[str, ...]]
"""Check, subject and fact paths of one result."""


def judge_active(plan: Plan, transcripts: Sequence[Transcript]) -> tuple[CheckResult, ...]:
    """Judge every active check on every planned subject."""
    attempts: dict[str, list[Transcript]] = {}
    shrunk: dict[str, list[Transcript]] = {}
    for transcript in transcripts:
        book = attempts if transcript.case is None else shrunk
        book.setdefault(transcript.probe, []).append(transcript)
    judged: list[Judged] = []
    seconds: defaultdict[_Key, float] = defaultdict(float)
    for probe in plan.probes:
        played = attempts.get(probe.key, ()), shrunk.get(probe.key, ())
        judged.append(judge_probe(probe, *played))
        seconds[_make_key(probe)] += sum(map(_measure, chain(*played)))
    grouped: dict[_Key, list[Judged]] = {}
    for one in uphold_repeated(judged):
        grouped.setdefault(_make_key(one.probe), []).append(one)
    return (
        *(_combine_cases(cases, seconds[key]) for key, cases in grouped.items()),
        *(_report_skipped(item) for item in plan.skipped),
    )


def _make_key(probe: Probe) -> _Key:
    return probe.check.id, probe.subject.key, _list_fact_paths(probe)


def _measure(transcript: Transcript) -> float:
    """Measure how long a probe waited for responses to its own requests, in seconds."""
    own = (exchange for exchange in transcript.exchanges if exchange.role is not Role.CONTROL)
    return sum(exchange.received_at - exchange.sent_at for exchange in own)


def _combine_cases(cases: list[Judged], seconds: float) -> CheckResult:
    probe = cases[0].probe
    failures = _summarize_failures(cases)
    by_verdict: dict[Verdict, list[Judged]] = {}
    for case in cases:
        by_verdict.setdefault(case.verdict, []).append(case)
    verdict = next(
        v
        for v in (
            Verdict.FAIL,
            Verdict.ERROR,
            Verdict.INCONCLUSIVE,
            Verdict.NOT_TESTED,
            Verdict.PASS,
            Verdict.NOT_APPLICABLE,
        )
        if v in by_verdict
    )
    speaking = by_verdict[verdict]
    reason = speaking[0].reason
    if reason and any(case.reason != reason for case in cases):
        reason = f"{len(speaking)} of {len(cases)} cases: {reason}"
    evidence = [item for case in speaking for item in case.evidence]
    return CheckResult(
        check=probe.check.id,
        subject=probe.subject.key,
        operation=probe.subject.operation.id if probe.subject.operation else "",
        facts=_list_fact_paths(probe),
        verdict=verdict,
        failures=failures,
        reason=reason,
        remedy=speaking[0].remedy,
        kind=speaking[0].kind,
        exercised=sum(case.exercised for case in cases),
        cases=len(cases),
        evidence=tuple(dict.fromkeys(evidence))[:_WITNESSES],
        seconds=round(seconds, 3),
        rows=tuple(_list_rows(cases)) if probe.check.actor == _SHOWS_ROWS else (),
    )


def _list_rows(cases: Iterable[Judged]) -> Iterator[RowResult]:
    """List the rows of a table that were played, with what the table says of each."""
    for one in cases:
        case = one.probe.subject.case
        if case is not None and one.evidence:
            name, about = ("drawn", "") if case.drawn else (case.name, case.value)
            words = about if isinstance(about, str) else ""
            yield RowResult(name, words, one.verdict, one.evidence[0])


def _list_fact_paths(probe: Probe) -> tuple[str, ...]:
    if probe.subject.case and probe.subject.case.fact:
        return (probe.subject.case.fact,)
    if probe.applies.facts:
        return probe.applies.facts
    return (probe.subject.fact,) if probe.subject.fact else ()


def _summarize_failures(cases: Iterable[Judged]) -> tuple[FailureSummary, ...]:
    grouped: dict[tuple[str, str], list[Judged]] = {}
    for case in cases:
        if case.failure is not None:
            grouped.setdefault((case.failure.outcome, case.failure.detail), []).append(case)
    result = []
    for (outcome, detail), members in grouped.items():
        clearest = min(members, key=lambda m: (len(m.shown), m.shown))
        assert clearest.failure is not None
        others = (item for member in members for item in member.evidence)
        evidence = tuple(dict.fromkeys((*clearest.evidence, *others)))[:_WITNESSES]
        result.append(
            FailureSummary(
                outcome,
                detail,
                clearest.failure.expected,
                clearest.failure.actual,
                len(members),
                evidence,
                clearest.shown,
                _find_ceiling(member.failure for member in members),
            )
        )
    return tuple(result)


def _find_ceiling(failures: Iterable[Failure | None]) -> Severity | None:
    """The severity that a failure has at most; None as soon as one has that of its outcome."""
    ceilings = [failure.at_most for failure in failures if failure is not None]
    named = [one for one in ceilings if one is not None]
    return max(named) if named and len(named) == len(ceilings) else None


def _report_skipped(item: SkippedSubject) -> CheckResult:
    tested = isinstance(item.why, NotTested)
    return CheckResult(
        check=item.check,
        subject=item.subject,
        operation=item.operation,
        facts=item.facts,
        verdict=Verdict.NOT_TESTED if tested else Verdict.NOT_APPLICABLE,
        reason=item.why.reason,
        remedy=item.why.remedy if isinstance(item.why, NotTested) else "",
        kind=item.why.kind if isinstance(item.why, NotTested) else None,
    )


def judge_passive(plan: Plan, exchanges: Sequence[Exchange]) -> tuple[CheckResult, ...]:
    """Judge the passive checks over all exchanges, in the order in which they were sent."""
    ordered = sorted(exchanges, key=lambda exchange: (exchange.sent_at, exchange.id))
    partial = plan.options.partial
    read: dict[tuple[bool, bool], tuple[list[Exchange], Mapping[str, float]]] = {}
    results: list[CheckResult] = []
    for check in plan.passive:
        assert check.fold is not None
        selection = check.fold.at_any_time, check.fold.everywhere
        if selection not in read:
            chosen = list(filter(check.fold.reads, ordered))
            read[selection] = chosen, _measure_operations(chosen)
        chosen, spent = read[selection]
        for result in _fold(plan, check, check.fold, chosen, partial=partial):
            own = (spent.get(result.operation, 0.0),) if result.operation else spent.values()
            took = sum(own) if result.exercised else 0.0
            results.append(replace(result, seconds_read=round(took, 3)))
    return tuple(results)


def _measure_operations(exchanges: Iterable[Exchange]) -> Mapping[str, float]:
    """Measure how long the exchanges of each operation took, in seconds."""
    spent: defaultdict[str, float] = defaultdict(float)
    for exchange in exchanges:
        spent[exchange.request.operation] += exchange.received_at - exchange.sent_at
    return spent


def _fold(
    plan: Plan, check: Check, fold: Fold, exchanges: Sequence[Exchange], *, partial: bool
) -> Iterable[CheckResult]:
    context = plan.context
    everything = Subject(SubjectKind.EXCHANGES, "*", context)
    applies = check.applies(everything)
    if not isinstance(applies, Applies):
        yield _report_skipped(SkippedSubject(check.id, "*", "", (), applies))
        return
    try:
        state = fold.start(context)
        for exchange in exchanges:
            state = fold.step(context, state, exchange)
        seen = fold.finish(context, state)
    except Exception as error:  # noqa: BLE001  (a check of a third party must not end the run)
        reason = f"the fold of {check.id} raised {type(error).__name__}: {error}"
        yield CheckResult(check.id, "*", "", (), Verdict.ERROR, reason=reason)
        return
    if not seen:
        reason = "no recorded exchange tests it"
        if partial:
            reason += ": it reads the exchanges of other checks, so select some of them too"
        if context.mode is Mode.FULL:
            yield CheckResult(check.id, "*", "", applies.facts, Verdict.INCONCLUSIVE, reason=reason)
            return
        remedy = "" if plan.options.recorded else '[safety]\nmode = "full"'
        why = NotTested(NotTestedKind.READ_ONLY, reason, remedy)
        yield _report_skipped(SkippedSubject(check.id, "*", "", applies.facts, why))
        return
    grouped: dict[tuple[str, str], list[PassiveResult]] = {}
    for item in seen:
        grouped.setdefault((item.subject, item.fact), []).append(item)
    for (subject, fact), items in grouped.items():
        yield _combine_passive(check, subject, fact, items)


def _combine_passive(
    check: Check, subject: str, fact: str, items: list[PassiveResult]
) -> CheckResult:
    declared = {outcome.id for outcome in check.outcomes}
    failures = tuple(
        FailureSummary(
            j.outcome,
            j.detail,
            j.expected,
            j.actual,
            max(item.count, 1),
            item.evidence,
            at_most=j.at_most,
        )
        for item in items
        if isinstance(j := item.judgement, Failure)
    )
    unsure = [item.judgement for item in items if isinstance(item.judgement, Inconclusive)]
    silent = [item.judgement for item in items if isinstance(item.judgement, NotApplicable)]
    verdict, reason = Verdict.PASS, ""
    if undeclared := [f.outcome for f in failures if f.outcome not in declared]:
        verdict = Verdict.ERROR
        reason = f"{check.id} does not declare its outcome {undeclared[0]!r}"
    elif failures:
        verdict = Verdict.FAIL
    elif unsure:
        verdict, reason = Verdict.INCONCLUSIVE, unsure[0].reason
    elif silent and len(silent) == len(items):
        verdict, reason = Verdict.NOT_APPLICABLE, silent[0].reason
    evidence = tuple(dict.fromkeys(e for item in items for e in item.evidence))
    exercised = max((item.exercised for item in items), default=0)
    if verdict is Verdict.PASS and exercised < check.min_exercised:
        verdict = Verdict.INCONCLUSIVE
        reason = (
            f"the property was exercised {exercised} times; the check needs {check.min_exercised}"
        )
    return CheckResult(
        check=check.id,
        subject=subject or "(no operation)",
        operation=subject,
        facts=(fact,) if fact else (),
        verdict=verdict,
        failures=failures if verdict is Verdict.FAIL else (),
        reason=reason,
        exercised=exercised,
        cases=len(items),
        evidence=evidence[: _WITNESSES if failures else _EVIDENCE_OF_A_PASS],
    )


def index_exchanges(transcripts: Sequence[Transcript]) -> Mapping[str, Exchange]:
    """Index every exchange by its id; several transcripts may share one.

    Where it is the control of one and exercises the property of another, it is the latter.
    """
    found: dict[str, Exchange] = {}
    for exchange in (one for transcript in transcripts for one in transcript.exchanges):
        known = found.get(exchange.id)
        if known is None or exchange.role.exercises or not known.role.exercises:
            found[exchange.id] = exchange
    return found


def select_for_passive(plan: Plan, transcripts: Sequence[Transcript]) -> tuple[Exchange, ...]:
    """Select every exchange once; mark what a check provoked, and what came only under load."""
    probes = {probe.key: probe for probe in (*plan.probes, *plan.provoking)}
    seen = dict(index_exchanges(transcripts))
    for transcript in transcripts:
        probe = probes.get(transcript.probe)
        if probe is None or not (probe.check.provokes or probe.subject.provokes):
            continue
        for exchange in transcript.exchanges:
            exercises = exchange.role.exercises or exchange.role is Role.SHRINK
            status = exchange.status
            if exercises and (status in probe.check.provokes or status in probe.subject.provokes):
                provoked = Observation("provoked", probe.check.id, str(status))
                known = exchange.observations
                seen[exchange.id] = replace(exchange, observations=(*known, provoked))
    return mark_load(seen.values())


def find_doubtful(plan: Plan, transcripts: Sequence[Transcript]) -> tuple[str, ...]:
    """Find the probes to play again alone: passive checks would blame what came under load."""
    marked = select_for_passive(plan, transcripts)
    keys = {probe.key for probe in (*plan.probes, *plan.provoking)}
    played = [one for one in transcripts if one.probe in keys]
    return tuple(one.probe for one in select_doubtful(marked, played))
