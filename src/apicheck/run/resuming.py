"""Resume a run that was killed or interrupted: play what is not over, and report the whole."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from apicheck import __version__
from apicheck.judge import discount, find_endings
from apicheck.model.ending import SENTINEL
from apicheck.model.errors import RunDirectoryError
from apicheck.model.exchange import Transcript
from apicheck.model.plan import Plan
from apicheck.model.results import Resumption
from apicheck.probe.earlier import Earlier
from apicheck.probe.errors import ProbeStopped
from apicheck.probe.journal import Record, read_record
from apicheck.report import FILE_NAMES
from apicheck.run.config import RunConfig
from apicheck.run.directory import JOURNAL
from apicheck.run.hold import hold
from apicheck.run.leftovers import name_under_way
from apicheck.run.manifest import MANIFEST, SIGNATURE
from apicheck.run.pipeline import RunResult, end_in_order, now, play_and_report
from apicheck.run.progress import Progress, Silent
from apicheck.run.restoring import recall, restore_target
from apicheck.run.saved import SavedRun, load_run

_NUMBERED = re.compile(rb'(?:"e|"minted-|\$APICHECK_[A-Z]+_)(\d{1,9})')
"""Names that a session makes up: of exchanges, identities and secrets."""


def resume_pipeline(
    directory: Path, config: RunConfig, progress: Progress | None = None
) -> RunResult:
    """Finish the run of a directory; raises what `run_pipeline` raises.

    config: of the run, for the secrets of its target. What the journal says is over is not sent
    again. What was cut off is deleted, and played from its beginning.
    """
    progress = progress or Silent()
    with hold(directory):
        saved = load_run(directory)
        _refuse_what_cannot_go_on(directory, saved, config)
        plan = replace(saved.plan, target=restore_target(config, saved.plan))
        _cut_torn_line(directory / JOURNAL)
        record = read_record(directory / JOURNAL)
        earlier = _recall(directory, record, saved)
        keys = {probe.key for probe in (*plan.probes, *plan.provoking)}
        taken_over = {one.probe for one in earlier.over} & keys
        resumption = Resumption(now(), earlier.seconds, len(record.transcripts), len(taken_over))
        provenance = replace(
            saved.provenance,
            finished="",
            interrupted="",
            resumed=(*saved.provenance.resumed, resumption),
        )
        for name in (MANIFEST, SIGNATURE, *FILE_NAMES.values()):
            with suppress(FileNotFoundError):
                (directory / name).unlink()
        progress.note(f"resuming {directory}: {len(taken_over)} of {len(keys)} probes are over")
        with end_in_order(directory, progress) as stop:
            return play_and_report(
                config,
                plan,
                provenance,
                directory,
                stop,
                progress,
                earlier=earlier,
                reload=lambda: restore_target(config, plan).secrets,
            )


def _refuse_what_cannot_go_on(directory: Path, saved: SavedRun, config: RunConfig) -> None:
    """Raise RunDirectoryError for a run that is over, or that would become another one."""
    run = saved.provenance
    if run.finished and not run.interrupted:
        raise RunDirectoryError(
            f"the run in {directory} is over: `apicheck judge {directory}` shows its result,"
            f" `apicheck report {directory}` its report, and `apicheck run` begins a new one"
        )
    if run.versions.get("apicheck") != __version__:
        raise RunDirectoryError(
            f"the run in {directory} is of {run.tool}, and this is apicheck {__version__}: resume"
            f" it with that version, or `apicheck clean {directory}` and run anew"
        )
    key = config.signing_key.public.id if config.signing_key else ""
    if run.signing_key and key != run.signing_key:
        raise RunDirectoryError(
            f"the run in {directory} is to be signed with the key {run.signing_key}: give it with"
            " --sign-key or --sign-key-env"
        )
    policy = directory / "policy.yaml"
    if policy.exists() and saved.plan.policy.digest != run.digests.get("policy"):
        raise RunDirectoryError(
            f"{policy} is not what the run began with: put it back,"
            f" or `apicheck clean {directory}` and run anew"
        )


def _recall(directory: Path, record: Record, saved: SavedRun) -> Earlier:
    journal = directory / JOURNAL
    last = max((one.received_at for one in record.exchanges.values()), default=0.0)
    ago = max(0.0, time.time() - journal.stat().st_mtime)
    numbers = (int(found) for found in _NUMBERED.findall(journal.read_bytes()))
    return replace(
        recall(directory, record),
        recorded=tuple(record.transcripts),
        over=_select_finished(saved.plan, saved.transcripts),
        seconds=last + ago,
        last=max(numbers, default=0),
        under_way=name_under_way(record),
    )


def _select_finished(plan: Plan, transcripts: Sequence[Transcript]) -> tuple[Transcript, ...]:
    """Those of probes that are over.

    Not canonical requests, which later ones build on; not what the user stopped, or what depended
    on a credential or a server that had ended: perhaps it lives again.
    """
    endings = find_endings(transcripts)
    reasons = {ProbeStopped.by_user().reason.reason, *(ending.reason for ending in endings)}
    asked_again = {f"control/{name}" for name in plan.controls}
    return tuple(
        one
        for one, counted in zip(transcripts, discount(plan, transcripts, endings), strict=True)
        if one.probe not in asked_again
        and (one.probe == SENTINEL or not _is_stopped(counted, reasons))
    )


def _is_stopped(transcript: Transcript, reasons: set[str]) -> bool:
    return transcript.stopped_by is not None and transcript.stopped_by.reason in reasons


def _cut_torn_line(journal: Path) -> None:
    """Cut off the end of a line that was being written when the run was killed."""
    with journal.open("r+b") as file:
        content = file.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            file.truncate(whole)
