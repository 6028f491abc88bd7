"""The names that are tried: none of them is a version, whatever the form of the versions is."""

from __future__ import annotations

import pytest

from apicheck.authoring import Versions
from apicheck.checks.versioning._names import (
    list_future,
    list_malformed,
    list_unknown,
    write_in_other_case,
)
from apicheck.model.facts import ApiVersion

LONG = "x" * 300


def versions(*names: str, place: str = "header") -> Versions:
    """The last of the names is the current version."""
    states = {name: ApiVersion("supported") for name in names[:-1]}
    return Versions(place, "V", "{version}", {**states, names[-1]: ApiVersion("current")})


@pytest.mark.parametrize(
    ("names", "unknown", "future", "malformed"),
    [
        (("v1", "v2"), ("v0",), ("v3", "v99"), ("v2x", "v2v", f"v2{LONG}", "v")),
        (("1", "2", "5"), ("0", "4"), ("6", "102"), ("5x", f"5{LONG}", "x")),
        (("0", "1"), (), ("2", "98"), ("1x", f"1{LONG}", "x")),
        (("1.0", "2.3"), ("0.0",), ("3.0", "99.0"), ("2.3x", f"2.3{LONG}", "x")),
        (
            ("2025-06-01", "2026-01-01"),
            ("2025-06-02", "2025-05-31"),
            ("2026-01-02", "9999-12-31"),
            ("2026-01-01x", f"2026-01-01{LONG}", "2024-02-30", "x"),
        ),
        (("20250601", "20260101"), ("20250600", "20260100"), ("20260102", "20260198"), None),
        (("stable", "beta"), ("apicheck-no-such-version",), (), ("betax", f"beta{LONG}", "x")),
        (("2026-02-30",), ("apicheck-no-such-version",), (), None),
    ],
)
def test_names_that_are_no_version(
    names: tuple[str, ...],
    unknown: tuple[str, ...],
    future: tuple[str, ...],
    malformed: tuple[str, ...] | None,
) -> None:
    found = versions(*names)
    assert list_unknown(found) == unknown
    assert list_future(found) == future
    assert malformed is None or list_malformed(found) == malformed
    tried = {*list_unknown(found), *list_future(found), *list_malformed(found)}
    assert tried.isdisjoint(names)


@pytest.mark.parametrize(
    ("names", "swapped"),
    [(("v1", "v2"), "V2"), (("1",), None), (("V2", "v2"), None), (("2026-01-01",), None)],
)
def test_a_version_has_another_case_where_it_has_letters(
    names: tuple[str, ...], swapped: str | None
) -> None:
    assert write_in_other_case(versions(*names)) == swapped


def test_a_segment_that_does_not_begin_like_a_version_is_one_of_a_path_without_a_version() -> None:
    tried = list_malformed(versions("v1", "v2", place="path"))
    assert tried == ("v2x", "v2v", f"v2{LONG}")
