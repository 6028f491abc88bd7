from typing import Any

import pytest

from apicheck.load import facts_from


@pytest.mark.parametrize(
    ("written", "response", "ops"),
    [
        (404, "404", None),
        ("as-absent", None, None),
        ({"status": 404, "ops": "tag:notes"}, "404", ("tag:notes",)),
        ({"answer": "as-absent", "ops": "tag:notes"}, None, ("tag:notes",)),
    ],
)
def test_a_foreign_object_has_a_response_of_its_own_or_that_of_an_absent_one(
    written: Any, response: str | None, ops: tuple[str, ...] | None
) -> None:
    facts = facts_from({"authorization": {"foreign": {"user": written}}}, file="test")
    foreign = facts.authorization.foreign["user"]
    assert (str(foreign.response.statuses) if foreign.response else None) == response
    assert (foreign.ops.items if foreign.ops else None) == ops


def test_implied_scopes_imply_further_ones_even_in_a_circle() -> None:
    implies = {"admin": "write", "write": ["read", "list"], "list": "admin"}
    facts = facts_from({"authorization": {"implies": implies}}, file="test").authorization
    assert facts.with_implied(["write"]) == {"admin", "write", "read", "list"}
    assert facts.with_implied(["read"]) == {"read"}
    assert facts.with_implied([]) == set()
