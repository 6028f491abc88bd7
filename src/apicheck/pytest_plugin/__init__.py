"""The pytest plugin: policies as test files, and fixtures for a project's own tests.

    pytest policy.yaml --apicheck-target apicheck.toml

collects one item for every clause, check and subject of the policy. One run serves all items; it
starts with the first item and tests only what was selected. pytest imports this module in every
project where apicheck is installed, so it imports the rest on demand.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from apicheck.testing import Run, Server

_SNIFFED_BYTES = 64 * 1024


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin."""
    group = parser.getgroup("apicheck", "apicheck: API policies, clause by clause")
    group.addoption("--apicheck-target", metavar="FILE", help="the target file (apicheck.toml)")
    group.addoption(
        "--apicheck-app",
        metavar="MODULE:NAME",
        help="serve this ASGI or WSGI application while a policy is run",
    )
    group.addoption(
        "--apicheck-out", metavar="DIR", help="the run directory of a policy (default: in reports/)"
    )
    group.addoption(
        "--apicheck-profile", metavar="NAME", default="", help="a packaged policy and document"
    )
    group.addoption("--apicheck-seed", metavar="N", type=int, default=1, help="seed of the run")
    group.addoption(
        "--apicheck-max-requests", metavar="N", type=int, help="send no more requests than this"
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a policy that the command line names."""
    if file_path.suffix not in (".yaml", ".yml") or not parent.session.isinitpath(file_path):
        return None
    if not _looks_like_policy(file_path):
        return None
    from apicheck.pytest_plugin.items import PolicyFile

    return cast("pytest.Collector", PolicyFile.from_parent(parent, path=file_path))


def _looks_like_policy(path: Path) -> bool:
    """Whether a file has the two keys of every policy; the loader reports its mistakes."""
    with path.open("rb") as stream:
        lines = stream.read(_SNIFFED_BYTES).splitlines()
    starts = {line.split(b":")[0].strip(b"\"'") for line in lines}
    return b"policy" in starts and b"clauses" in starts


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let an item of a policy say how long it took, and where it was skipped."""
    report = yield
    amend: Callable[[pytest.TestReport], None] | None = getattr(item, "amend_report", None)
    if amend is not None and type(item).__module__.startswith(__name__):
        amend(report)
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say where the runs of the session's policies are."""
    reports = (one for reports in terminalreporter.stats.values() for one in reports)
    named = (dict(getattr(report, "user_properties", ())).get("apicheck_run") for report in reports)
    for directory in dict.fromkeys(filter(None, named)):
        terminalreporter.write_line(f"apicheck: the run and its report are in {directory}")


@pytest.fixture(scope="session")
def apicheck_server() -> Iterator[Callable[..., Server]]:
    """Start reference servers: `apicheck_server("canonical", faults=("auth/…",))`.

    Each call starts one, with its own ports and state; all stop when the session ends.
    """
    from apicheck import testing

    with ExitStack() as stack:

        def start(profile: str = "canonical", *, faults: tuple[str, ...] = ()) -> Server:
            return stack.enter_context(testing.server(profile, faults=faults))

        yield start


@pytest.fixture(scope="session")
def apicheck_run(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Run]:
    """Test an API: `apicheck_run(target="apicheck.toml", select=("auth/*",))`.

    Takes what `apicheck.testing.check` takes; target, profile, seed and max_requests default to
    the options given to pytest.
    """
    from apicheck import testing
    from apicheck.pytest_plugin.notes import Notes

    option = request.config.option

    def run(target: str | Path | None = None, **chosen: object) -> Run:
        defaults = {
            "profile": option.apicheck_profile,
            "seed": option.apicheck_seed,
            "max_requests": option.apicheck_max_requests,
            "out": tmp_path_factory.mktemp("apicheck", numbered=True) / "run",
            "progress": Notes(request.config),
        }
        return testing.check(target or option.apicheck_target, **{**defaults, **chosen})

    return run


@pytest.fixture(scope="session")
def apicheck_receiver(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    """Test a receiver: `apicheck_receiver(app, "/hook", scheme="github", secret="…")`.

    Takes what `apicheck.testing.check_receiver` takes: an application, or a URL.
    """
    from apicheck import testing

    def run(receiver: Any, path: str = "/", **chosen: Any) -> Run:
        out = tmp_path_factory.mktemp("apicheck", numbered=True) / "run"
        return testing.check_receiver(receiver, path, **{"out": out, **chosen})

    return run
