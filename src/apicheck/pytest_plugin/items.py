"""A policy as pytest sees it: a collector for each clause, an item for each check and subject."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import groupby
from pathlib import Path
from typing import Any, cast

import pytest

from apicheck.model.errors import ApicheckError
from apicheck.model.plan import Options
from apicheck.model.results import Results
from apicheck.promises import (
    Promise,
    PromiseOutcome,
    PromiseStatus,
    list_promises,
    narrow,
    outcome_of,
    rows_of,
)
from apicheck.pytest_plugin.application import import_application
from apicheck.pytest_plugin.notes import Notes
from apicheck.pytest_plugin.properties import describe
from apicheck.pytest_plugin.single_run import obtain
from apicheck.run import RunConfig, RunResult, run_pipeline, serve_application
from apicheck.signals import SIGNALS

_NOT_SERVED = "http://127.0.0.1"
"""Where an application will be, on some port, while nothing is sent to it."""
_BRACKETS = str.maketrans("[]", "()")


class PolicyFile(pytest.File):
    """A policy, with the run that serves its items."""

    _promises: tuple[Promise, ...] = ()
    _finished: tuple[Results, Path] | Exception | None = None

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Collect a collector for each clause, or its only item where no check tests it."""
        try:
            self._promises = list_promises(self._build_config())
        except ApicheckError as error:
            raise self.CollectError(str(error)) from None
        for clause, promises in groupby(self._promises, lambda promise: promise.clause):
            first, *others = promises
            name = _name_node(clause)
            if first.check:
                every = (first, *others)
                yield ClauseCollector.from_parent(self, name=name, promises=every)
            else:
                yield PromiseItem.from_parent(self, name=name, promise=first)

    def find_run(self) -> tuple[Results, Path]:
        """The results and directory of the run, which the first item starts.

        Raises what the run raised.
        """
        if self._finished is None:
            try:
                self._finished = obtain(self.config, self.path, self._play)
            except Exception as error:  # noqa: BLE001  (raised again for each item)
                self._finished = error
        if isinstance(self._finished, Exception):
            raise self._finished
        return self._finished

    def _play(self) -> RunResult:
        selected = [
            item.promise
            for item in self.session.items
            if isinstance(item, PromiseItem) and item.getparent(PolicyFile) is self
        ]
        with self._served() as url:
            config = narrow(self._build_config(url), selected, self._promises)
            result = run_pipeline(config, Notes(self.config))
        if result.results.run.interrupted in SIGNALS:  # which the run took for itself
            raise KeyboardInterrupt(f"{result.results.run.interrupted} ended the run")
        return result

    def _served(self) -> AbstractContextManager[str]:
        """Serve the application that an option names; its URL, or "" without one."""
        named = self.config.option.apicheck_app
        if not named:
            return nullcontext("")
        return serve_application(import_application(named, self.config.rootpath))

    def _build_config(self, url: str = "") -> RunConfig:
        """The configuration of the run. url: of the application, as soon as it is served."""
        option = self.config.option
        url = url or (_NOT_SERVED if option.apicheck_app else "")
        return RunConfig(
            policy=self.path,
            target=Path(option.apicheck_target) if option.apicheck_target else None,
            overrides={"base_url": url} if url else {},
            options=Options(seed=option.apicheck_seed, max_requests=option.apicheck_max_requests),
            out=Path(option.apicheck_out) if option.apicheck_out else None,
        )


def _name_node(clause: str) -> str:
    """Name the node of a clause: pytest splits an id at `::`, and ends its names at `[`."""
    return clause.replace("::", ":").translate(_BRACKETS)


class ClauseCollector(pytest.Collector):
    """A clause, with an item for each check and subject."""

    def __init__(self, *, promises: tuple[Promise, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._promises = promises

    def collect(self) -> Iterator[pytest.Item]:
        """Collect an item for each promise."""
        for promise in self._promises:
            # As text, so that a pytest whose ids have parts finds the subject to be one of them.
            id_ = f"{self.nodeid}::{promise.name}"
            yield PromiseItem.from_parent(self, name=promise.name, nodeid=id_, promise=promise)


class PromiseItem(pytest.Item):
    """One clause, as one check tests it on one subject; or a clause that no check tests."""

    def __init__(self, *, promise: Promise, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.promise = promise
        self._outcome = PromiseOutcome(PromiseStatus.SKIPPED)

    def setup(self) -> None:
        """Run, once for all items; what ends the run before it tests an item is an error of it."""
        try:
            results, _ = self._find_run()
        except ApicheckError as error:
            pytest.fail(str(error), pytrace=False)
        self._outcome = outcome_of(results, self.promise)
        if self._outcome.status is PromiseStatus.UNPLAYED:
            pytest.fail(f"the run ended before this test: {self._outcome.text}", pytrace=False)

    def runtest(self) -> None:
        """Fail with what was expected, what came and a reproduction, or with what is undecided."""
        results, directory = self._find_run()
        self.user_properties += describe(results, self.promise, directory)
        if getattr(self.config.option, "allure_report_dir", None):
            from apicheck.pytest_plugin.allure_steps import show

            show(results, self.promise, directory)
        match self._outcome.status:
            case PromiseStatus.FAILED:
                raise Violated(self._outcome.text)
            case PromiseStatus.UNDECIDED:
                raise Undecided(self._outcome.text)
            case PromiseStatus.WARNED:
                raise pytest.xfail.Exception(self._outcome.text)  # a failure under --runxfail
            case PromiseStatus.SKIPPED:
                pytest.skip(self._outcome.text)  # the verdict not-tested, with its task

    def _find_run(self) -> tuple[Results, Path]:
        return cast("PolicyFile", self.getparent(PolicyFile)).find_run()

    def amend_report(self, report: pytest.TestReport) -> None:
        """Give the time that the promise's exchanges took, and its line for the place.

        Otherwise the first item would have the time of the whole run, and the others none.
        """
        report.duration = 0.0
        if report.when == "call":
            rows = rows_of(self._find_run()[0], self.promise)
            report.duration = sum(row.seconds or row.seconds_read for row in rows)
        if report.skipped and isinstance(report.longrepr, tuple):
            report.longrepr = (str(self.path), self.promise.line, report.longrepr[2])

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: str | None = None,
    ) -> str:
        """Show the message alone for what the run found."""
        if isinstance(excinfo.value, Violated | Undecided):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo, cast("None", style)))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The place of the clause, and a title: not the end of the id, whose dots pytest splits."""
        title = f"{self.promise.clause}: {self.promise.name or 'no check'}"
        return self.path, max(0, self.promise.line - 1), title


class Violated(AssertionError):
    """The API violates a clause."""


class Undecided(Exception):
    """The run could not judge a binding clause."""
