"""apicheck run: test an API against its policy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from apicheck.cli import known, options
from apicheck.cli.as_in_the_run import OF_THE_REPORT, OF_THE_TARGET, as_in_the_run
from apicheck.cli.ending import show_result
from apicheck.cli.keys import key_file
from apicheck.cli.libraries import keep_modules
from apicheck.cli.modified import refuse_modified
from apicheck.cli.screen import Screen
from apicheck.report import FORMATS

if TYPE_CHECKING:
    from apicheck.run import RunResult


@click.command("run", no_args_is_help=False)
@options.documents
@options.target
@options.selection
@options.limits
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR",
              help="The run directory (default: reports/<profile>-<time>/).")  # fmt: skip
@click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS),
              help="A format of the report, beside results.json. Repeatable.")  # fmt: skip
@click.option("--attestations", type=options.FILE, metavar="FILE",
              help="What people attest: the answers that apicheck attest asks for.")  # fmt: skip
@options.since
@key_file("--sign-key", "Sign the run with this private key: Ed25519, PEM (PKCS#8).")
@click.option("--sign-key-env", metavar="NAME",
              help="Sign the run with the private key in this variable.")  # fmt: skip
@click.option("--resume", type=click.Path(exists=True, file_okay=False, path_type=Path),
              metavar="DIR",
              help="Finish the run of DIR, which was killed or interrupted.")  # fmt: skip
@known.baseline
@click.option("--json", "as_json", is_flag=True, help="Print results.json on stdout.")
@options.loudness
@click.pass_context
def command(
    ctx: click.Context, /, *, as_json: bool, resume: Path | None = None, **given: Any
) -> int:
    """Test an API against its policy, clause by clause.

    If an apicheck.toml names the policy and the target, `apicheck run` needs no options. The
    first Ctrl-C or SIGTERM stops sending; apicheck then deletes what it made, judges and reports.

    \b
    apicheck run
    apicheck run --profile canonical --target staging.toml --max-requests 2000
    apicheck run --spec openapi.yaml --base-url http://127.0.0.1:8000
    apicheck run --select auth --select scopes/denied --format junit
    apicheck run --baseline baseline.yaml --fail-on new
    apicheck run --resume reports/canonical-20261121T063000
    """
    screen: Screen = ctx.obj
    entries = known.load_known(given["baseline"], given["fail_on"])
    result = _start(screen, given) if resume is None else _resume(ctx, resume, given)
    return show_result(screen, result, entries, given, as_json=as_json)


def _start(screen: Screen, given: dict[str, Any]) -> RunResult:
    config = options.build_config(given)
    from apicheck.run import run_pipeline

    keep_modules()
    return run_pipeline(config, screen.progress())


def _resume(ctx: click.Context, directory: Path, given: dict[str, Any]) -> RunResult:
    """Finish a run; its own options hold, except those that tell where target and secrets are."""
    wanted = {name: value for name, value in given.items() if _is_given(ctx, name)}
    kept = (*OF_THE_TARGET, *OF_THE_REPORT)
    if wrong := [param for param in ctx.command.params if param.name in {*wanted} - {*kept}]:
        raise click.UsageError(
            f"--resume takes {wrong[0].opts[0]} from {directory}: leave it out, or begin a new run"
        )
    from apicheck.run import recorded_arguments, resume_pipeline

    refuse_modified(ctx.obj, directory, allowed=None)
    arguments = recorded_arguments(directory)[1:]
    config = options.build_config(as_in_the_run(ctx.command, arguments, wanted, kept))
    return resume_pipeline(directory, config, ctx.obj.progress())


def _is_given(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is not ParameterSource.DEFAULT
