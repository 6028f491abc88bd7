"""Servers that others wrote, as processes: what they need installed, from start to end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import pytest


def find_program(name: str) -> str:
    """The path of a program. The test is skipped where there is none, but not in CI."""
    found = shutil.which(name, path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if found is None:
        assert not os.environ.get("CI"), f"{name} is missing; .ci/servers installs it"
        # Whoever has no such program can still work on apicheck; CI must have it.
        pytest.skip(f"{name} is missing here")
    return found


def do(*command: str | Path, cwd: Path | None = None) -> None:
    """Run a command that must succeed, and show what it said only if it does not."""
    ran = subprocess.run(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout


def install_with_npm(folder: Path) -> None:
    """Install what the `package.json` of a folder names."""
    do(find_program("npm"), "install", "--no-audit", "--no-fund", cwd=folder)


def install_with_pip(folder: Path, requirements: Path) -> Path:
    """Install requirements into a virtualenv in a folder; returns where its programs are."""
    do(sys.executable, "-m", "venv", folder / "venv")
    programs = folder / "venv" / "bin"
    do(programs / "pip", "install", "--quiet", "-r", requirements)
    return programs


def find_free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: list[str | Path],
    cwd: Path,
    port: int,
    path: str = "",
    env: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """The URL of a server, from when it listens, or serves a path, until the end of the block."""
    with TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=cwd, env=env, stdout=log, stderr=log)
        try:
            _wait_for(port, path, process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(port: int, path: str, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, _read(log)
        try:
            if path:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60).close()
            else:
                socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"nobody listens: {_read(log)}")


def _read(log: IO[bytes]) -> str:
    log.seek(0)
    return log.read().decode()
