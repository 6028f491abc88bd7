"""apicheck report: render a saved run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from apicheck.cli import options
from apicheck.cli.known import leave_out, load_known
from apicheck.cli.modified import allow_modified, refuse_modified
from apicheck.cli.screen import Screen
from apicheck.model.errors import RunDirectoryError
from apicheck.report import FORMATS, render


@click.command("report")
@click.argument("run_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), default="html", show_default=True,
              help="The format of the report.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write to this file instead of stdout.")  # fmt: skip
@click.option("--attestations", type=options.FILE, metavar="FILE",
              help="What people attest, in place of the file of the run.")  # fmt: skip
@click.option("--baseline", type=options.FILE, metavar="FILE",
              help="Leave out the findings that this file knows (apicheck baseline).")  # fmt: skip
@options.since
@click.option("--print", "on_paper", type=click.Choice(("short", "full")), default="short",
              show_default=True,
              help="What the page shows on paper: 15 pages at most, or all of it.")  # fmt: skip
@allow_modified
@options.loudness
@click.pass_obj
def command(
    screen: Screen,
    /,
    run_dir: Path,
    form: str,
    output: Path | None,
    baseline: Path | None,
    *,
    allow_modified: bool,
    attestations: Path | None,
    **of_the_page: Any,
) -> int:
    """Render a saved run in one of the formats of reports.

    The command judges the run again first. Its exit code is 0 whatever the run's word is. With
    --baseline, the verdicts stay what they are; findings that are known are left out, as code
    scanning would show them as alerts.

    \b
    apicheck report reports/canonical-20261121T063000 --format junit -o junit.xml
    apicheck report reports/canonical-20261121T063000 --format sarif -o apicheck.sarif
    apicheck report reports/new --since reports/old --print full -o report.html
    """
    from apicheck.run import compare_with_earlier, load_saved, read_earlier

    known = load_known(baseline)
    refuse_modified(screen, run_dir, allowed=allow_modified)
    results, transcripts = load_saved(run_dir, attestations)
    results = leave_out(results, known)
    comparison = compare_with_earlier(results, read_earlier(of_the_page["since"]))
    full = of_the_page["on_paper"] == "full"
    content = render(results, transcripts, form, comparison, print_full=full)
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return 0
    try:
        output.write_bytes(content)
    except OSError as error:
        raise RunDirectoryError(f"cannot write {output}: {error.strerror}") from error
    screen.say(f"wrote {form} to {output}")
    return 0
