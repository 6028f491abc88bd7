"""Execute a plan: play its probes, confirm failures, shrink drawn values that fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock

from apicheck.generate import strategy
from apicheck.judge import (
    find_doubtful,
    find_suspicion,
    find_wrong_base,
    is_spoilt,
    judge_attempt,
    judge_operations,
    judge_shrinking,
)
from apicheck.model.exchange import Role, Transcript
from apicheck.model.json import Json
from apicheck.model.plan import Plan, Probe
from apicheck.model.results import PreflightItem
from apicheck.model.subject import Case, SubjectKind
from apicheck.model.target import Secrets
from apicheck.model.verdict import Failure, Verdict
from apicheck.probe import Journal, Session
from apicheck.probe.earlier import NOTHING, Earlier
from apicheck.run.progress import Progress
from apicheck.run.property import shrink
from apicheck.signals import Stop

_SHRUNK_AT_MOST = 2
"""Subjects for which one outcome is shrunk: more would show the same cause."""
_TRIES_TO_SHRINK = 60
_LONG_S = 30.0
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Execution:
    """What one run sent and received, with its preflight and what it could not delete.

    interrupted: why it ended early. failure: the error that ended it.
    """

    transcripts: tuple[Transcript, ...]
    preflight: tuple[PreflightItem, ...]
    leftovers: tuple[str, ...]
    requests: int
    interrupted: str = ""
    failure: Exception | None = None


@dataclass(frozen=True, slots=True)
class _Failed:
    """A probe with what it shows; sure: not only a suspicion."""

    probe: Probe
    failure: Failure
    sure: bool


@dataclass(slots=True)
class _Played:
    """What to do after some probes were played."""

    failed: list[_Failed] = field(default_factory=list)
    """To confirm."""
    disturbed: list[_Failed] = field(default_factory=list)
    """To confirm alone: the server failed, perhaps because of another request."""
    spoilt: list[Probe] = field(default_factory=list)
    """To play again alone: the server's failure decides nothing."""


def execute_plan(
    plan: Plan,
    progress: Progress,
    *,
    stop: Stop,
    journal: Journal | None = None,
    resets: bool = False,
    finish: Callable[[Session], None] | None = None,
    reload: Callable[[], Secrets] | None = None,
    earlier: Earlier = NOTHING,
) -> Execution:
    """Play a plan: preflight, controls, probes, confirmations, shrinking, clean-up.

    resets: the target is reset after the run, so that it needs neither preflight nor clean-up.
    finish: called with the session before it closes (to search the files for its secrets).
    reload: reads the secrets of the target file anew, when a credential has ended.
    earlier: what was played before, if the run is resumed.
    """
    transcripts = list(earlier.over)
    over = frozenset(map(id, earlier.over))
    lock = Lock()

    def keep(transcript: Transcript) -> None:
        if id(transcript) in over:
            return
        with lock:
            transcripts.append(transcript)
            if journal is not None:
                journal(transcript)

    items: list[PreflightItem] = []
    failure: Exception | None = None
    with Session(
        plan,
        journal=journal,
        stop=stop,
        watch=keep,
        reload=reload,
        earlier=earlier,
        note=progress.note,
    ) as session:
        try:
            session.return_clock()
            if not resets:
                items += session.preflight()
            if earlier.exchanges:
                session.begin_anew()
            _probe(session, plan, progress, stop, items, transcripts=transcripts, keep=keep)
        except Exception as error:  # noqa: BLE001  (whatever it is: delete what was made)
            failure = error
        leftovers = () if resets else session.clean_up()
        if finish is not None:
            finish(session)
        requests = session.requests
    cause = f"an error: {type(failure).__name__}" if failure else stop.cause
    return Execution(tuple(transcripts), tuple(items), leftovers, requests, cause, failure)


def _probe(
    session: Session,
    plan: Plan,
    progress: Progress,
    stop: Stop,
    items: list[PreflightItem],
    *,
    transcripts: Sequence[Transcript],
    keep: Callable[[Transcript], None],
) -> None:
    """Send everything between preflight and clean-up. Adds to the items of the preflight."""
    if not _is_broken(items):
        _note_length(plan, progress)
        _play_controls(session, plan, progress, keep)
        elsewhere = find_wrong_base(plan, judge_operations(plan, transcripts))
        if elsewhere and not stop.is_set():
            items.append(session.look_elsewhere(elsewhere))
    if not _is_broken(items):
        session.look_round()
        _provoke(session, plan, keep)
        played = _play(session, plan.probes, progress, keep)
        session.look_round()
        if not stop.is_set():
            failed = _confirm(session, plan, played, progress, transcripts, keep)
            _shrink(session, failed, keep, stop)
            for transcript in session.play_endings():
                keep(transcript)


def _is_broken(items: Sequence[PreflightItem]) -> bool:
    """Whether the rest of the run would show nothing."""
    return any(item.verdict is Verdict.ERROR for item in items)


