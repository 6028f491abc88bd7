"""The page of a receiver's probes names rows that there are, and leaves out none of its lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from apicheck.load import load_policy, load_spec, profile_dir
from apicheck.model.plan import Options
from apicheck.model.target import Effects, Endpoints, Target
from apicheck.plan import plan
from apicheck.registry import collect
from apicheck.run import promise_of_provider, promise_of_scheme
from apicheck.run.receiver_documents import write_documents

PAGE = Path(__file__).parents[2] / "docs" / "receiver.md"
CHECKS = collect(entry_points=False)
PROMISED = (
    promise_of_scheme("standard-webhooks", {}),
    promise_of_scheme("standard-webhooks", {"version": "v1a"}),
    promise_of_scheme("github", {}),
    promise_of_provider(profile_dir("receiver")),
)
"""Between them they have every row."""


@pytest.fixture(scope="module")
def lines() -> list[list[str]]:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| R")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """Check and row of each probe that a run of one of them plans."""
    found: set[tuple[str, str]] = set()
    known = [f"{one.id}{out}" for one in CHECKS.values()
             for out in ("", *(f"#{outcome.id}" for outcome in one.outcomes))]  # fmt: skip
    for promised in PROMISED:
        folder = tmp_path_factory.mktemp("documents")
        written = write_documents(folder, "https://a.example/", promised)
        spec = load_spec(written.spec)
        policy = load_policy(written.policy, spec, check_ids=known)
        target = Target(
            "t",
            "https://127.0.0.1",
            endpoints=Endpoints("https://127.0.0.1"),
            effects=Effects(file="x"),
        )
        seen = frozenset({"processed", "foreign_secret", "load"})
        made = plan(spec, policy, target, CHECKS, Options(select=("*",)), capabilities=seen)
        for probe in made.probes:
            found.add((probe.check.id, probe.subject.case.name if probe.subject.case else ""))
    return found


def test_every_probe_has_a_line(lines: list[list[str]]) -> None:
    assert [line[0] for line in lines] == [f"R{number:02}" for number in range(1, 43)]


def test_every_row_on_a_line_is_one_that_is_planned(
    lines: list[list[str]], rows: set[tuple[str, str]]
) -> None:
    for name, _, checks, about in lines:
        known = [check.strip("` ") for check in checks.split(",") if check]
        for check in known:
            assert check in CHECKS, name
        for row in re.findall(r"`([a-z0-9A-Z-]+)`", about) if known else ():
            assert any((check, row) in rows for check in known), (name, row)


def test_every_line_has_a_check_and_says_what_it_sends(lines: list[list[str]]) -> None:
    assert [name for name, _, checks, about in lines if not checks or not about] == []


def test_every_check_of_a_receiver_is_on_the_page() -> None:
    of_receivers = {name for name, check in CHECKS.items() if check.actor == "receiver"}
    assert of_receivers <= set(re.findall(r"receiver/[a-z-]+", PAGE.read_text()))
