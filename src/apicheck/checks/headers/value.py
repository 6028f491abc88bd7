"""Header fields have the values, or the forms, that are promised."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Failure,
    NotApplicable,
    Outcome,
    RunContext,
    Severity,
    Subject,
    fields,
    folds,
    judging,
)
from apicheck.authoring.facts import HeaderRule

_FORMATS = {
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "uri": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+"),
    "integer": re.compile(r"-?\d+"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"),
    "resolves": re.compile(r"(https?://|/)[^\s<>\"{}|\\^`]*"),
}
_CASELESS = ("x-content-type-options",)
"""Fields whose values a reader compares without case (`nosniff`, in the Fetch standard)."""


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where some rule says what a header field says."""
    rules = subject.facts.responses.values()
    if any(_is_said(header) for rule in rules for header in rule.headers.values()):
        return Applies()
    return NotApplicable("the policy promises no value of a header field")


def _is_said(promise: HeaderRule) -> bool:
    return not (promise.equals is promise.pattern is promise.format is None)


def looks(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Each header that is there, of each rule in force, is one promise."""
    response = exchange.response
    assert response is not None  # `each` hands over answered exchanges only
    for name, rule in judging.applicable_rules(context, exchange):
        for header, promise in rule.headers.items():
            lines = response.header_values(header)
            if lines and _is_said(promise):
                yield f"responses.{name}", _judged(header, promise, ", ".join(lines), exchange)


def _judged(header: str, promise: HeaderRule, value: str, exchange: Exchange) -> Failure | None:
    due = ""
    if promise.equals is not None and not _equal(header, promise.equals, value):
        due = promise.equals
    elif promise.pattern is not None and not re.fullmatch(promise.pattern, value):
        due = f"a value that matches {promise.pattern}"
    elif promise.format is not None and not _has_format(promise.format, value):
        due = f"a value in the format {promise.format}"
    if not due:
        return None
    return Failure("wrong-value", f"{header}: {due}", f"{header}: {value}", header, exchange.id)


def _equal(header: str, due: str, value: str) -> bool:
    caseless = header.lower() in _CASELESS
    return value.lower() == due.lower() if caseless else value == due


def _has_format(name: str, value: str) -> bool:
    if name == "http-date":
        return fields.parse_http_date(value) is not None
    return _FORMATS[name].fullmatch(value) is not None


CHECK = Check(
    title="Header fields have the promised values",
    applies=applies,
    fold=folds.per_exchange(looks),
    reads=("responses",),
    standards=("rfc9110#5.5",),
    outcomes=(Outcome("wrong-value", Severity.MEDIUM),),
    proven_by={"wrong-value": ("headers/wrong-value",)},
)
