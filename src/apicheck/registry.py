"""Collect the catalogue: every check that is built in or that another distribution adds.

A built-in check is the value `CHECK` of a module `apicheck/checks/<family>/<name>.py`, with its
page `<name>.md` beside it; its id is `family/name`. A distribution adds checks with an entry
point of the group `apicheck.checks`, which names a module or a package of such modules; their
ids begin with the entry point's name. A module whose name begins with an underscore holds what
the checks of one family share. Imports register nothing: `collect` returns a value.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from types import ModuleType

import apicheck.checks
from apicheck.model.check import Check
from apicheck.model.errors import CheckDefinitionError, Mistake

GROUP = "apicheck.checks"

_WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NOT_A_NOUN = ("no-", "not-", "check-", "is-", "has-", "must-", "test-", "verify-")


@dataclass(frozen=True, slots=True)
class _Found:
    """A module that must hold a check. family: the first part of its id."""

    module: ModuleType
    family: str
    origin: str


@dataclass(slots=True)
class _Catalogue:
    checks: dict[str, Check] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)


def collect(*, entry_points: bool = True) -> Mapping[str, Check]:
    """Collect every check by id, in alphabetical order, with its `id`, `page` and `origin`.

    entry_points: also collect the checks of other distributions. Raises CheckDefinitionError
    with every mistake of every check, each with its distribution, module and field.
    """
    built_in = _collect_built_in()
    catalogue = _Catalogue(dict(built_in.checks), list(built_in.mistakes))
    if entry_points:
        for found in _find_installed(catalogue.mistakes):
            _add(catalogue, found)
    if catalogue.mistakes:
        number = len(catalogue.mistakes)
        raise CheckDefinitionError(
            f"{number} mistake{'s' if number > 1 else ''} in the declarations of checks",
            tuple(catalogue.mistakes),
        )
    return dict(sorted(catalogue.checks.items()))


@cache
def _collect_built_in() -> _Catalogue:
    """Collect the built-in checks: no run of a process has others."""
    catalogue = _Catalogue()
    for found in _find_built_in():
        _add(catalogue, found)
    return catalogue


def find_mistakes(check: Check) -> Iterator[tuple[str, str]]:
    """Find the mistakes of a declaration that has its id and page: (field, sentence)."""
    yield from find_mistakes_of_id(check.id)
    if not check.title.strip():
        yield "title", "is empty: it must be one sentence, the promise that the check tests"
    if not check.page.strip():
        yield "page", "is missing: it is a Markdown file with the module's name, beside the module"
    active = check.script is not None and check.judge is not None
    if active == (check.fold is not None) or (check.script is None) != (check.judge is None):
        yield "script", "a check has either a script and a judge, or only a fold"
    if check.fold is not None and (check.cases is not None or check.draws):
        yield "cases", "a passive check sends nothing, so it cannot have cases or draws"
    yield from _find_mistakes_of_outcomes(check)


def find_mistakes_of_id(check_id: str) -> Iterator[tuple[str, str]]:
    """Find the mistakes of the id of a check: ("id", sentence)."""
    family, _, name = check_id.partition("/")
    if not (_WORD.fullmatch(family) and _WORD.fullmatch(name)):
        yield "id", f"{check_id!r} is not family/name in lower case with dashes"
    elif name.startswith(_NOT_A_NOUN):
        yield "id", f"{check_id!r} must name what the check tests, not the act of testing"


def _find_mistakes_of_outcomes(check: Check) -> Iterator[tuple[str, str]]:
    ids = [outcome.id for outcome in check.outcomes]
    if not ids:
        yield "outcomes", "is empty: a check that cannot fail proves nothing"
    for outcome_id, count in Counter(ids).items():
        if count > 1:
            yield "outcomes", f"{outcome_id!r} is declared {count} times"
        if not _WORD.fullmatch(outcome_id):
            yield "outcomes", f"{outcome_id!r} is not in lower case with dashes"
    for missing in sorted(set(ids) - set(check.proven_by)):
        yield "proven_by", f"names no faults for the outcome {missing!r}"
    for unknown in sorted(set(check.proven_by) - set(ids)):
        yield "proven_by", f"{unknown!r} is not one of the outcomes"
    if check.origin == "apicheck":
        for outcome_id, faults in check.proven_by.items():
            if not faults:
                yield "proven_by", f"has an empty list of faults for the outcome {outcome_id!r}"


def _find_built_in() -> Iterator[_Found]:
    for family in pkgutil.iter_modules(apicheck.checks.__path__):
        if family.ispkg:
            package = importlib.import_module(f"apicheck.checks.{family.name}")
            for module in _import_modules(package):
                yield _Found(module, family.name, "apicheck")


def _find_installed(mistakes: list[Mistake]) -> Iterator[_Found]:
    for point in entry_points(group=GROUP):
        origin = point.dist.name if point.dist else point.value
        try:
            loaded = point.load()
            modules = tuple(_import_modules(loaded)) if isinstance(loaded, ModuleType) else None
        except Exception as error:  # noqa: BLE001  (a third party's module may raise anything)
            message = f"cannot be imported: {type(error).__name__}: {error}"
            mistakes.append(Mistake(f"{origin}: {point.value}", 0, point.name, message))
            continue
        if modules is None:
            message = f"is a {type(loaded).__name__}, not a module or package of checks"
            mistakes.append(Mistake(f"{origin}: {point.value}", 0, point.name, message))
            continue
        for module in modules:
            yield _Found(module, point.name, origin)


def _import_modules(module: ModuleType) -> Iterator[ModuleType]:
    """Import the public modules of a package; a plain module yields itself."""
    if not hasattr(module, "__path__"):
        yield module
        return
    for info in pkgutil.iter_modules(module.__path__):
        if not info.name.startswith("_") and not info.ispkg:
            yield importlib.import_module(f"{module.__name__}.{info.name}")


def _add(catalogue: _Catalogue, found: _Found) -> None:
    file = f"{found.origin}: {found.module.__name__}"
    declared = getattr(found.module, "CHECK", None)
    if not isinstance(declared, Check):
        catalogue.mistakes.append(
            Mistake(
                file,
                0,
                "CHECK",
                "the module has no Check value of this name",
                "begin the name of a helper module with an underscore",
            )
        )
        return
    name = found.module.__name__.rpartition(".")[2]
    check = replace(
        declared,
        id=f"{found.family}/{name}".replace("_", "-"),
        page=_read_page(found.module),
        origin=found.origin,
    )
    wrong = [Mistake(file, 0, where, message) for where, message in find_mistakes(check)]
    if check.id in catalogue.checks:
        other = catalogue.checks[check.id].origin
        wrong.append(Mistake(file, 0, "id", f"{check.id!r} is already a check of {other}"))
    catalogue.mistakes.extend(wrong)
    catalogue.checks.setdefault(check.id, check)


def _read_page(module: ModuleType) -> str:
    """Read the page beside a module; "" when it has none."""
    package, _, name = module.__name__.rpartition(".")
    if not package:
        return ""
    page = files(package) / f"{name}.md"
    return page.read_text(encoding="utf-8") if page.is_file() else ""