def _note_length(plan: Plan, progress: Progress) -> None:
    """Say that a run takes long, once it is sure that it can begin."""
    if plan.estimate.seconds <= _LONG_S:
        return
    words = f"the run may take {plan.estimate.seconds:.0f} s: `apicheck plan` shows why"
    if any(probe.subject.kind is SubjectKind.BUCKET for probe in plan.probes):
        left_out = "without the checks ratelimit/* (--ignore; in pytest, -k 'not ratelimit')"
        words = f"{words}; {left_out} it waits less"
    progress.note(words)


def _play_controls(
    session: Session, plan: Plan, progress: Progress, keep: Callable[[Transcript], None]
) -> None:
    progress.begin("canonical requests", len(plan.controls))
    for transcript in session.play_controls():
        keep(transcript)
        progress.advance()
    progress.end()


def _provoke(session: Session, plan: Plan, keep: Callable[[Transcript], None]) -> None:
    for transcript in session.stream(plan.provoking):
        keep(transcript)


def _play(
    session: Session,
    probes: Sequence[Probe],
    progress: Progress,
    keep: Callable[[Transcript], None],
    *,
    attempt: int = 0,
    alone: bool = False,
) -> _Played:
    """Play probes. attempt: above 0 for confirmations. alone: one at a time."""
    played = _Played()
    if not probes:
        return played
    by_key = {probe.key: probe for probe in probes}
    label = "confirming" if attempt else "probes"
    progress.begin(f"{label}, one at a time" if alone else label, len(probes))
    for transcript in session.stream(probes, attempt, alone=alone):
        keep(transcript)
        probe = by_key[transcript.probe]
        judgement = judge_attempt(probe.check, probe.subject, transcript)
        if is_spoilt(transcript, judgement):
            played.spoilt.append(probe)
        elif failure := find_suspicion(judgement):
            # Another probe may spoil a shared object meanwhile, on which every value fails.
            broke = any(one.status >= _SERVER_ERROR for one in transcript.exercised)
            kind = played.disturbed if broke else played.failed
            kind.append(_Failed(probe, failure, failure is judgement))
        progress.advance(text=probe.check.id)
    progress.end()
    return played


def _confirm(
    session: Session,
    plan: Plan,
    played: _Played,
    progress: Progress,
    transcripts: Sequence[Transcript],
    keep: Callable[[Transcript], None],
) -> list[_Failed]:
    """Play failed probes again, and alone those that the run's own load may have disturbed.

    What fails alone for the first time is then played once more. Returns what to shrink. A failure
    that is not played again stays unconfirmed.
    """
    again = _play(session, [one.probe for one in played.failed], progress, keep, attempt=1)
    known = {probe.key: probe for probe in (*plan.probes, *plan.provoking)}
    doubtful = [
        *(one.probe for one in played.disturbed),
        *played.spoilt,
        *again.spoilt,
        *(known[key] for key in find_doubtful(plan, transcripts)),
    ]
    doubtful = list({probe.key: probe for probe in doubtful}.values())
    alone = _play(session, doubtful, progress, keep, attempt=2, alone=True)
    before = {one.probe.key for one in (*played.failed, *played.disturbed)}
    new = [one for one in alone.failed if one.probe.key not in before]
    _play(session, [one.probe for one in new], progress, keep, attempt=3, alone=True)
    return list({one.probe.key: one for one in (*alone.failed, *played.failed)}.values())


def _shrink(
    session: Session,
    failed: Sequence[_Failed],
    keep: Callable[[Transcript], None],
    stop: Stop,
) -> None:
    """Find the smallest drawn value for each outcome that no case of a table shows."""
    seen: dict[tuple[str, str], int] = {}
    by_table = {
        (item.probe.check.id, item.probe.subject.key, item.failure.outcome)
        for item in failed
        if item.probe.subject.case is not None and not item.probe.subject.case.drawn
    }
    subjects: set[tuple[str, str, str]] = set()
    for item in failed:
        case = item.probe.subject.case
        cause = (item.probe.check.id, item.probe.subject.key, item.failure.outcome)
        if case is None or not case.drawn or cause in by_table or cause in subjects:
            continue
        if not item.sure:
            continue
        key = (item.probe.check.id, item.failure.outcome)
        if seen.get(key, 0) >= _SHRUNK_AT_MOST or stop.is_set():
            continue
        seen[key] = seen.get(key, 0) + 1
        subjects.add(cause)
        _shrink_one(session, item, keep)


def _shrink_one(session: Session, item: _Failed, keep: Callable[[Transcript], None]) -> None:
    probe = item.probe
    assert probe.subject.case is not None
    if session.earlier.has_shrunk(probe.key):
        return

    def fails(value: Json) -> bool:
        case = Case("shrunk", value, drawn=True)
        transcript = session.play(probe, case=case, role=Role.SHRINK)
        transcript = replace(transcript, case=json.dumps(value, ensure_ascii=False))
        judgement = judge_shrinking(probe, transcript)
        if isinstance(judgement, Failure) and judgement.outcome == item.failure.outcome:
            keep(transcript)
            return True
        return False

    shrink(
        strategy(probe.check.draws, probe.subject),
        probe.subject.case.value,
        fails,
        max_examples=_TRIES_TO_SHRINK,
    )
