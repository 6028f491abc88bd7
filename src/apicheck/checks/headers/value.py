"""Header fields have the values, or the forms, that are promised."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Outcome,
    RunContext,
    Severity,
    fields,
    folds,
)
from apicheck.authoring.facts import HeaderRule
from apicheck.checks.headers._rules import applies_where, describe_field, due_where, find_promises

_FORMATS = {
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "uri": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+"),
    "integer": re.compile(r"-?[0-9]+"),
    "date-time": re.compile(
        r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII
    ),
    "resolves": re.compile(r"(https?://|/)[^\s<>\"{}|\\^`]*"),
}
_CASELESS = ("x-content-type-options",)
"""Fields whose values clients compare without case (`nosniff`, in the Fetch standard)."""


def _names_value(promise: HeaderRule) -> bool:
    return not (promise.equals is promise.pattern is promise.format is None)


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Judge each header field that is present and whose value or form is promised."""
    for fact, header, promise in find_promises(context, exchange):
        lines = exchange.received.header_values(header)
        if not lines or not _names_value(promise):
            continue
        wrong = None
        if expected := _find_broken_promise(header, promise, ", ".join(lines)):
            actual = describe_field(exchange, header)
            wrong = Failure("wrong-value", f"{header}: {expected}", actual, header, exchange.id)
        yield fact, wrong


def _find_broken_promise(header: str, promise: HeaderRule, value: str) -> str:
    """What is promised of a value that breaks its promise, in words; "" for any other."""
    if promise.equals is not None and not _equals(header, promise.equals, value):
        return promise.equals
    if promise.pattern is not None and not re.fullmatch(promise.pattern, value):
        return f"a value that matches {promise.pattern}"
    if promise.format is not None and not _has_format(promise.format, value):
        return f"a value in the format {promise.format}"
    return ""


def _equals(header: str, expected: str, value: str) -> bool:
    caseless = header.lower() in _CASELESS
    return value.lower() == expected.lower() if caseless else value == expected


def _has_format(name: str, value: str) -> bool:
    if name == "http-date":
        return fields.parse_http_date(value) is not None
    return _FORMATS[name].fullmatch(value) is not None


CHECK = Check(
    title="Header fields have the promised values",
    failure_title="A header field does not have the promised value",
    applies=applies_where(_names_value, "the policy promises no value of a header field"),
    fold=folds.per_exchange(inspect, of_accepted=due_where(_names_value)),
    reads=("responses",),
    standards=("rfc9110#5.5",),
    outcomes=(Outcome("wrong-value", Severity.MEDIUM),),
    proven_by={"wrong-value": ("headers/wrong-value",)},
)
