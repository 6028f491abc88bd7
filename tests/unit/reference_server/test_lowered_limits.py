"""Limits of thousands, lowered so that few requests use them up."""

from __future__ import annotations

import tomllib

from reference_server.document.profile import LOWERED, read_profile
from reference_server.state.server_state import ServerState
from reference_server.target_file import Addresses, format_target


def test_a_limit_of_thousands_is_lowered_and_the_target_file_says_so() -> None:
    profile = read_profile("webengage", lowers_limits=True)
    assert profile.lowered == {"users": LOWERED, "events": LOWERED}
    addresses = Addresses("http://127.0.0.1:1", "http://127.0.0.1:2")
    written = tomllib.loads(format_target(ServerState(profile, 1), addresses))
    assert written["limits"] == {name: {"limit": LOWERED} for name in profile.lowered}


def test_the_policy_keeps_its_limits_unless_the_server_is_told_otherwise() -> None:
    limits = read_profile("webengage").facts.rate_limits
    assert limits is not None
    assert limits.buckets["users"].limit == 5000


def test_lower_limits_stay_as_they_are() -> None:
    limits = read_profile("webengage", lowers_limits=True).facts.rate_limits
    assert limits is not None
    assert {name: limits.buckets[name].limit for name in ("business", "bulk")} == {
        "business": 1,
        "bulk": 500,
    }
