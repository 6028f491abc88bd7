"""apicheck serve: run the reference server in the foreground."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import click

from apicheck.cli import options
from apicheck.cli.screen import Screen
from apicheck.model.errors import TargetUnreachable

_SECONDS_TO_STOP = 5.0


@click.command("serve")
@click.option("--profile", default="canonical", show_default=True, metavar="NAME",
              help="The profile that the server keeps, or a folder with one.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N",
              help="Port of the API (default: any free one).")  # fmt: skip
@click.option("--control-port", type=click.IntRange(0, 65535), default=0, metavar="N",
              help="Port of the control protocol (default: any free one).")  # fmt: skip
@click.option("--fault", "faults", multiple=True, metavar="ID",
              help="Switch on a fault, which breaks a promise. Repeatable.")  # fmt: skip
@click.option("--write-target", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write an apicheck.toml for this server.")  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True, metavar="N",
              help="Seed of the tokens and ids.")  # fmt: skip
@options.loudness
@click.pass_obj
def command(
    screen: Screen,
    /,
    *,
    profile: str,
    port: int,
    control_port: int,
    faults: tuple[str, ...],
    write_target: Path | None,
    seed: int,
) -> int:
    """Serve an API that keeps a profile's policy.

    The server is something to try apicheck on. It runs until Ctrl-C.

    \b
    apicheck serve --write-target apicheck.toml        then, in another terminal:
    apicheck run --profile canonical
    apicheck serve --fault ratelimit/never-refuses     to see how a run finds the fault
    """
    from apicheck.load import profile_dir
    from apicheck.run import build_server_command

    folder = Path(profile) if Path(profile).is_dir() else profile_dir(profile)
    words = build_server_command(
        folder, write_target, faults=faults, port=port, control_port=control_port, seed=seed
    )
    process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
        [*words, "--stdin-watch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        _announce(screen, process, profile)
        code = process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(process)
    if code:
        raise TargetUnreachable(f"the reference server ended with code {code}; see above")
    return 0


def _announce(screen: Screen, process: subprocess.Popen[bytes], profile: str) -> None:
    assert process.stdout is not None
    try:
        started = json.loads(process.stdout.readline())
    except ValueError:
        raise TargetUnreachable("the reference server did not start; see above") from None
    screen.out(f"API      {started['base_url']}")
    screen.out(f"control  {started['control_url']}")
    for entry, url in started.get("entries", {}).items():
        screen.out(f"{entry:<8} {url}")
    if started.get("target"):
        screen.out(f"target   {started['target']}")
        screen.say(f"try: apicheck run --profile {profile} --target {started['target']}")
    else:
        screen.say(f"try: curl -i {started['base_url']}/")
    screen.say("Ctrl-C stops it.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    process.terminate()
    try:
        process.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
