"""Start the reference server as a separate process; apicheck never imports it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

from apicheck.model.errors import TargetUnreachable

_SECONDS_TO_START = 20.0
_SECONDS_TO_STOP = 5.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running reference server. target_file: an apicheck.toml for it."""

    base_url: str
    control_url: str
    target_file: Path


def build_server_command(
    profile_dir: Path,
    target_file: Path | None,
    *,
    faults: Sequence[str] = (),
    port: int = 0,
    control_port: int = 0,
    seed: int = 1,
    lowers_limits: bool = False,
) -> list[str]:
    """Build the command line that serves a profile. Port 0: any free one.

    lowers_limits: a limit of thousands is one of a few requests, as staging servers have it.
    """
    command = [
        sys.executable,
        "-m",
        "reference_server",
        "--profile",
        str(profile_dir),
        "--port",
        str(port),
        "--control-port",
        str(control_port),
        "--seed",
        str(seed),
    ]
    if lowers_limits:
        command.append("--lower-limits")
    if target_file is not None:
        command += ["--write-target", str(target_file)]
    for fault in faults:
        command += ["--fault", fault]
    return command


@contextmanager
def reference_server(
    profile_dir: Path,
    *,
    faults: Sequence[str] = (),
    port: int = 0,
    control_port: int = 0,
    seed: int = 1,
    lowers_limits: bool = False,
) -> Iterator[Server]:
    """Serve a profile on loopback while the context lasts. lowers_limits: as for the command.

    Raises TargetUnreachable, with the server's error output, when it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="apicheck-") as folder:
        target_file = Path(folder) / "apicheck.toml"
        command = build_server_command(
            profile_dir,
            target_file,
            faults=faults,
            port=port,
            control_port=control_port,
            seed=seed,
            lowers_limits=lowers_limits,
        )
        # A file: of a pipe that nobody reads, the server would wait at its hundredth traceback.
        log = Path(folder) / "log"
        with log.open("wb") as errors:
            process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
                [*command, "--stdin-watch"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        try:
            started = _read_first_line(process, log)
            yield Server(started["base_url"], started["control_url"], target_file)
        finally:
            _stop(process)


def _read_first_line(process: subprocess.Popen[bytes], log: Path) -> dict[str, str]:
    assert process.stdout is not None
    watchdog = Timer(_SECONDS_TO_START, process.kill)
    watchdog.start()
    try:
        line = process.stdout.readline()
    finally:
        watchdog.cancel()
    try:
        return dict(json.loads(line))
    except ValueError:
        process.kill()
        process.wait(_SECONDS_TO_STOP)
        output = log.read_text("utf-8", "replace").strip()[-2000:]
        raise TargetUnreachable(f"the reference server did not start: {output}") from None


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_SECONDS_TO_STOP)
    if process.stdout is not None:
        process.stdout.close()
