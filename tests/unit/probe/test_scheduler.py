from __future__ import annotations

import threading
import time
from collections import Counter

import pytest

from apicheck.model.check import Claims
from apicheck.model.exchange import Transcript
from apicheck.probe.job import Job
from apicheck.probe.scheduler import ClaimTable, schedule


def job(
    key: str, *, shared: str = "", exclusive: str = "", last: bool = False, seconds: float = 0.0
) -> Job:
    claims = Claims(frozenset(shared.split()), frozenset(exclusive.split()))
    return Job(key, None, None, claims, last, seconds)


class Stage:
    """Plays each job for a moment, and notes which jobs play at the same time.

    meeting: jobs are held until that many have played at once.
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
        time.sleep(0.005)  # time for a job to start that must not
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


def test_with_a_concurrency_of_one_jobs_play_in_the_given_order() -> None:
    jobs = [job("a"), job("b", last=True), job("c", exclusive="clock"), job("d")]
    assert run(jobs, 1).order == ["a", "c", "d", "b"]


def test_jobs_without_claims_play_together() -> None:
    assert run([job(str(n)) for n in range(12)], 4, meeting=4).most == 4


def test_jobs_with_the_same_exclusive_claim_never_play_together() -> None:
    stage = run([job(str(n), exclusive="bucket:x") for n in range(6)], 4)
    assert stage.most == 1


def test_shared_claims_are_held_together_but_not_with_an_exclusive_one() -> None:
    jobs = [job(f"s{n}", shared="bucket:x") for n in range(6)]
    jobs.insert(3, job("alone", exclusive="bucket:x"))
    stage = run(jobs, 4, meeting=2)
    assert stage.most > 1
    assert not any("alone" in pair for pair in stage.together)


def test_a_job_that_claims_the_clock_plays_alone() -> None:
    jobs = [*(job(str(n)) for n in range(5)), job("clock", exclusive="clock"), job("z")]
    stage = run(jobs, 4)
    assert not any("clock" in pair for pair in stage.together)


def test_a_waiting_job_is_not_overtaken_by_jobs_that_would_take_its_claims() -> None:
    jobs = [job("first", shared="x"), job("alone", exclusive="x")]
    jobs += [job(f"later{n}", shared="x") for n in range(10)]
    assert run(jobs, 4).order[:2] == ["first", "alone"]


def test_jobs_that_use_up_limits_play_last() -> None:
    jobs = [job("limit", last=True), *(job(str(n)) for n in range(8))]
    stage = run(jobs, 4)
    assert stage.order[-1] == "limit"
    assert not any("limit" in pair for pair in stage.together)


def test_of_those_that_use_up_limits_the_ones_that_wait_least_come_first() -> None:
    waits = {"a": 60.0, "b": 0.0, "c": 120.0, "d": 0.0}
    limited = [
        job(key, exclusive=f"bucket:{key} clock", last=True, seconds=seconds)
        for key, seconds in waits.items()
    ]
    others = [job("before", last=True, seconds=9.0), job("after", last=True)]
    assert run([others[0], *limited, others[1]], 1).order == ["before", *"bdac", "after"]


def test_an_exception_of_a_job_reaches_the_caller_and_releases_its_claims() -> None:
    table = ClaimTable()

    def play(_: Job) -> Transcript:
        raise KeyError("x")

    one = job("a", exclusive="x")
    with pytest.raises(KeyError):
        list(schedule([one], play, table, concurrency=2, stop=threading.Event()))
    assert table.try_take(one.claims)


def test_the_next_job_begins_while_the_transcript_of_another_is_read() -> None:
    begun = {key: threading.Event() for key in "abc"}
    ends = {key: threading.Event() for key in "abc"}

    def play(one: Job) -> Transcript:
        begun[one.key].set()
        assert ends[one.key].wait(10)
        return Transcript(one.key)

    stream = schedule(
        [job("a"), job("b"), job("c")], play, ClaimTable(), concurrency=2, stop=threading.Event()
    )
    ends["a"].set()
    assert next(stream).probe == "a"
    assert begun["c"].wait(10)
    for end in ends.values():
        end.set()
    assert {transcript.probe for transcript in stream} == {"b", "c"}


def test_a_job_that_waits_for_a_thread_does_not_begin_after_a_stop() -> None:
    stop, table, both = threading.Event(), ClaimTable(), threading.Barrier(2)
    begun: list[str] = []

    def play(one: Job) -> Transcript:
        begun.append(one.key)
        both.wait(10)
        stop.set()
        return Transcript(one.key)

    jobs = [job("a"), job("b"), job("c", exclusive="thing")]
    done = list(schedule(jobs, play, table, concurrency=2, stop=stop))
    assert sorted(begun) == sorted(one.probe for one in done) == ["a", "b"]
    assert table.try_take(Claims(exclusive=frozenset({"thing", "clock"})))
