"""Where a new check goes: the checkout of apicheck, or a package that adds checks to it."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from apicheck.model.errors import ScaffoldError
from apicheck.model.json import Json
from apicheck.registry import GROUP

ENTRY_POINT = f'[project.entry-points."{GROUP}"]'


@dataclass(frozen=True, slots=True)
class Checkout:
    """A checkout of apicheck."""

    root: Path

    @property
    def families(self) -> tuple[str, ...]:
        """The families that have a package."""
        found = (self.root / "src/apicheck/checks").glob("*/__init__.py")
        return tuple(sorted(file.parent.name for file in found))

    def folder(self, family: str) -> Path:
        """Where the modules of a family stand. Raises ScaffoldError for an unknown one."""
        if family not in self.families:
            raise ScaffoldError(
                f"there is no family {family!r}{near(family, self.families)}; a new family begins"
                f" with src/apicheck/checks/{family}/__init__.py"
            )
        return self.root / "src/apicheck/checks" / family


@dataclass(frozen=True, slots=True)
class Package:
    """A project whose entry points name modules with checks. points: family -> module."""

    root: Path
    points: Mapping[str, str]

    def folder(self, family: str) -> Path:
        """Where the modules of a family stand. Raises ScaffoldError for an unknown one."""
        if family not in self.points:
            raise ScaffoldError(
                f"no entry point is called {family!r}{near(family, self.points)};"
                f" name the package of its checks below {ENTRY_POINT}"
            )
        place = self.points[family].replace(".", "/")
        for folder in (self.root / "src" / place, self.root / place):
            if (folder / "__init__.py").is_file():
                return folder
        raise ScaffoldError(
            f"the entry point {family} names {self.points[family]}, which must be a package for"
            f" a check to be added: there is no {place}/__init__.py"
        )


def find_project(start: Path) -> Checkout | Package:
    """The project of the nearest pyproject.toml. Raises ScaffoldError where none takes checks."""
    for folder in (start, *start.parents):
        if (folder / "pyproject.toml").is_file():
            return _read(folder)
    raise ScaffoldError(
        "there is no pyproject.toml here or above: go to a checkout of apicheck, or to a project"
        f" of your own with {ENTRY_POINT}"
    )


def _read(folder: Path) -> Checkout | Package:
    file = folder / "pyproject.toml"
    try:
        project: Json = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {})
    except ValueError as error:
        raise ScaffoldError(f"{file} is not TOML: {error}") from error
    if project.get("name") == "apicheck" and (folder / "src/apicheck/checks").is_dir():
        return Checkout(folder)
    points = project.get("entry-points", {}).get(GROUP)
    if not points:
        raise ScaffoldError(f"{file} is not apicheck's, and has no {ENTRY_POINT}")
    return Package(folder, points)


def near(word: str, known: Collection[str]) -> str:
    """A question about the known word that is like this one; "" where none is."""
    found = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean {found[0]!r}?)" if found else ""
