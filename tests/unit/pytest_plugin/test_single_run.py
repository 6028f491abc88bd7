"""What the workers of one session tell each other about the run of a policy."""

from pathlib import Path
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any, cast

import pytest

from apicheck.model.errors import ApicheckError, TargetUnreachable
from apicheck.model.results import Results
from apicheck.pytest_plugin.single_run import obtain
from apicheck.run import RunResult, write_results

POLICY = Path("policy.yaml")


def worker(base: Path, name: str, session: str = "s1") -> pytest.Config:
    option = SimpleNamespace(basetemp=str(base / name))
    config = SimpleNamespace(option=option, workerinput={"testrunuid": session})
    return cast("pytest.Config", config)


class Player:
    """Plays a run, and counts how often."""

    def __init__(self, folder: Path, results: Results, error: Exception | None = None) -> None:
        self.folder, self.results, self.error = folder, results, error
        self.played = 0

    def __call__(self) -> RunResult:
        self.played += 1
        if self.error:
            raise self.error
        self.folder.mkdir()
        files = write_results(self.folder, self.results, (), ())
        return RunResult(self.results, self.folder, files, cast("Any", None))


def test_the_workers_of_a_session_play_once_and_have_the_same_results(
    tmp_path: Path, results: Results
) -> None:
    play = Player(tmp_path / "run", results)
    workers, got = 4, []
    ready = Barrier(workers)

    def work(name: str) -> None:
        ready.wait()
        got.append(obtain(worker(tmp_path, name), POLICY, play))

    threads = [Thread(target=work, args=(f"gw{number}",)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert play.played == 1
    assert [directory for _, directory in got] == [tmp_path / "run"] * workers
    assert all(one.clauses == results.clauses for one, _ in got)


def test_what_ended_the_run_of_one_worker_is_said_by_each(tmp_path: Path, results: Results) -> None:
    play = Player(tmp_path, results, TargetUnreachable("nothing responds at http://x"))
    for name, error in (("gw0", TargetUnreachable), ("gw1", ApicheckError)):
        with pytest.raises(error, match="nothing responds at http://x"):
            obtain(worker(tmp_path, name), POLICY, play)
    assert play.played == 1


def test_a_worker_that_crashes_leaves_the_run_to_the_next(tmp_path: Path, results: Results) -> None:
    crashing = Player(tmp_path, results, cast("Exception", KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        obtain(worker(tmp_path, "gw0"), POLICY, crashing)
    play = Player(tmp_path / "run", results)
    obtain(worker(tmp_path, "gw1"), POLICY, play)
    assert play.played == 1


def test_another_session_and_another_policy_have_runs_of_their_own(
    tmp_path: Path, results: Results
) -> None:
    obtain(worker(tmp_path, "gw0"), POLICY, Player(tmp_path / "1", results))
    obtain(worker(tmp_path, "gw0"), Path("other.yaml"), Player(tmp_path / "2", results))
    obtain(worker(tmp_path, "gw0", "s2"), POLICY, Player(tmp_path / "3", results))
    assert all((tmp_path / name).is_dir() for name in "123")


def test_without_workers_nothing_is_shared(tmp_path: Path, results: Results) -> None:
    alone = cast("pytest.Config", SimpleNamespace(option=SimpleNamespace(basetemp=None)))
    for name in "12":
        assert obtain(alone, POLICY, Player(tmp_path / name, results))[0] is results
