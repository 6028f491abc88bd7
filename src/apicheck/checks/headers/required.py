"""Answers carry the header fields that are promised, with the promised values, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Fail,
    Fails,
    HeaderRule,
    NotApplicable,
    Response,
    Severity,
    Subject,
    World,
    each,
    http_date,
    in_force,
)

_FORMATS = {
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "uri": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+"),
    "integer": re.compile(r"-?\d+"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"),
    "resolves": re.compile(r"(https?://|/)[^\s<>\"{}|\\^`]*"),
}


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where some rule names a header field."""
    if any(rule.headers or rule.absent for rule in subject.facts.responses.values()):
        return Applies()
    return NotApplicable("the policy promises no header field, present or absent")


def looks(world: World, exchange: Exchange) -> Iterator[tuple[str, Fails | None]]:
    """Each header of each rule in force is one promise; so is each name that must be absent."""
    response = exchange.response
    assert response is not None  # `each` hands over answered exchanges only
    for name, rule in world.facts.responses.items():
        if not in_force(world, rule.when, exchange):
            continue
        for header, promise in rule.headers.items():
            value = ", ".join(response.header_values(header))
            if value or response.header(header) is not None:
                yield f"responses.{name}", _value(header, promise, value, exchange)
            elif not (promise.optional or promise.unique or promise.echo):
                actual = f"no {header} on {response.status}"
                yield (
                    f"responses.{name}",
                    Fails("absent", f"a {header} field", actual, header, exchange.id),
                )
        for glob in rule.absent:
            yield f"responses.{name}", _forbidden(glob, response, exchange)


def _value(header: str, promise: HeaderRule, value: str, exchange: Exchange) -> Fails | None:
    due = ""
    if promise.equals is not None and value != promise.equals:
        due = promise.equals
    elif promise.pattern is not None and not re.fullmatch(promise.pattern, value):
        due = f"a value that matches {promise.pattern}"
    elif promise.format is not None and not _has_format(promise.format, value):
        due = f"a value in the format {promise.format}"
    if not due:
        return None
    return Fails("wrong-value", f"{header}: {due}", f"{header}: {value}", header, exchange.id)


def _has_format(name: str, value: str) -> bool:
    if name == "http-date":
        return http_date(value) is not None
    return _FORMATS[name].fullmatch(value) is not None


def _forbidden(glob: str, response: Response, exchange: Exchange) -> Fails | None:
    for header, value in response.headers:
        if fnmatchcase(header.lower(), glob.lower()):
            return Fails(
                "forbidden", f"no {glob}", f"{header}: {value}", header.lower(), exchange.id
            )
    return None


CHECK = Check(
    title="Promised header fields are there, with the promised values",
    applies=applies,
    fold=each(looks),
    reads=("responses",),
    standards=("rfc9110#6.3",),
    outcomes=(
        Fail("absent", Severity.MEDIUM),
        Fail("wrong-value", Severity.MEDIUM),
        Fail("forbidden", Severity.LOW),
    ),
    proven_by={
        "absent": ("headers/omits-required",),
        "wrong-value": ("headers/wrong-value",),
        "forbidden": ("headers/sends-banner",),
    },
)
