"""A corpus of pairs, each with what must be reported of it, in both directions of a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from apicheck.compare import RULES, Change, compare
from apicheck.load import read_spec

PAIRS = Path(__file__).parents[2] / "fixtures" / "pairs"
VERSION = "3.1.0"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The quicker one, where libyaml is there: a thousand lines are read when tests are collected."""


def read(name: str) -> list[dict[str, Any]]:
    text = (PAIRS / f"{name}.yaml").read_text("utf-8")
    found: list[dict[str, Any]] = yaml.load(text, Loader=LOADER)
    return found


def document(version: str, components: Any, **operation: Any) -> dict[str, Any]:
    paths = {"/things": {"post": {"operationId": "it", "responses": {}, **operation}}}
    return {"openapi": version, "paths": paths, "components": {"schemas": components or {}}}


def sent(version: str, schema: Any, components: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    return document(version, components, requestBody={"required": True, "content": content})


def received(version: str, schema: Any, components: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    responses = {"200": {"description": "done", "content": content}}
    return document(version, components, responses=responses)


def describe(found: tuple[Change, ...]) -> list[str]:
    """Impact, rule, and the path of the value, if it is inside another."""
    return sorted(
        f"{one.impact} {one.name} {one.where.rpartition(', ')[2] if '/' in one.where else ''}"
        .strip()
        for one in found
    )  # fmt: skip


def schema_cases() -> Iterator[Any]:
    """Each pair four times: sent and read, forwards and backwards."""
    for case in read("schemas"):
        for direction, make in (("sent", sent), ("read", received)):
            for way in ("", "back "):
                expected = case.get(f"{way}{direction}", [])
                name = f"{case['title']} ({way}{direction})"
                yield pytest.param(case, make, bool(way), expected, id=name)


@pytest.mark.parametrize(("case", "make", "backwards", "expected"), list(schema_cases()))
def test_what_a_changed_schema_breaks_depends_on_who_sends_the_value(
    case: dict[str, Any], make: Any, backwards: bool, expected: list[str]
) -> None:
    versions = case.get("openapi", [VERSION, VERSION])
    sides = [
        read_spec(make(version, case[side], case.get(f"{side} components", case.get("components"))))
        for side, version in zip(("old", "new"), versions, strict=True)
    ]
    if backwards:
        sides.reverse()
    assert describe(compare(*sides)) == sorted(expected)


def operation_cases() -> Iterator[Any]:
    for case in read("operations"):
        yield pytest.param(case["old"], case["new"], case.get("expect", []), id=case["title"])
        if "back" in case:
            name = f"{case['title']} (back)"
            yield pytest.param(case["new"], case["old"], case["back"], id=name)


def complete(written: Mapping[str, Any]) -> dict[str, Any]:
    """A document out of its paths, or out of one operation."""
    if "openapi" in written or "swagger" in written:
        return dict(written)
    if "paths" in written or "webhooks" in written:
        return {"openapi": VERSION, **written}
    operation = {key: value for key, value in written.items() if key != "components"}
    found = document(VERSION, None, **operation)
    found["components"] |= written.get("components", {})
    return found


@pytest.mark.parametrize(("old", "new", "expected"), list(operation_cases()))
def test_what_a_changed_operation_breaks(
    old: dict[str, Any], new: dict[str, Any], expected: list[str]
) -> None:
    found = compare(read_spec(complete(old)), read_spec(complete(new)))
    assert describe(found) == sorted(expected)


def test_nothing_is_reported_of_a_document_and_itself() -> None:
    for case in read("operations"):
        for side in ("old", "new"):
            spec = read_spec(complete(case[side]))
            assert compare(spec, read_spec(complete(case[side]))) == ()


def test_each_rule_is_shown_by_a_pair() -> None:
    shown = {
        line.split()[1]
        for case in (*read("schemas"), *read("operations"))
        for key in ("sent", "read", "back sent", "back read", "expect", "back")
        for line in case.get(key, ())
    }
    assert shown == set(RULES)
