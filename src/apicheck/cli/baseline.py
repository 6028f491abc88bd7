"""apicheck baseline: write down the findings of a run that are accepted for a time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

from apicheck.cli import options
from apicheck.cli.modified import allow_modified, refuse_modified
from apicheck.cli.screen import Screen
from apicheck.model.baseline import LONGEST_DAYS, KnownFinding
from apicheck.model.errors import BaselineError

_USUAL_DAYS = 90


@click.command("baseline")
@click.argument("run_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              default=Path("baseline.yaml"), show_default=True,
              help="The baseline; one that is there already is renewed.")  # fmt: skip
@click.option("--owner", required=True, metavar="NAME", help="Who answers for the findings.")
@click.option("--reason", required=True, metavar="TEXT",
              help="Why they may stay for now, or the ticket that mends them.")  # fmt: skip
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
              help=f"The last day on which they count (default: {_USUAL_DAYS} days from today;"
              f" at most {LONGEST_DAYS}).")  # fmt: skip
@allow_modified
@options.loudness
@click.pass_obj
def command(
    screen: Screen,
    run_dir: Path,
    output: Path,
    owner: str,
    reason: str,
    expires: datetime | None,
    *,
    allow_modified: bool,
) -> int:
    """Write the findings of a saved run into a baseline.

    A later run with --baseline FILE says which findings are new; with --fail-on new, the known ones
    do not count for its exit code. The word of the run stays what it is. Entries that the file has
    already keep their owner, reason and day; those that are mended or expired leave it.

    \b
    apicheck baseline reports/orders-20261121T063000 --owner "team orders" --reason ORD-123
    apicheck run --baseline baseline.yaml --fail-on new
    """
    from apicheck.judge import renew
    from apicheck.load import load_baseline
    from apicheck.report.baseline import write_baseline
    from apicheck.run import judge_saved

    today = datetime.now(UTC).date()
    last = _choose_day(expires, today)
    refuse_modified(screen, run_dir, allowed=allow_modified)
    entries = load_baseline(output, today) if output.exists() else ()
    results = judge_saved(run_dir)
    wanted = KnownFinding("", "", owner.strip(), reason.strip(), last)
    written = renew(results, entries, wanted, today)
    try:
        output.write_bytes(write_baseline(written))
    except OSError as error:
        raise BaselineError(f"cannot write {output}: {error.strerror}") from error
    new = sum(entry not in entries for entry in written)
    gone = sum(entry not in written for entry in entries)
    screen.out(f"{output}: {len(written)} entries, {new} new, {gone} removed")
    return 0


def _choose_day(expires: datetime | None, today: date) -> date:
    if expires is None:
        return today + timedelta(days=_USUAL_DAYS)
    latest = today + timedelta(days=LONGEST_DAYS)
    if not today <= expires.date() <= latest:
        raise click.UsageError(f"--expires: a day from {today} to {latest}")
    return expires.date()
