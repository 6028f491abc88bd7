from __future__ import annotations

import re

import pytest
from jsonschema import Draft202012Validator

from apicheck.load.mistakes import schema
from apicheck.model import quantities

DURATION = schema("policy")["$defs"]["duration"]["pattern"]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("0s", 0),
        ("60s", 60),
        ("250ms", 0.25),
        ("1.5h", 5400),
        ("1m", 60),
        ("10 minutes", 600),
        ("1 day", 86400),
        ("90d", 90 * 86400),
        ("2w", 14 * 86400),
        ("12 months", 31_556_952),
        ("1 year", 31_556_952),
        ("1y", 31_556_952),
    ],
)
def test_a_duration_is_read_in_seconds(written: str, seconds: float) -> None:
    assert quantities.parse_seconds(written) == pytest.approx(seconds)
    assert re.fullmatch(DURATION, written)


def test_months_and_years_have_the_days_of_the_longest_and_other_units_a_fixed_length() -> None:
    longest = {"1 month": 31, "3 months": 93, "0.5month": 16, "1y": 366, "2 years": 732}
    assert {text: quantities.count_calendar_days(text) for text in longest} == longest
    fixed = ("10ms", "60s", "5m", "5 minutes", "1h", "30 days", "2w")
    assert {quantities.count_calendar_days(text) for text in fixed} == {None}


@pytest.mark.parametrize("written", ["", "60", "s", "1 fortnight", "-1s", "1s 2m", "1S", "1.s"])
def test_any_other_text_is_refused_as_a_duration(written: str) -> None:
    assert not re.fullmatch(DURATION, written)
    with pytest.raises(ValueError, match="not a duration"):
        quantities.parse_seconds(written)


def test_a_size_is_read_in_bytes() -> None:
    assert [quantities.parse_size(s) for s in ("5B", "64KiB", "2 MB")] == [5, 65536, 2_000_000]
    for written in ("64", "KiB", "64 Kilobytes"):
        with pytest.raises(ValueError, match="not a size"):
            quantities.parse_size(written)


@pytest.mark.parametrize("name", ["policy", "target"])
def test_the_published_schemas_are_valid_and_know_the_same_durations(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$defs"]["duration"]["pattern"] == DURATION


def test_years_without_number_have_no_days() -> None:
    assert quantities.count_calendar_days(f"{'9' * 400}y") is None
