"""apicheck demo: run against the reference server."""

from __future__ import annotations

from pathlib import Path

import click

from apicheck.cli import options
from apicheck.cli.results import describe_run
from apicheck.cli.screen import Screen
from apicheck.model.verdict import RunWord


@click.command("demo")
@click.option("--profile", default="canonical", show_default=True, metavar="NAME",
              help="The policy that the server keeps.")  # fmt: skip
@click.option("--fault", "faults", multiple=True, metavar="ID",
              help="Switch on a fault of the server, to see it found. Repeatable.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR",
              help="The run directory (default: reports/<profile>-<time>/).")  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True, metavar="N",
              help="Seed of the drawn values.")  # fmt: skip
@options.loudness
@click.pass_obj
def command(
    screen: Screen, profile: str, faults: tuple[str, ...], out: Path | None, seed: int
) -> int:
    """Test the reference server and write a report.

    The command starts the server itself and needs no network and no credentials. A limit of
    thousands is one of 60 requests on this server, as on a staging server. Its exit code is 0
    unless the run is not-conformant or invalid.

    \b
    apicheck demo
    apicheck demo --fault scopes/ignores-tenant
    """
    from apicheck.load import profile_dir
    from apicheck.model.plan import Options
    from apicheck.run import RunConfig, reference_server, run_pipeline

    screen.say(f"starting the reference server of {profile}")
    serving = reference_server(profile_dir(profile), faults=faults, seed=seed, lowers_limits=True)
    with serving as server:
        config = RunConfig(
            profile=profile,
            target=server.target_file,
            options=Options(seed=seed),
            out=out,
            argv=("apicheck", "demo"),
        )
        result = run_pipeline(config, screen.progress())
    for line in describe_run(result.results, result.files, verbose=screen.verbose):
        screen.out(line)
    screen.say("")
    screen.say("Try next:")
    screen.say("  apicheck demo --fault auth/skips-authentication    find a broken promise")
    screen.say(
        "  apicheck prove                                     prove that each check can fail"
    )
    screen.say("  apicheck lint --policy FILE --facts                see what your policy promises")
    word = result.results.word
    fine = (RunWord.CONFORMANT, RunWord.CONFORMANT_WITH_WAIVERS, RunWord.INCOMPLETE)
    return 0 if word.word in fine and not result.leaks else result.exit_code
