"""Which rows of a table each subject gets, where not every subject gets every row."""

from collections import Counter
from dataclasses import replace
from math import ceil
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apicheck.authoring.spreading import spread
from apicheck.judge import judge
from apicheck.load import load_policy, load_spec, profile_dir
from apicheck.model.check import Applies, Check, Outcome
from apicheck.model.codec import to_json
from apicheck.model.plan import Options, Plan, Probe, Spread
from apicheck.model.results import NO_PROVENANCE
from apicheck.model.subject import Case, RunContext, Subject, SubjectKind
from apicheck.model.target import Identity, Mode, Target
from apicheck.model.verdict import Severity
from apicheck.plan import plan
from apicheck.plan.context import build_context
from apicheck.plan.spreading import LEAST, share_rows, spread_out
from apicheck.registry import collect
from apicheck.report.results_json import build_document, load_schema

ROWS = [f"row {number}" for number in range(20)]

schemes_of_operations = st.lists(st.sampled_from(["bearer", "key", "session"]), max_size=80)


@given(schemes_of_operations, st.integers(0, len(ROWS)))
def test_every_row_gets_three_operations_of_each_scheme_and_every_operation_three_rows(
    schemes: list[str], count: int
) -> None:
    offered = [[f"{scheme}: {row}" for row in ROWS[:count]] for scheme in schemes]
    kept = share_rows(offered, 3)
    taken = Counter(row for rows in kept for row in rows)
    for scheme, operations in Counter(schemes).items():
        assert all(taken[f"{scheme}: {row}"] >= min(LEAST, operations) for row in ROWS[:count])
    assert all(len(rows) >= min(LEAST, count) for rows in kept)
    assert all(rows <= set(those) for rows, those in zip(kept, offered, strict=True))


@given(st.lists(st.sets(st.sampled_from(ROWS)).map(sorted), max_size=40))
def test_a_row_that_few_operations_offer_gets_three_of_them(
    offered: list[list[str]],
) -> None:
    kept = share_rows(offered, 3)
    taken = Counter(row for rows in kept for row in rows)
    offers = Counter(row for rows in offered for row in rows)
    assert all(taken[row] >= min(LEAST, times) for row, times in offers.items())
    assert all(len(k) >= min(LEAST, len(rows)) for k, rows in zip(kept, offered, strict=True))


@given(st.integers(1, 60), st.integers(1, len(ROWS)))
def test_no_row_and_no_operation_gets_more_than_its_share(operations: int, count: int) -> None:
    kept = share_rows([ROWS[:count]] * operations, 3)
    taken = Counter(row for rows in kept for row in rows)
    assert max(taken.values()) - min(taken.values()) <= 1
    share = max(LEAST, ceil(LEAST * count / operations))
    assert max(map(len, kept)) <= min(count, share + 1)


@given(schemes_of_operations)
def test_the_same_document_gives_the_same_spread(schemes: list[str]) -> None:
    offered = [[f"{scheme}: {row}" for row in ROWS] for scheme in schemes]
    assert share_rows(offered, 3) == share_rows(offered, 3)


@pytest.fixture(scope="module")
def world() -> RunContext:
    spec = load_spec(profile_dir("webengage") / "openapi.yaml")
    policy = load_policy(profile_dir("webengage") / "policy.yaml", spec)
    target = Target("t", "http://127.0.0.1")
    return build_context(
        spec, policy, target, capabilities=frozenset(), mode=Mode.FULL, thorough=False
    )


CHECK = Check(title="A row", outcomes=(Outcome("a", Severity.LOW),), proven_by={}, id="auth/rows")


def bound(world: RunContext, *subjects: str) -> list[tuple[Probe, ...]]:
    """For each subject a row that each is asked, and ten that are spread."""
    rows = (Case("always"), *spread([Case(row) for row in ROWS[:10]], "bearer"))
    return [
        tuple(
            Probe(f"auth/rows/{key}/{row.name}", CHECK, subject.with_case(row), Applies())
            for row in rows
        )
        for key in subjects
        for subject in [Subject(SubjectKind.OPERATION, key, world)]
    ]


def test_an_unmarked_row_is_played_on_every_subject(world: RunContext) -> None:
    subjects = [f"op{number}" for number in range(12)]
    asked, shared = spread_out(bound(world, *subjects), 3)
    assert [p.subject.key for p in asked if p.subject.case == Case("always")] == subjects
    assert shared == Spread(rows=10, subjects=12, asked=36, possible=120)
    assert len(asked) == 12 + 36


def test_a_single_operation_gets_every_row(world: RunContext) -> None:
    (probes,) = bound(world, "op")
    assert spread_out([probes], 3) == (probes, None)


def test_all_probes_without_rows_are_played(world: RunContext) -> None:
    subject = Subject(SubjectKind.API, "api", world)
    plain = (Probe("auth/rows/api", CHECK, subject, Applies()),)
    drawn = replace(plain[0], subject=subject.with_case(Case("drawn 1", "x", drawn=True)))
    assert spread_out([plain, (drawn,)], 3) == ((*plain, drawn), None)


def plan_of_canonical(**options: Any) -> Plan:
    """Its plan of the credentials that are not valid; nothing is drawn."""
    spec = load_spec(profile_dir("canonical") / "openapi.yaml")
    policy = load_policy(profile_dir("canonical") / "policy.yaml", spec)
    admin = Identity("admin", "$APICHECK_ADMIN_TOKEN")
    target = Target("t", "http://127.0.0.1", identities={"admin": admin})
    chosen = Options(select=("auth/bad-credentials",), draws=0, **options)
    return plan(spec, policy, target, collect(entry_points=False), chosen)


def rows_by_operation(planned: Plan) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for probe in planned.probes:
        assert probe.subject.case is not None
        found.setdefault(probe.subject.key, set()).add(probe.subject.case.name)
    return found


def test_essential_rows_are_played_on_every_operation_and_the_rest_is_spread() -> None:
    planned = plan_of_canonical()
    asked = rows_by_operation(planned)
    whole = rows_by_operation(plan_of_canonical(thorough=True))
    assert asked.keys() == whole.keys()
    everywhere = {"garbage", "another scheme"}
    assert all(everywhere & whole[operation] <= rows for operation, rows in asked.items())
    assert sum(everywhere <= rows for rows in asked.values()) > len(asked) / 2
    for security in set(planned.context.alternatives.values()):
        alike = [o for o in asked if planned.context.alternatives[o] == security]
        for row in {row for operation in alike for row in whole[operation]}:
            has = [operation for operation in alike if row in whole[operation]]
            seen = [operation for operation in alike if row in asked[operation]]
            assert len(seen) >= min(LEAST, len(has)), (security, row)
    shared = planned.spread["auth/bad-credentials"]
    assert shared.asked < shared.possible / 2
    assert plan_of_canonical(thorough=True).spread == {}


def test_a_selected_operation_gets_every_row() -> None:
    alone = rows_by_operation(plan_of_canonical(operations=("getContact",)))
    whole = rows_by_operation(plan_of_canonical(thorough=True))
    assert alone == {"getContact": whole["getContact"]}


def test_the_results_describe_the_spread_by_the_published_schema() -> None:
    planned = plan_of_canonical()
    published = build_document(judge(planned, (), NO_PROVENANCE))
    jsonschema.Draft202012Validator(load_schema()).validate(published)
    said = published["catalogue"]["auth/bad-credentials"]["spread"]
    assert said == to_json(planned.spread["auth/bad-credentials"])
