"""Faults: deliberate defects, one small module each, `<family>/<fault>.py`.

A fault's module says in its docstring what it does, in NEEDS which facts a profile must have
for it to show, and defines one function (or a few) named as a seam: it is called in the seam's
place, with the honest function before the seam's own arguments.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING

from reference_server.seam import Replacements, combine, seams

if TYPE_CHECKING:
    from reference_server.document.profile import Profile


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
            if item.ispkg or "._" in item.name:
                continue
            module = importlib.import_module(item.name)
            family, _, name = item.name.removeprefix(f"{__name__}.").rpartition(".")
            fault_id = f"{family}/{name}".replace("_", "-")
            about = " ".join((module.__doc__ or "").split())
            found[fault_id] = Fault(fault_id, about, tuple(module.NEEDS), module)
        return dict(sorted(found.items()))

    def replacements(self, on: Collection[str]) -> Replacements:
        """What these faults put in the places of seams. Raises KeyError for an unknown one."""
        return combine(_replaced_by(self.faults[fault_id].module) for fault_id in on)


def _replaced_by(module: ModuleType) -> Replacements:
    return {
        seams()[name]: value
        for name, value in vars(module).items()
        if name in seams() and value.__module__ == module.__name__
    }
