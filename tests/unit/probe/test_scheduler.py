from __future__ import annotations

import threading
import time
from collections import Counter

import pytest

from apicheck.model.check import Claims
from apicheck.model.exchange import Transcript
from apicheck.probe.job import Job
from apicheck.probe.scheduler import ClaimTable, schedule


def job(key: str, *, shared: str = "", exclusive: str = "", last: bool = False) -> Job:
    claims = Claims(frozenset(shared.split()), frozenset(exclusive.split()))
    return Job(key, None, None, claims, last)  # type: ignore[arg-type]


class Stage:
    """Plays jobs by holding what they claim for a moment, and notes who was there together.

    meeting: jobs are held until that many have been there at once.
    """

    def __init__(self, meeting: int) -> None:
        self.meeting = meeting
        self.met = threading.Event()
        self.lock = threading.Lock()
        self.playing: list[Job] = []
        self.together: Counter[frozenset[str]] = Counter()
        self.order: list[str] = []
        self.most = 0

    def play(self, job: Job) -> Transcript:
        with self.lock:
            self.order.append(job.key)
            self.playing.append(job)
            self.most = max(self.most, len(self.playing))
            for one in self.playing:
                if one is not job:
                    self.together[frozenset((one.key, job.key))] += 1
            if self.most >= self.meeting:
                self.met.set()
        self.met.wait(10)
        time.sleep(0.005)  # who may not meet gets the chance to
        with self.lock:
            self.playing.remove(job)
        return Transcript(job.key)


def run(jobs: list[Job], concurrency: int, *, meeting: int = 1) -> Stage:
    stage = Stage(meeting)
    done = list(
        schedule(jobs, stage.play, ClaimTable(), concurrency=concurrency, stop=threading.Event())
    )
    assert sorted(t.probe for t in done) == sorted(j.key for j in jobs)
    return stage


def test_with_a_concurrency_of_one_the_order_is_the_given_one() -> None:
    jobs = [job("a"), job("b", last=True), job("c", exclusive="clock"), job("d")]
    assert run(jobs, 1).order == ["a", "c", "d", "b"]


def test_jobs_without_claims_play_together() -> None:
    assert run([job(str(n)) for n in range(12)], 4, meeting=4).most == 4


def test_two_that_want_the_same_for_themselves_never_meet() -> None:
    stage = run([job(str(n), exclusive="bucket:x") for n in range(6)], 4)
    assert stage.most == 1


def test_sharers_meet_but_not_with_who_wants_it_alone() -> None:
    jobs = [job(f"s{n}", shared="bucket:x") for n in range(6)]
    jobs.insert(3, job("alone", exclusive="bucket:x"))
    stage = run(jobs, 4, meeting=2)
    assert stage.most > 1
    assert not any("alone" in pair for pair in stage.together)


def test_who_claims_the_clock_is_alone_with_it() -> None:
    jobs = [*(job(str(n)) for n in range(5)), job("clock", exclusive="clock"), job("z")]
    stage = run(jobs, 4)
    assert not any("clock" in pair for pair in stage.together)


def test_who_waits_is_not_overtaken_by_those_who_would_keep_him_waiting() -> None:
    jobs = [job("first", shared="x"), job("alone", exclusive="x")]
    jobs += [job(f"later{n}", shared="x") for n in range(10)]
    assert run(jobs, 4).order[:2] == ["first", "alone"]


def test_what_uses_up_limits_comes_last() -> None:
    jobs = [job("limit", last=True), *(job(str(n)) for n in range(8))]
    stage = run(jobs, 4)
    assert stage.order[-1] == "limit"
    assert not any("limit" in pair for pair in stage.together)


def test_what_a_job_raises_reaches_the_reader_and_frees_its_claims() -> None:
    table = ClaimTable()

    def play(_: Job) -> Transcript:
        raise KeyError("x")

    one = job("a", exclusive="x")
    with pytest.raises(KeyError):
        list(schedule([one], play, table, concurrency=2, stop=threading.Event()))
    assert table.try_take(one.claims)
