"""Faults: deliberate defects, one small module each, `<family>/<fault>.py`.

A fault's module says in its docstring what it does, in NEEDS which facts a profile must have
for it to show, and defines one function (or a few) named as a seam: it is called in the seam's
place, with the honest function before the seam's own arguments.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property, partial
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reference_server.profile import Profile
    from reference_server.seams import Seams


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. needs: fact paths, each of which the policy must have."""

    id: str
    about: str
    needs: tuple[str, ...]
    module: ModuleType

    def applicable(self, profile: Profile) -> bool:
        """Whether a profile has what the fault needs to show.

        A module whose needs are not facts says so itself, in a function `shows_in`.
        """
        known = {origin.path for origin in profile.policy.origins if origin.kind != "default"}
        shows_in = getattr(self.module, "shows_in", None)
        promised = all(
            any(path == need or path.startswith(f"{need}.") for path in known)
            for need in self.needs
        )
        return promised and (shows_in is None or bool(shows_in(profile)))


class Catalogue:
    """Every fault there is, by id."""

    @cached_property
    def faults(self) -> Mapping[str, Fault]:
        """All faults, found by walking this package."""
        found = {}
        for item in pkgutil.walk_packages(__path__, f"{__name__}."):
            if item.ispkg:
                continue
            module = importlib.import_module(item.name)
            family, _, name = item.name.removeprefix(f"{__name__}.").rpartition(".")
            fault_id = f"{family}/{name}".replace("_", "-")
            about = " ".join((module.__doc__ or "").split())
            found[fault_id] = Fault(fault_id, about, tuple(module.NEEDS), module)
        return dict(sorted(found.items()))

    def seams(self, on: Collection[str]) -> Seams:
        """The seams with these faults in their places. Raises KeyError for an unknown one."""
        from reference_server.seams import Seams

        seams = Seams()
        names = {item.name for item in fields(Seams)}
        for fault_id in on:
            module = self.faults[fault_id].module
            for name in names & set(vars(module)):
                replaced = partial(getattr(module, name), getattr(seams, name))
                seams = replace(seams, **{name: replaced})
        return seams
