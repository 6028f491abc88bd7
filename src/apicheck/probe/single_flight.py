"""Does work once for each key, however many threads ask for it at the same time."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")

_TRIES = 3


class SingleFlight(Generic[T]):
    """Results by key. The first caller makes one; the others wait for it.

    lasts: whether a result is remembered; one that is not is made anew for the next caller, until
    `_TRIES` of a key have been made.
    """

    def __init__(self, lasts: Callable[[T], bool] = lambda _: True) -> None:
        self._lasts = lasts
        self._lock = threading.Lock()
        self._made: dict[str, Future[T]] = {}
        self._tried: Counter[str] = Counter()

    def do(self, key: str, make: Callable[[], T]) -> T:
        """The result for a key, made now when there is none.

        When making raises, every waiting caller gets that exception; the next caller makes anew.
        """
        with self._lock:
            future = self._made.get(key)
            mine = future is None
            if future is None:
                future = self._made[key] = Future()
        if mine:
            try:
                result = make()
                with self._lock:
                    self._tried[key] += 1
                    if not self._lasts(result) and self._tried[key] < _TRIES:
                        del self._made[key]
                future.set_result(result)
            except BaseException as error:
                with self._lock:
                    del self._made[key]
                future.set_exception(error)
                raise
        return future.result()
