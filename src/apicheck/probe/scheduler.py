"""Plays many jobs at once, as far as their claims allow."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue

from apicheck.model.check import Claims
from apicheck.model.exchange import Transcript
from apicheck.probe.job import Job

_LOOK_AHEAD = 200


class ClaimTable:
    """The claims that are taken. A job that does not claim the clock exclusively shares it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._shared: Counter[str] = Counter()
        self._exclusive: set[str] = set()

    def try_take(self, claims: Claims) -> bool:
        """Take everything that is claimed, or nothing."""
        with self._changed:
            if not self._is_free(claims):
                return False
            self._take(claims)
            return True

    def take(self, claims: Claims) -> None:
        """Wait until everything that is claimed can be taken, and take it."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_free(claims))
            self._take(claims)

    def release(self, claims: Claims) -> None:
        """Give back what was taken."""
        with self._changed:
            self._shared.subtract(find_shared(claims))
            self._shared += Counter()
            self._exclusive -= claims.exclusive
            self._changed.notify_all()

    def _is_free(self, claims: Claims) -> bool:
        return not (
            claims.exclusive & self._exclusive
            or find_shared(claims) & self._exclusive
            or any(self._shared[name] for name in claims.exclusive)
        )

    def _take(self, claims: Claims) -> None:
        self._shared.update(find_shared(claims))
        self._exclusive |= claims.exclusive


def find_shared(claims: Claims) -> frozenset[str]:
    """What claims share, the clock included."""
    return (claims.shared | {"clock"}) - claims.exclusive


def _collide(one: Claims, other: Claims) -> bool:
    """Whether two claims cannot be held at the same time."""
    return bool(
        one.exclusive & (other.exclusive | find_shared(other)) or find_shared(one) & other.exclusive
    )


def schedule(
    jobs: Iterable[Job],
    play: Callable[[Job], Transcript],
    table: ClaimTable,
    *,
    concurrency: int,
    stop: threading.Event,
) -> Iterator[Transcript]:
    """Transcripts in order of completion.

    With a concurrency of 1 that is the order of `jobs`, those that use up limits last. Of these,
    those that wait least come first: the next then finds the limit used up. A job that waits for
    its claims is not overtaken by one that would take them. After a stop, or when the caller stops
    reading, jobs that are playing end and no other begins.
    """
    everything = tuple(jobs)
    for last in (False, True):
        batch = _sort_by_wait([job for job in everything if job.last is last])
        yield from _play_batch(batch, play, table, max(1, concurrency), stop)


def _sort_by_wait(jobs: list[Job]) -> list[Job]:
    """The jobs in their order, but those that use up a limit in that of their waits."""
    limited = iter(sorted(filter(_uses_up, jobs), key=lambda job: job.seconds))
    return [next(limited) if _uses_up(job) else job for job in jobs]


def _uses_up(job: Job) -> bool:
    return any(name.startswith("bucket:") for name in job.claims.exclusive)


def _play_batch(
    waiting: list[Job],
    play: Callable[[Job], Transcript],
    table: ClaimTable,
    concurrency: int,
    stop: threading.Event,
) -> Iterator[Transcript]:
    begun = 0
    # One waits for a thread: it begins at once when another ends, whose transcript is read then.
    most = concurrency + (concurrency > 1)
    finished: SimpleQueue[Future[Transcript | None]] = SimpleQueue()

    def play_unless_stopped(job: Job) -> Transcript | None:
        return None if stop.is_set() else play(job)

    def release(job: Job, future: Future[Transcript | None]) -> None:
        table.release(job.claims)
        finished.put(future)

    pool = ThreadPoolExecutor(concurrency, thread_name_prefix="apicheck-probe")
    waits = True
    try:
        while True:
            while begun < most and not stop.is_set() and (job := _take_next(waiting, table)):
                pool.submit(play_unless_stopped, job).add_done_callback(partial(release, job))
                begun += 1
            if not begun:
                if stop.is_set() or not waiting:
                    return
                job = waiting.pop(0)
                table.take(job.claims)  # a job outside this stream holds them
                pool.submit(play_unless_stopped, job).add_done_callback(partial(release, job))
                begun += 1
            transcript = finished.get().result()
            begun -= 1
            if transcript is not None:
                yield transcript
    except KeyboardInterrupt:
        waits = False
        raise
    finally:
        pool.shutdown(wait=waits, cancel_futures=True)


def _take_next(waiting: list[Job], table: ClaimTable) -> Job | None:
    passed: list[Claims] = []
    for index, job in enumerate(waiting[:_LOOK_AHEAD]):
        if any(_collide(job.claims, claims) for claims in passed):
            continue
        if table.try_take(job.claims):
            return waiting.pop(index)
        passed.append(job.claims)
    return None
