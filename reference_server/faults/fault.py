"""What a fault is, and how its functions are declared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from reference_server.document.profile import Profile
from reference_server.seam import Function, seams

P = ParamSpec("P")
R = TypeVar("R")

Replacement = Callable[Concatenate[Callable[P, R], P], R]
"""A function that is given the one it replaces, and then the arguments of the seam."""


def everywhere(_: Profile) -> bool:
    """Every profile shows a fault that needs nothing beyond its facts."""
    return True


RECEIVER = "webhooks.receiver"
_OF_RECEIVERS = frozenset({RECEIVER, "transport.tls"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One deliberate defect.

    id: `family/name`. about: what it does, in a sentence. needs: fact paths, each of which the
    policy must have. shows_in: whether it shows in a profile that has them. alone: it leaves
    nothing that other checks could be compared on: the proof plays those alone that name it.
    """

    id: str
    about: str
    needs: tuple[str, ...] = ()
    shows_in: Callable[[Profile], bool] = everywhere
    alone: bool = False
    replacements: dict[Function, Function] = field(default_factory=dict)

    def applicable(self, profile: Profile) -> bool:
        """Whether a profile has what the fault needs to show.

        A profile of a receiver shows the faults of receivers alone, and those of versions of TLS.
        """
        if profile.policy.actor == "receiver" and _OF_RECEIVERS.isdisjoint(self.needs):
            return False
        return profile.promised.issuperset(self.needs) and self.shows_in(profile)

    def also(self, seam: Callable[P, R]) -> Callable[[Replacement[P, R]], Replacement[P, R]]:
        """Put a function in the place of a further seam."""
        if seam not in seams():
            raise TypeError(f"{self.id}: {seam} is not a seam")

        def keep(function: Replacement[P, R]) -> Replacement[P, R]:
            self.replacements[seam] = function
            return function

        return keep


def fault(
    seam: Callable[P, R],
    *,
    fault_id: str = "",
    about: str = "",
    needs: tuple[str, ...] = (),
    shows_in: Callable[[Profile], bool] = everywhere,
    alone: bool = False,
) -> Callable[[Replacement[P, R]], Fault]:
    """Make a fault of a function that takes the place of a seam.

    fault_id, about: where they are not the function's: its family and name, and its docstring.
    """

    def declare(function: Replacement[P, R]) -> Fault:
        sentence = " ".join((about or function.__doc__ or "").split())
        made = Fault(fault_id or _name(function), sentence, needs, shows_in, alone)
        made.also(seam)(function)
        return made

    return declare


def alters(
    seam: Callable[P, R],
    *,
    needs: tuple[str, ...] = (),
    shows_in: Callable[[Profile], bool] = everywhere,
    alone: bool = False,
) -> Callable[[Callable[Concatenate[R, P], R]], Fault]:
    """Make a fault of a function that is given what the honest one returns, in its place."""

    def declare(function: Callable[Concatenate[R, P], R]) -> Fault:
        @wraps(function)
        def replacement(honest: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
            return function(honest(*args, **kwargs), *args, **kwargs)

        return fault(seam, needs=needs, shows_in=shows_in, alone=alone)(replacement)

    return declare


def _name(function: Function) -> str:
    """The family, which is the folder of the module, and the name of a function."""
    family, own = function.__module__.split(".")[-2], function.__name__
    return f"{family}/{own.replace('_', '-')}"
