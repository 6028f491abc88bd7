"""Delete what a run left on its target."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from apicheck.model.errors import RunDirectoryError
from apicheck.probe import Session
from apicheck.probe.journal import read_record
from apicheck.run import directory as run_directory
from apicheck.run.config import RunConfig
from apicheck.run.hold import hold
from apicheck.run.leftovers import find_leftovers, name_suspected, name_under_way
from apicheck.run.progress import Progress
from apicheck.run.restoring import recall, restore_target
from apicheck.run.saved import load_run


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What `clean` did. left: in words, what is still there."""

    deleted: int
    left: tuple[str, ...]


def recorded_arguments(directory: Path) -> tuple[str, ...]:
    """The command line of a saved run."""
    return load_run(directory).provenance.argv


def clean(directory: Path, config: RunConfig, progress: Progress) -> Cleaned:
    """Delete what the journal of a run says it created and did not delete.

    config: of the run, for the secrets of its target, which are in no file. Raises
    RunDirectoryError for recorded traffic, and what `load_run` raises.
    """
    saved = load_run(directory)
    if saved.plan.options.recorded:
        raise RunDirectoryError(
            f"{directory} judges traffic that others recorded: what that created is not ours to"
            " delete"
        )
    record = read_record(directory / run_directory.JOURNAL)
    cleaned = run_directory.read_clean_ups(directory)
    under_way = name_under_way(record)
    known = len(find_leftovers(saved.plan, record, cleaned)) - len(under_way)
    finished = saved.provenance.finished
    suspected = () if finished else name_suspected(saved.plan, record, cleaned)
    earlier = recall(directory, record)
    if not known and not suspected and earlier.journey is None:
        return Cleaned(0, under_way)
    plan = replace(saved.plan, target=restore_target(config, saved.plan))
    if known:
        progress.note(f"deleting {known} things that the run left on its target")
    if earlier.journey is not None:
        progress.note(f"putting back {earlier.journey}")
    if suspected:
        progress.note("looking for what failed requests created all the same")
    with (
        hold(directory),
        run_directory.open_clean_up(directory) as journal,
        Session(plan, journal=journal, earlier=earlier, note=progress.note) as session,
    ):
        session.return_clock()
        session.take_over()
        still = session.clean_up()
    sent = run_directory.read_clean_ups(directory)[len(cleaned) :]
    deleted = sum(one.request.method == "DELETE" and one.succeeded for one in sent)
    return Cleaned(deleted, (*still, *under_way))
