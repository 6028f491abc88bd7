"""A quote that is a date has the form that the policy gives to dates, or lint says so."""

from __future__ import annotations

from typing import Any

import pytest

from apicheck.load import facts_from, load_policy, load_spec, profile_dir, read_spec
from apicheck.model.json import Json
from apicheck.model.policy import Clause, FactOrigin, Policy
from apicheck.plan.quotes import find_broken_samples

OFFSET = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}$"


def found(quote: str, *, document: dict[str, Any] | None = None, **facts: Json) -> list[str]:
    spec = read_spec({"openapi": "3.1.0", "info": {}, "paths": {}, **(document or {})})
    origins = tuple(FactOrigin(path, value, "policy", "") for path, value in facts.items())
    policy = Policy("p", "1", "p", (Clause("A-1", quote=quote),), facts_from({}), origins=origins)
    return [clause for clause, _ in find_broken_samples(spec, policy)]


@pytest.mark.parametrize(
    ("quote", "broken"),
    [
        ("2013-01-26T07:31+0000", True),
        ("2013-01-26T07:31:14Z", True),
        ("2013-01-26T07:31:14+0000", False),
        ("dates are like 2013-01-26T07:31Z", False),
        ("2026", False),
        ("", False),
    ],
)
def test_a_date_is_held_against_the_pattern_of_dates(quote: str, *, broken: bool) -> None:
    assert found(quote, **{"responses.all.schema.pattern": OFFSET}) == ["A-1"] * broken


def test_a_pattern_of_the_document_is_one_too() -> None:
    document = {"components": {"schemas": {"When": {"type": "string", "pattern": "Z$"}}}}
    assert found("2013-01-26T07:31:14+0000", document=document) == ["A-1"]


@pytest.mark.parametrize("pattern", [".*", r"^\d+", "^[A-Z]{3}$", "("])
def test_a_pattern_of_something_else_says_nothing_of_dates(pattern: str) -> None:
    assert found("2013-01-26T07:31+0000", **{"responses.all.schema.pattern": pattern}) == []


def test_the_example_on_a_providers_page_breaks_its_own_pattern() -> None:
    spec = load_spec(profile_dir("webengage") / "openapi.yaml")
    policy = load_policy(profile_dir("webengage") / "policy.yaml", spec)
    ((clause, message),) = find_broken_samples(spec, policy)
    assert clause == "WE-9-2"
    assert "2013-01-26T07:31+0000" in message
