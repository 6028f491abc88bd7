"""Directives are parsed, not compared as text."""

from typing import Any

import pytest

from apicheck.authoring import Exchange, Failure, Request, Response, Role
from apicheck.checks.headers.caching import CHECK
from apicheck.pages.setting import subject_of


def outcomes(value: str, **directives: Any) -> list[str]:
    rule = {"headers": {"Cache-Control": {"directives": directives}}}
    context = subject_of(CHECK, {"facts": {"responses": {"rule": rule}}}).context
    response = Response(200, (("Cache-Control", value),))
    exchange = Exchange("e1", Request("GET", "/contacts"), response, None, 0, 0, Role.TABLE)
    assert CHECK.fold is not None
    state = CHECK.fold.step(context, CHECK.fold.start(context), exchange)
    seen = CHECK.fold.finish(context, state)
    return [s.judgement.outcome for s in seen if isinstance(s.judgement, Failure)]


@pytest.mark.parametrize(
    "value",
    [
        "no-store",
        "No-Store",
        "private, no-store",
        "no-store , must-revalidate",
        'private="set-cookie, x-id", no-store',
        ",, no-store",
    ],
)
def test_a_directive_is_found_among_others(value: str) -> None:
    assert outcomes(value, **{"no-store": "present"}) == []


@pytest.mark.parametrize("value", ["", "private", 'x="no-store"', "no-stores", "no_store"])
def test_text_that_only_looks_like_a_directive_is_not_one(value: str) -> None:
    assert outcomes(value, **{"no-store": "present"}) == (["missing"] if value else [])


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("max-age=60", []),
        ('max-age="60"', []),
        ("max-age=61", ["too-open"]),
        ("max-age=29", ["missing"]),
        ("max-age=soon", ["missing"]),
        ("max-age", ["missing"]),
        ("no-store", []),
        ("no-cache", ["missing"]),
    ],
)
def test_a_number_of_seconds_has_its_bounds(value: str, found: list[str]) -> None:
    assert outcomes(value, **{"max-age": {"at_least": "30s", "at_most": "1m"}}) == found


def test_a_forbidden_directive_is_noticed_beside_a_promised_one() -> None:
    due = {"no-store": "present", "public": "never"}
    assert outcomes("public, no-store", **due) == ["too-open"]
    assert outcomes("no-store, x-public", **due) == []
