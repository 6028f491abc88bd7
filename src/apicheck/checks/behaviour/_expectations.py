"""What a step of an example expects of its answer, and what is wrong with the one that came."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from apicheck.authoring import (
    MISSING,
    UNIQUE,
    Example,
    Exchange,
    Failure,
    Json,
    Response,
    RunContext,
    StatusSet,
    describe,
    expressions,
    pointers,
    schemas,
)

_SHOWN = 120
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_EMBEDDED = re.compile(r"\{\$[^{}]+\}")
_NEVER = "never"
_OF_BODIES = ("body", "contains", "lacks", "absent", "schema")

Wrong = Iterator[tuple[str, str]]
"""What was due and what came, in words."""


def wrong(context: RunContext, step: Example, played: Mapping[str, Exchange]) -> Failure | None:
    """What is wrong with the last exchange, which is the step's."""
    exchange = played[step.id]
    statuses = _statuses(step.expect.get("status", "2xx"))
    response = exchange.response
    if response is None or exchange.status not in statuses:
        due = f"{statuses} for step {step.id}"
        return Failure("unexpected-status", due, describe(exchange), step.id, exchange.id)
    try:
        headers = {name: _rule(r, played) for name, r in step.expect.get("headers", {}).items()}
        expect = expressions.evaluate(
            {k: v for k, v in step.expect.items() if k != "headers"}, played
        )
    except LookupError as missing:
        due, came = "what the step refers to", f"nothing at {missing}"
        return Failure("unexpected-body", f"{due} for step {step.id}", came, step.id, exchange.id)
    for due, came in _headers(headers, response):
        return Failure("unexpected-header", f"{due} for step {step.id}", came, step.id, exchange.id)
    if not any(key in expect for key in _OF_BODIES):
        return None
    for due, came in _body(context, expect, response):
        return Failure("unexpected-body", f"{due} for step {step.id}", came, step.id, exchange.id)
    return None


def _rule(rule: Json, played: Mapping[str, Exchange]) -> Json:
    """A header's rule with values in the place of runtime expressions.

    Inside a pattern a value stands for itself: what a target sends is no regular expression.
    """
    if not isinstance(rule, Mapping):
        return expressions.evaluate(rule, played)

    def literal(match: re.Match[str]) -> str:
        return re.escape(str(expressions.evaluate(match[0], played)))

    return {"pattern": _EMBEDDED.sub(literal, rule.get("pattern", ".*"))}


def _headers(expected: Mapping[str, Json], response: Response) -> Wrong:
    for name, rule in expected.items():
        lines = response.header_values(name)
        value = ", ".join(lines)
        came = f"{name}: {value}" if lines else f"no {name}"
        if rule == _NEVER:
            if lines:
                yield f"no {name}", came
        elif not lines:
            yield f"a {name} field", came
        elif isinstance(rule, Mapping):
            if not re.fullmatch(rule["pattern"], value, re.DOTALL):
                yield f"{name} that matches {rule['pattern']}", came
        elif value != str(rule):
            yield f"{name}: {rule}", came


def _body(context: RunContext, expect: Mapping[str, Json], response: Response) -> Wrong:
    try:
        body = response.json()
    except ValueError:
        yield "a JSON body", "no JSON"
        return
    if "body" in expect and not matches(body, expect["body"]):
        yield f"a body with {_shown(expect['body'])}", _shown(body)
    for pointer, wanted in expect.get("contains", {}).items():
        if not _has(pointers.at(body, pointer), wanted):
            yield (
                f"an element with {_shown(wanted)} at {pointer}",
                _shown(pointers.at(body, pointer)),
            )
    for pointer, unwanted in expect.get("lacks", {}).items():
        value = pointers.at(body, pointer)
        if not isinstance(value, list) or _has(value, unwanted):
            yield f"a list without {_shown(unwanted)} at {pointer}", _shown(value)
    for pointer in expect.get("absent", ()):
        value = pointers.at(body, pointer)
        if value is not MISSING:
            yield f"nothing at {pointer}", _shown(value)
    for error in schemas.find_schema_errors(
        context.spec.document, expect.get("schema"), body, limit=1
    ):
        yield "a body that fits the step's schema", f"{error} ({error.keyword})"


def _has(elements: Json, wanted: Json) -> bool:
    return isinstance(elements, list) and any(matches(element, wanted) for element in elements)


def matches(actual: Json, expected: Json) -> bool:
    """Whether every member that `expected` names is in `actual` with that value, deeply.

    Lists are compared element by element, each as a subset. Numbers are equal by value (1 and
    1.0), date-times by the instant that they name, whatever offset they are written with.
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
        return actual == expected or _instant(actual) == _instant(expected) is not None
    return bool(actual == expected)


def _instant(text: str) -> float | None:
    if not _DATE_TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _statuses(written: Json) -> StatusSet:
    return StatusSet(tuple(str(s) for s in (written if isinstance(written, list) else [written])))


def _shown(value: Json) -> str:
    text = "nothing" if value is MISSING else pointers.describe_value(value).replace(UNIQUE, "…")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
