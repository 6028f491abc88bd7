"""Refusals that are promised for some operations only."""

from typing import Any

import pytest

from apicheck.authoring import Applies, NotApplicable, Subject
from apicheck.pages.setting import subject_of
from apicheck.registry import collect

CHECKS = collect(entry_points=False)


def subject(check: str, facts: dict[str, Any]) -> Subject:
    return subject_of(CHECKS[check], {"operation": "getContact", "facts": facts})


@pytest.mark.parametrize(
    ("check", "facts"),
    [
        ("errors/method", {"requests": {"method": {"status": 405, "ops": "OPS"}}}),
        ("errors/trailing-slash", {"requests": {"trailing_slash": {"status": 404, "ops": "OPS"}}}),
        ("errors/unknown-object", {"authorization": {"absent": {"status": 404, "ops": "OPS"}}}),
    ],
)
def test_a_check_applies_to_the_operations_that_the_promise_names(
    check: str, facts: dict[str, Any]
) -> None:
    def applies(ops: str) -> Any:
        return CHECKS[check].applies(subject(check, fill(facts, ops)))

    assert isinstance(applies("getContact"), Applies)
    other = applies("listContacts")
    assert isinstance(other, NotApplicable)
    assert other.reason.startswith("the promise is about other operations")


def fill(value: Any, ops: str) -> Any:
    if isinstance(value, dict):
        return {key: fill(inner, ops) for key, inner in value.items()}
    return ops if value == "OPS" else value
