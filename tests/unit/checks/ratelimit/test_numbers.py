"""The number of a rate-limit field, in the forms of the drafts and of gateways."""

import pytest

from apicheck.authoring.facts import Bucket
from apicheck.checks.ratelimit._numbers import parse_number

BUCKET = Bucket("minute", window_s=60, limit=100)


@pytest.mark.parametrize(
    ("lines", "what", "number"),
    [
        (["100"], "limit", 100),
        (["100, 100;w=60, 1000;w=3600"], "limit", 100),
        (["100", "100;w=60"], "limit", 100),
        (["1000;w=3600, 100;w=60"], "limit", 100),
        (['100;w=60;comment="a, b"'], "limit", 100),
        (["limit=100, remaining=50, reset=30"], "remaining", 50),
        (["limit=100, remaining=50, reset=30"], "reset", 30),
        (['"default";q=100;w=60'], "limit", 100),
        (['"hour";r=900;t=3000, "minute";r=7;t=30'], "remaining", 7),
        (['"default";r=7;t=30'], "reset", 30),
    ],
)
def test_the_number_is_found(lines: list[str], what: str, number: int) -> None:
    assert parse_number(lines, what, BUCKET) == number


@pytest.mark.parametrize(
    "lines", [["1,000"], ["-1"], ["1.5"], ["100", "99"], ["many"], ['"minute"'], [""], ["?1"]]
)
def test_another_field_has_no_number(lines: list[str]) -> None:
    assert parse_number(lines, "limit", BUCKET) is None
