"""Every check can fail: for each fault of the server, the check that must notice it does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apicheck.run import prove
from apicheck.testing import Server

PROFILES = ("canonical", "dahimail", "webengage")
FAMILIES = {
    folder.name
    for folder in (Path(__file__).parents[2] / "reference_server" / "faults").iterdir()
    if any(folder.glob("[!_]*.py"))
}
APART = ({"auth"}, {"errors", "headers", "conformance"})
"""Of the canonical profile, which has most faults: what other workers can prove meanwhile."""

PARTS = [
    *(("canonical", families) for families in (*APART, FAMILIES - set().union(*APART))),
    ("dahimail", FAMILIES),
    ("webengage", FAMILIES),
]


@pytest.mark.long
@pytest.mark.parametrize(
    ("profile", "families"),
    PARTS,
    ids=[f"{profile}-{min(families)}" for profile, families in PARTS],
)
def test_every_fault_is_caught_and_nothing_else_fails(profile: str, families: set[str]) -> None:
    proof = prove(profile, families=tuple(f"{family}/*" for family in sorted(families)))
    assert proof.honest_failures == ()
    assert [(row.fault, row.expected, row.caught) for row in proof.survivors] == []
    assert [(row.fault, row.unrelated, row.why) for row in proof.rows if row.unrelated] == []
    assert proof.unproven == ()


def test_there_are_faults_enough(
    apicheck_server: Callable[[str], Server], control: Callable[..., Any]
) -> None:
    shown = {
        profile: [f["id"] for f in control(url, "GET", "/faults")["faults"] if f["applicable"]]
        for profile in PROFILES
        for url in [apicheck_server(profile).control_url]
    }
    assert sum(map(len, shown.values())) >= 90
    assert set().union(*APART) <= FAMILIES
