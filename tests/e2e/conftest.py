"""Whole runs: the command as a user types it, against the reference server as a process."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from apicheck.cli import main

COMMAND = Path(sys.executable).with_name("apicheck")
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
DRIVER = shutil.which("chromedriver")


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    out: str
    err: str


def start(
    *arguments: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.Popen[str]:
    """The command as a process of its own."""
    return subprocess.Popen(
        [COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_COLOR": "1", **(env or {})},
        cwd=cwd,
    )


def apicheck(
    *arguments: str | Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout_s: float = 240,
) -> Said:
    """What the command says, and its exit code."""
    with start(*arguments, env=env, cwd=cwd) as process:
        try:
            out, err = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return Said(process.returncode, out, err)


@pytest.fixture
def here(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """As `apicheck`, in this process: to start one takes most of the time of a short command."""

    def say(*arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> Said:
        monkeypatch.chdir(cwd)
        for name, value in {"NO_COLOR": "1", **(env or {})}.items():
            monkeypatch.setenv(name, value)
        code = main([*map(str, arguments)])
        return Said(code, *capsys.readouterr())

    return say


def control(url: str, method: str, path: str, body: object = None) -> Any:
    """One call of the control protocol."""
    request = urllib.request.Request(
        url + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


@pytest.fixture(name="apicheck", scope="session")
def apicheck_fixture() -> Callable[..., Said]:
    return apicheck


@pytest.fixture(name="start", scope="session")
def start_fixture() -> Callable[..., subprocess.Popen[str]]:
    return start


@pytest.fixture(name="control", scope="session")
def control_fixture() -> Callable[..., Any]:
    return control


@pytest.fixture(scope="module")
def browser() -> Iterator[Callable[[bool], Any]]:
    """Opens headless browsers, with or without JavaScript; one of each at most."""
    if not CHROMIUM or not DRIVER:
        reason = "no browser: apt-get install chromium chromium-driver"
        if os.environ.get("CI"):
            pytest.fail(reason)
        # Whoever has no browser can still work on apicheck; CI must have it.
        pytest.skip(reason)
    from selenium import webdriver

    opened: dict[bool, Any] = {}

    def open_(script: bool = True) -> Any:
        if script not in opened:
            options = webdriver.ChromeOptions()
            options.binary_location = CHROMIUM
            for word in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage"):
                options.add_argument(f"--{word}")
            options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
            if not script:
                blocked = {"profile.managed_default_content_settings.javascript": 2}
                options.add_experimental_option("prefs", blocked)
            service = webdriver.ChromeService(DRIVER)
            opened[script] = webdriver.Chrome(options=options, service=service)
        return opened[script]

    yield open_
    for driver in opened.values():
        driver.quit()
