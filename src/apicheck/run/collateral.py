"""The recorded collateral of a profile: which other checks fail with a fault.

It stands beside the policy in `collateral.json`: fault to ids of checks, one line a fault, sorted.
A fault that only its own checks notice is not listed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from apicheck.load import profile_dir

Collateral = Mapping[str, tuple[str, ...]]


def collateral_file(profile: str) -> Path:
    """Where the collateral of a profile is recorded."""
    return profile_dir(profile) / "collateral.json"


def read_collateral(profile: str) -> Collateral:
    """What is recorded for a profile; nothing where there is no record yet."""
    file = collateral_file(profile)
    if not file.is_file():
        return {}
    return {fault: tuple(checks) for fault, checks in json.loads(file.read_text("utf-8")).items()}


def write_collateral(profile: str, collateral: Collateral) -> None:
    """Replace the record of a profile."""
    lines = (
        f" {json.dumps(fault)}: {json.dumps(sorted(checks))}"
        for fault, checks in sorted(collateral.items())
        if checks
    )
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    collateral_file(profile).write_text(text, encoding="utf-8")
