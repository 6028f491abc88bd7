"""The shares of the long tests, of which a hosted run takes one."""

from __future__ import annotations

from tests.conftest import is_in_share

IDS = [f"tests/e2e/test_{word}.py::test_it[{number}]" for word in "abc" for number in range(40)]


def test_each_long_test_is_in_one_share() -> None:
    shares = [{one for one in IDS if is_in_share(one, f"{number}/3")} for number in range(3)]
    assert set().union(*shares) == set(IDS)
    assert sum(map(len, shares)) == len(IDS)
    assert min(map(len, shares)) > len(IDS) / 5


def test_the_proof_of_the_canonical_profile_is_in_every_share() -> None:
    name = "tests/e2e/test_prove.py::test_every_fault_is_caught_and_nothing_else_fails[canonical-a]"
    assert is_in_share(name, "0/2")
    assert is_in_share(name, "1/2")
