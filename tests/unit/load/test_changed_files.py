"""Changed files are read, or their mistakes are reported; no change raises another error."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from apicheck.load import builtin_policy, load_policy, load_spec, parse_spec, profile_dir
from apicheck.load.source import read_source
from apicheck.model.errors import ApicheckError
from apicheck.model.json import Json
from apicheck.registry import collect

PROFILE = profile_dir("webengage")
SPEC = load_spec(PROFILE / "openapi.yaml")
CHANGES: list[Json] = [
    *(None, [], {}, "x", 3, -1, 1.5, True, [1], [[]], {"a": None}, "4xx", {"status": None}),
    {"$ref": "#/components/schemas/None"},
    ["x", None, {}],
]


def places(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


def changed(document: Json, chance: random.Random) -> Json:
    result = copy.deepcopy(document)
    path = chance.choice(list(places(result)))
    holder = result
    for key in path[:-1]:
        holder = holder[key]
    if chance.random() < 0.3:
        del holder[path[-1]]
    else:
        holder[path[-1]] = copy.deepcopy(chance.choice(CHANGES))
    return result


def is_reported(problem: ApicheckError) -> bool:
    return bool(problem.mistakes) and all(m.message and m.file for m in problem.mistakes)


@pytest.mark.parametrize("seed", range(4))
def test_a_changed_policy_is_read_or_its_mistakes_are_reported(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    original = read_source(PROFILE / "policy.yaml", ApicheckError).value
    for file in PROFILE.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    problems = []
    for _ in range(15):
        (tmp_path / "changed.json").write_text(json.dumps(changed(original, chance)))
        try:
            load_policy(tmp_path / "changed.json", SPEC)
        except ApicheckError as problem:
            problems.append(problem)
    assert problems
    assert all(is_reported(problem) for problem in problems)


@pytest.mark.parametrize("seed", range(4))
def test_a_changed_document_is_read_or_its_mistakes_are_reported(seed: int) -> None:
    chance = random.Random(seed)
    original = read_source(PROFILE / "openapi.yaml", ApicheckError).value
    problems, used = [], []
    for _ in range(40):
        try:
            used.append(parse_spec(json.dumps(changed(original, chance)), "changed.json"))
        except ApicheckError as problem:
            problems.append(problem)
    assert all(is_reported(problem) for problem in problems)
    assert sum(bool(spec.remarks or spec.left_out) for spec in used) > 5
    left_out = [one for spec in used for one in spec.left_out]
    assert all(one.reason and one.file and one.line for one in left_out)


def test_the_standard_clause_sets_name_checks_and_outcomes_that_exist() -> None:
    checks = collect(entry_points=False)
    outcomes = (f"{name}#{one.id}" for name, check in checks.items() for one in check.outcomes)
    policy = builtin_policy(SPEC, check_ids=(*checks, *outcomes))
    assert "OPENAPI-RESPONSES" in {clause.id for clause in policy.clauses}
