"""A seam is a function that a fault may replace while it is on.

Callers call a seam like any function. What stands in its place is a matter of the context: the
server puts its faults in force around a request, and around the signature of a delivery, which
is made when the request has long been served.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, wraps
from inspect import unwrap
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

Function = Callable[..., Any]
Replacements = Mapping[Function, Function]
"""Seam -> the function that is called in its place."""

_in_force: ContextVar[Replacements] = ContextVar("replacements", default=MappingProxyType({}))
_seams: set[Function] = set()


def seam(honest: Callable[P, R]) -> Callable[P, R]:
    """Let faults replace a function."""

    @wraps(honest)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        function: Callable[P, R] = _in_force.get().get(called, honest)
        return function(*args, **kwargs)

    _seams.add(called)
    return called


def seams() -> Collection[Function]:
    """Every seam of the modules that are loaded."""
    return _seams


def combine(faults: Iterable[Replacements]) -> Replacements:
    """The replacements of several faults: each function is given the one below it first.

    The lowest is the honest function.
    """
    combined: dict[Function, Function] = {}
    for replacements in faults:
        for place, replacement in replacements.items():
            below = combined.get(place) or unwrap(place)
            combined[place] = partial(replacement, below)
    return combined


@contextmanager
def in_force(replacements: Replacements) -> Iterator[None]:
    """Call these functions in the places of their seams, in this context and until its end."""
    token = _in_force.set(replacements)
    try:
        yield
    finally:
        _in_force.reset(token)
