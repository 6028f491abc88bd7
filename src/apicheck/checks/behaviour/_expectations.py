"""What a step of an example expects of its response, and how the actual response differs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from apicheck.authoring import (
    MISSING,
    UNIQUE,
    Exchange,
    Failure,
    Json,
    Response,
    RunContext,
    StatusSet,
    describe,
    expressions,
    pointers,
    validation,
)
from apicheck.authoring.facts import Example

_SHOWN = 120
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_NEVER = "never"
_OF_BODIES = ("body", "contains", "lacks", "absent", "schema")

Differences = Iterator[tuple[str, str]]
"""What was expected and what came, in words."""


def judge_step(
    context: RunContext, step: Example, played: Mapping[str, Exchange]
) -> Failure | None:
    """Judge the last exchange, which is the step's."""
    exchange = played[step.id]
    statuses = parse_statuses(step)
    response = exchange.response
    if response is None or exchange.status not in statuses:
        expected = f"{statuses} for step {step.id}"
        return Failure("unexpected-status", expected, describe(exchange), step.id, exchange.id)
    try:
        rules = step.expect.get("headers", {})
        headers = {name: _resolve_rule(rule, played) for name, rule in rules.items()}
        expect = expressions.evaluate(
            {k: v for k, v in step.expect.items() if k != "headers"}, played
        )
    except LookupError as missing:
        expected = f"the value to which step {step.id} refers"
        return Failure("unexpected-body", expected, f"nothing at {missing}", step.id, exchange.id)
    for wanted, actual in _compare_headers(headers, response):
        expected = f"{wanted} for step {step.id}"
        return Failure("unexpected-header", expected, actual, step.id, exchange.id)
    if not any(key in expect for key in _OF_BODIES):
        return None
    for wanted, actual in _compare_body(context, expect, response):
        expected = f"{wanted} for step {step.id}"
        return Failure("unexpected-body", expected, actual, step.id, exchange.id)
    return None


def _resolve_rule(rule: Json, played: Mapping[str, Exchange]) -> Json:
    """Replace the runtime expressions in the rule of a header field by their values.

    Inside a pattern a value is literal: what a target sends is not a regular expression.
    """
    if not isinstance(rule, Mapping):
        return expressions.evaluate(rule, played)

    def literal(match: re.Match[str]) -> str:
        return re.escape(str(expressions.evaluate(match[0], played)))

    return {"pattern": expressions.EMBEDDED.sub(literal, rule.get("pattern", ".*"))}


def _compare_headers(expected: Mapping[str, Json], response: Response) -> Differences:
    for name, rule in expected.items():
        lines = response.header_values(name)
        value = ", ".join(lines)
        actual = f"{name}: {value}" if lines else f"no {name}"
        if rule == _NEVER:
            if lines:
                yield f"no {name}", actual
        elif not lines:
            yield f"a {name} field", actual
        elif isinstance(rule, Mapping):
            if not re.fullmatch(rule["pattern"], value, re.DOTALL):
                yield f"{name} that matches {rule['pattern']}", actual
        elif value != str(rule):
            yield f"{name}: {rule}", actual


def _compare_body(
    context: RunContext, expect: Mapping[str, Json], response: Response
) -> Differences:
    try:
        body = response.json()
    except ValueError:
        yield "a JSON body", "a body that is not JSON"
        return
    if "body" in expect and not matches(body, expect["body"]):
        yield f"a body with {_shorten(expect['body'])}", _shorten(body)
    for pointer, wanted in expect.get("contains", {}).items():
        if not _has_element(pointers.at(body, pointer), wanted):
            yield (
                f"an element with {_shorten(wanted)} at {pointer}",
                _shorten(pointers.at(body, pointer)),
            )
    for pointer, unwanted in expect.get("lacks", {}).items():
        value = pointers.at(body, pointer)
        if not isinstance(value, list) or _has_element(value, unwanted):
            yield f"a list without {_shorten(unwanted)} at {pointer}", _shorten(value)
    for pointer in expect.get("absent", ()):
        value = pointers.at(body, pointer)
        if value is not MISSING:
            yield f"nothing at {pointer}", _shorten(value)
    for error in validation.find_body_errors(context, expect.get("schema"), body, limit=1):
        yield "a body valid against the step's schema", f"{error} ({error.keyword})"


def _has_element(elements: Json, wanted: Json) -> bool:
    return isinstance(elements, list) and any(matches(element, wanted) for element in elements)


def matches(actual: Json, expected: Json) -> bool:
    """Whether every member that `expected` names is in `actual` with that value, at any depth.

    Lists are compared element by element, each as a subset. Numbers are equal by value (1 and
    1.0), date-times by their instant, whatever offset they are written with.
    """
    if isinstance(expected, Mapping):
        return isinstance(actual, Mapping) and all(
            key in actual and matches(actual[key], value) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(actual, list)
            and len(actual) == len(expected)
            and all(matches(a, e) for a, e in zip(actual, expected, strict=True))
        )
    if isinstance(expected, bool) or isinstance(actual, bool):
        return actual is expected
    if isinstance(expected, str) and isinstance(actual, str):
        return actual == expected or _parse_instant(actual) == _parse_instant(expected) is not None
    return bool(actual == expected)


def _parse_instant(text: str) -> float | None:
    if not _DATE_TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return None


def parse_statuses(step: Example) -> StatusSet:
    """The statuses that a step expects."""
    written = step.expect.get("status", "2xx")
    return StatusSet(tuple(str(s) for s in (written if isinstance(written, list) else [written])))


def _shorten(value: Json) -> str:
    text = "nothing" if value is MISSING else pointers.describe_value(value).replace(UNIQUE, "…")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
