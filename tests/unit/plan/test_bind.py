"""Which subjects a check gets."""

from typing import Any

import pytest

from apicheck.load import load_policy, load_spec, profile_dir
from apicheck.model.facts import Selector
from apicheck.model.plan import PlannedClause
from apicheck.model.policy import Clause
from apicheck.model.target import Mode, Target
from apicheck.plan.bind import list_subjects
from apicheck.plan.context import build_context
from apicheck.registry import collect

CHECK = collect(entry_points=False)["auth/missing-credentials"]


@pytest.fixture(scope="module")
def context() -> Any:
    spec = load_spec(profile_dir("webengage") / "openapi.yaml")
    policy = load_policy(profile_dir("webengage") / "policy.yaml", spec)
    target = Target("t", "http://127.0.0.1")
    return build_context(
        spec, policy, target, capabilities=frozenset(), mode=Mode.FULL, thorough=False
    )


def list_keys(context: Any, *ops: tuple[str, ...] | None) -> set[str]:
    clauses = tuple(
        PlannedClause(
            Clause(f"A-{number}", ops=None if items is None else Selector(items)), (CHECK.id,)
        )
        for number, items in enumerate(ops)
    )
    return {subject.key for subject in list_subjects(CHECK, context, clauses)}


def test_a_check_gets_the_operations_of_the_clauses_that_name_it(context: Any) -> None:
    assert list_keys(context, ("trackUser",), ("trackEvent",)) == {"trackUser", "trackEvent"}


@pytest.mark.parametrize("ops", [(), (None,), (("trackUser",), None)])
def test_a_check_gets_all_operations_when_a_clause_names_none(context: Any, ops: Any) -> None:
    assert list_keys(context, *ops) == {operation.id for operation in context.spec.operations}
