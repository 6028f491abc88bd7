"""Every fault of this package, found by walking its modules."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from types import ModuleType

import reference_server.faults
from reference_server.faults.fault import Fault
from reference_server.seam import Replacements

_ID = re.compile(r"[a-z]+/[a-z0-9]+(-[a-z0-9]+)*")


@cache
def catalogue() -> Mapping[str, Fault]:
    """Every fault, by its id. Raises ValueError with all that is wrong with any of them."""
    found = [item for module in fault_modules() for item in faults_in(module)]
    if mistakes := list(find_mistakes(found)):
        raise ValueError("\n".join(mistakes))
    return {one.id: one for one in sorted(found, key=lambda one: one.id)}


def select(fault_ids: Collection[str]) -> Mapping[str, Replacements]:
    """What each of these faults replaces. Raises KeyError for an unknown one."""
    return {fault_id: catalogue()[fault_id].replacements for fault_id in fault_ids}


def faults_in(module: ModuleType) -> Iterator[Fault]:
    """The faults of a module: those with a name of their own, and the rows of its tables."""
    for value in vars(module).values():
        if isinstance(value, Fault):
            yield value
        elif isinstance(value, tuple):
            yield from (row for row in value if isinstance(row, Fault))


def find_mistakes(faults: Collection[Fault]) -> Iterator[str]:
    """What is wrong with the declarations of faults, one sentence each."""
    for fault_id, times in Counter(one.id for one in faults).items():
        if times > 1:
            yield f"{fault_id}: declared {times} times"
        if not _ID.fullmatch(fault_id):
            yield f"{fault_id}: an id is family/name, in lower case and with hyphens"
    for one in faults:
        if not one.about.endswith((".", ").")):
            yield f"{one.id}: says in no sentence what it does"


def fault_modules() -> Iterator[ModuleType]:
    """Every module of this package, loaded; some have no fault."""
    path, prefix = reference_server.faults.__path__, f"{reference_server.faults.__name__}."
    for item in pkgutil.walk_packages(path, prefix):
        if not item.ispkg:
            yield importlib.import_module(item.name)
