"""The pytest plugin: policies as test files, and fixtures for a project's own tests.

    pytest policy.yaml --apicheck-target apicheck.toml

collects one item for every clause, check and subject of the policy. One run serves all items; it
starts with the first item and tests only what was selected. pytest imports this module in every
project where apicheck is installed, so it imports the rest on demand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from apicheck.model.results import Results
    from apicheck.promises import Promise, PromiseOutcome
    from apicheck.run import RunConfig
    from apicheck.testing import Run, Server

_SNIFFED_BYTES = 64 * 1024


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin."""
    group = parser.getgroup("apicheck", "apicheck: API policies, clause by clause")
    group.addoption("--apicheck-target", metavar="FILE", help="the target file (apicheck.toml)")
    group.addoption(
        "--apicheck-profile", metavar="NAME", default="", help="a packaged policy and document"
    )
    group.addoption("--apicheck-seed", metavar="N", type=int, default=1, help="seed of the run")
    group.addoption(
        "--apicheck-max-requests", metavar="N", type=int, help="send no more requests than this"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker that keeps the items of one run on one worker of pytest-xdist."""
    config.addinivalue_line("markers", "xdist_group(name): items that run on the same worker")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a policy that the command line names."""
    if file_path.suffix not in (".yaml", ".yml") or not parent.session.isinitpath(file_path):
        return None
    if not _looks_like_policy(file_path):
        return None
    return cast("pytest.Collector", PolicyFile.from_parent(parent, path=file_path))


def _looks_like_policy(path: Path) -> bool:
    """Whether a file has the two keys of every policy; the loader reports its mistakes."""
    with path.open("rb") as stream:
        lines = stream.read(_SNIFFED_BYTES).splitlines()
    starts = {line.split(b":")[0].strip(b"\"'") for line in lines}
    return b"policy" in starts and b"clauses" in starts


class PolicyFile(pytest.File):
    """A policy, with the run that serves its items."""

    _promises: tuple[Promise, ...] = ()
    _finished: Results | Exception | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """Collect one item for each clause, check and subject."""
        from apicheck.model.errors import ApicheckError
        from apicheck.promises import list_promises

        try:
            self._promises = list_promises(self._build_config())
        except ApicheckError as error:
            raise self.CollectError(str(error)) from None
        group = pytest.mark.xdist_group(f"apicheck:{self.path}")
        for promise in self._promises:
            item = ClauseItem.from_parent(self, name=str(promise), promise=promise)
            item.add_marker(group)
            yield item

    def results(self) -> Results:
        """The results of the run, which the first item starts. Raises what the run raised."""
        if self._finished is None:
            try:
                self._finished = self._run()
            except Exception as error:  # noqa: BLE001  (raised again for each item)
                self._finished = error
        if isinstance(self._finished, Exception):
            raise self._finished
        return self._finished

    def _run(self) -> Results:
        from apicheck.promises import narrow
        from apicheck.run import run_pipeline

        selected = [
            item.promise
            for item in self.session.items
            if isinstance(item, ClauseItem) and item.parent is self
        ]
        config = narrow(self._build_config(), selected, self._promises)
        return run_pipeline(config).results

    def _build_config(self) -> RunConfig:
        from apicheck.model.plan import Options
        from apicheck.run import RunConfig

        option = self.config.option
        return RunConfig(
            policy=self.path,
            target=Path(option.apicheck_target) if option.apicheck_target else None,
            options=Options(seed=option.apicheck_seed, max_requests=option.apicheck_max_requests),
        )


class ClauseItem(pytest.Item):
    """One clause, as one check tests it on one subject."""

    def __init__(self, *, promise: Promise, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.promise = promise

    def setup(self) -> None:
        """Run, once for all items. An undecided item is an error, an untested one is skipped."""
        from apicheck.promises import PromiseStatus

        outcome = self._find_outcome()
        if outcome.status is PromiseStatus.UNDECIDED:
            raise Undecided(outcome.text)
        if outcome.status is PromiseStatus.SKIPPED:
            pytest.skip(outcome.text)

    def runtest(self) -> None:
        """Fail with what was expected, what came, and a reproduction."""
        from apicheck.promises import PromiseStatus

        outcome = self._find_outcome()
        if outcome.status is PromiseStatus.FAILED:
            raise Violated(outcome.text)
        if outcome.status is PromiseStatus.WARNED:
            pytest.xfail(outcome.text)

    def _find_outcome(self) -> PromiseOutcome:
        from apicheck.promises import outcome_of

        return outcome_of(cast("PolicyFile", self.parent).results(), self.promise)

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: str | None = None,
    ) -> str:
        """Show the message alone for an error of apicheck's own."""
        if isinstance(excinfo.value, Violated | Undecided) or _is_ours(excinfo.value):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo, cast("None", style)))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The file and the name of the item."""
        return self.path, None, self.name


class Violated(Exception):
    """The API violates a clause."""


class Undecided(Exception):
    """The run could not judge a binding clause."""


def _is_ours(error: BaseException) -> bool:
    from apicheck.model.errors import ApicheckError

    return isinstance(error, ApicheckError)


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

    option = request.config.option

    def run(target: str | Path | None = None, **chosen: object) -> Run:
        defaults = {
            "profile": option.apicheck_profile,
            "seed": option.apicheck_seed,
            "max_requests": option.apicheck_max_requests,
            "out": tmp_path_factory.mktemp("apicheck", numbered=True) / "run",
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
