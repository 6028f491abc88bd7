"""What a check declares holds together with what is beside it."""

import re

import pytest

from apicheck.model.check import Check
from apicheck.registry import collect
from reference_server.faults.catalogue import catalogue

CHECKS = collect(entry_points=False)
FAULTS = set(catalogue())
STANDARD = re.compile(
    r"rfc\d{3,5}(#\d+(\.\d+)*)?|draft-[a-z0-9-]+(#[\d.]+)?|openapi-3\.\d\.\d#[a-z-]+|https://[^\s]+|standard-webhooks-[\d.]+"
)

every_check = pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))


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


@every_check
def test_every_fault_that_proves_a_check_is_one_of_the_reference_server(check: Check) -> None:
    named = {fault for faults in check.proven_by.values() for fault in faults}
    assert sorted((named | set(check.also)) - FAULTS) == []


@every_check
def test_collateral_names_checks_that_exist(check: Check) -> None:
    known = {*CHECKS, *(f"{other.partition('/')[0]}/*" for other in CHECKS)}
    assert {other for others in check.also.values() for other in others} <= known


def test_every_fault_of_the_reference_server_proves_some_check() -> None:
    assert sorted(FAULTS - named_faults()) == []
