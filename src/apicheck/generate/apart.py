"""Hypothesis in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def apart(function: Callable[[], T]) -> T:
    """What a function returns that has Hypothesis draw, called in another thread.

    A user's own property test may run apicheck. Hypothesis keeps its state by thread and would
    take our drawing for a test nested in the user's, which it refuses.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(function).result()
