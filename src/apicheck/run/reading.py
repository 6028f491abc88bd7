"""Read what runs found: judge a saved run again, and put a run beside earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from apicheck.judge import compare_runs, judge
from apicheck.model.difference import Comparison
from apicheck.model.errors import RunDirectoryError
from apicheck.model.exchange import Transcript
from apicheck.model.results import Results
from apicheck.report import FILE_NAMES, results_from_json
from apicheck.run import directory as run_directory
from apicheck.run.attesting import attach_attestations
from apicheck.run.reproduction import add_reproductions
from apicheck.run.saved import load_run

MOST_EARLIER = 20
"""Earlier runs that a report shows, the newest ones."""


def judge_saved(directory: Path, attestations: Path | None = None) -> Results:
    """Judge a saved run again: no network, no clock. attestations: in place of those of the run."""
    saved = load_run(directory)
    results = judge(
        saved.plan, saved.transcripts, saved.provenance, saved.preflight, saved.leftovers
    )
    results = add_reproductions(results, saved.transcripts, saved.plan.target.base_url)
    return attach_attestations(results, saved.plan.policy, directory, attestations)


def load_saved(
    directory: Path, attestations: Path | None = None
) -> tuple[Results, tuple[Transcript, ...]]:
    """Judge a saved run again; returns its results and its transcripts."""
    return judge_saved(directory, attestations), run_directory.read_journal(directory)


def read_results(place: Path) -> Results:
    """Read the results of a run: its directory, or its results.json.

    A run that was killed has no results; it is judged.
    """
    file = place / FILE_NAMES["json"] if place.is_dir() else place
    if place.is_dir() and not file.exists():
        return judge_saved(place)
    try:
        return results_from_json(file.read_bytes())
    except OSError as error:
        raise RunDirectoryError(f"cannot read {file}: {error.strerror}") from error


def read_earlier(places: Sequence[Path]) -> tuple[Results, ...]:
    """Read the results of earlier runs, the oldest first; the newest ones of many.

    places: run directories, or their results.json, in any order. Raises RunDirectoryError.
    """
    runs = sorted(map(read_results, places), key=lambda one: one.run.started)
    return tuple(runs[-MOST_EARLIER:])


def compare_with_earlier(results: Results, earlier: Sequence[Results]) -> Comparison | None:
    """Compare a run with the last of earlier ones; None where there is none."""
    if not earlier:
        return None
    return Comparison(tuple(earlier), compare_runs(earlier[-1], results))
