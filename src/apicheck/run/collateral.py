"""The record of a profile's proof, beside its policy: three files, one line a fault, sorted.

`collateral.json` has the ids of the checks that fail with a fault that is not theirs. A fault that
only its own checks notice is not listed. `caught.json` has what caught each fault, as
`check#outcome`; one that survived has an empty list. `broken.json` has the clauses that failed with
each fault.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from apicheck.load import profile_dir

Collateral = Mapping[str, tuple[str, ...]]
Caught = Mapping[str, tuple[str, ...]]
Broken = Mapping[str, tuple[str, ...]]


def collateral_file(profile: str) -> Path:
    """Return the path of a profile's record of collateral."""
    return profile_dir(profile) / "collateral.json"


def read_collateral(profile: str) -> Collateral:
    """Read the collateral of a profile; empty where there is no record yet."""
    return _read(collateral_file(profile))


def write_collateral(profile: str, collateral: Collateral) -> None:
    """Replace the record of a profile's collateral."""
    _write(collateral_file(profile), {f: checks for f, checks in collateral.items() if checks})


def caught_file(profile: str) -> Path:
    """Return the path of a profile's record of what caught each fault."""
    return profile_dir(profile) / "caught.json"


def read_caught(profile: str) -> Caught:
    """Read what caught each fault of a profile; empty where there is no record yet."""
    return _read(caught_file(profile))


def write_caught(profile: str, caught: Caught) -> None:
    """Replace the record of what caught each fault."""
    _write(caught_file(profile), caught)


def broken_file(profile: str) -> Path:
    """Return the path of a profile's record of the clauses that failed with each fault."""
    return profile_dir(profile) / "broken.json"


def read_broken(profile: str) -> Broken:
    """Read which clauses failed with each fault of a profile; empty where there is no record."""
    return _read(broken_file(profile))


def write_broken(profile: str, broken: Broken) -> None:
    """Replace the record of the clauses that failed with each fault."""
    _write(broken_file(profile), {f: clauses for f, clauses in broken.items() if clauses})


def _read(file: Path) -> Mapping[str, tuple[str, ...]]:
    if not file.is_file():
        return {}
    return {fault: tuple(names) for fault, names in json.loads(file.read_text("utf-8")).items()}


def _write(file: Path, record: Mapping[str, tuple[str, ...]]) -> None:
    lines = (
        f" {json.dumps(fault)}: {json.dumps(sorted(names))}"
        for fault, names in sorted(record.items())
    )
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
