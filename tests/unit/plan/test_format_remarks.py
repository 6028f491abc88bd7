"""What lint says of the formats that a policy states."""

from __future__ import annotations

import pytest

from apicheck.load import load_policy, load_spec, profile_dir
from apicheck.plan.formats import find_format_remarks


@pytest.mark.parametrize(("readings", "count"), [((), 1), (("example",), 0)])
def test_an_example_of_the_source_that_breaks_its_own_pattern_is_remarked_on(
    readings: tuple[str, ...], count: int
) -> None:
    directory = profile_dir("webengage")
    spec = load_spec(directory / "openapi.yaml")
    policy = load_policy(directory / "policy.yaml", spec, readings=readings)
    found = list(find_format_remarks(policy))
    assert len(found) == count
    assert all(about == "formats.dates" and "2013-01-26T07:31" in said for about, said in found)
