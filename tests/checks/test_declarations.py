"""What a check declares holds together with what is beside it."""

import re
from pathlib import Path

import pytest

from apicheck.load.profiles import profile_names
from apicheck.model.check import Check
from apicheck.registry import collect
from apicheck.run import read_collateral, write_collateral
from reference_server.faults.catalogue import catalogue

CHECKS = collect(entry_points=False)
FAULTS = set(catalogue())
STANDARD = re.compile(
    r"rfc\d{3,5}(#\d+(\.\d+)*)?|draft-[a-z0-9-]+(#[\d.]+)?|openapi-3\.\d\.\d#[a-z-]+|https://[^\s]+|standard-webhooks-[\d.]+"
)

TITLED = ("behaviour", "conformance", "errors", "headers")
"""Families whose checks have a title for when they fail."""

every_check = pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
every_titled_check = pytest.mark.parametrize(
    "check", [check for check in CHECKS.values() if check.id.startswith(TITLED)], ids=lambda c: c.id
)


def named_faults() -> set[str]:
    return {
        fault
        for check in CHECKS.values()
        for faults in check.proven_by.values()
        for fault in faults
    }


@every_check
def test_a_standard_is_named_so_that_it_can_be_found(check: Check) -> None:
    assert [name for name in check.standards if not STANDARD.fullmatch(name)] == []


@every_titled_check
def test_a_check_has_one_title_for_when_it_holds_and_another_for_when_it_fails(
    check: Check,
) -> None:
    titles = (check.title, check.failure_title)
    assert all(title == title.strip() and title[-1:] not in ("", ".") for title in titles)
    assert check.title != check.failure_title


@every_check
def test_every_fault_that_proves_a_check_is_one_of_the_reference_server(check: Check) -> None:
    named = {fault for faults in check.proven_by.values() for fault in faults}
    assert sorted(named - FAULTS) == []


@pytest.mark.parametrize("profile", profile_names())
def test_recorded_collateral_is_of_other_checks_and_of_faults_that_exist(profile: str) -> None:
    recorded = read_collateral(profile)
    assert sorted(recorded.keys() - FAULTS) == []
    assert {check for checks in recorded.values() for check in checks} <= CHECKS.keys()
    assert recorded != {}


def test_a_record_is_read_back_as_it_was_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("apicheck.run.collateral.profile_dir", lambda _: tmp_path)
    assert read_collateral("canonical") == {}
    write_collateral("canonical", {"x/b": ("auth/order", "a/b"), "x/a": ("a/b",), "x/c": ()})
    assert (tmp_path / "collateral.json").read_text().splitlines() == [
        "{",
        ' "x/a": ["a/b"],',
        ' "x/b": ["a/b", "auth/order"]',
        "}",
    ]
    assert read_collateral("canonical") == {"x/a": ("a/b",), "x/b": ("a/b", "auth/order")}


def test_every_fault_of_the_reference_server_proves_some_check() -> None:
    assert sorted(FAULTS - named_faults()) == []
