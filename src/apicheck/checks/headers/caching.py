"""Caching directives are as promised, whatever others stand beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

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
from apicheck.authoring.facts import Directive
from apicheck.authoring.fields import parse_count
from apicheck.checks.headers._rules import applies_where, describe_field, due_where, find_promises

_NAME = re.compile(r'[^\s=,;"]+')
_ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s,"]*)')
_NO_STORE = "no-store"


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Judge each promised directive of each field that is present."""
    for fact, header, promise in find_promises(context, exchange):
        value = ", ".join(exchange.received.header_values(header))
        if not promise.directives or not value:
            continue  # headers/required judges whether the field is present
        sent = _parse_directives(value)
        for directive, promised in promise.directives.items():
            found = _judge(directive, promised, sent)
            wrong = None
            if found is not None:
                actual, detail = describe_field(exchange, header), f"{header} {directive}"
                wrong = Failure(*found, actual, detail, exchange.id)
            yield fact, wrong


def _parse_directives(value: str) -> Mapping[str, str]:
    """Directive in lower case -> its argument, "" when it has none; the first counts."""
    found: dict[str, str] = {}
    for member in fields.split_list(value):
        name, _, rest = member.partition("=")
        argument = _ARGUMENT.fullmatch(rest.strip())
        if argument is not None and _NAME.fullmatch(name.strip()):
            found.setdefault(name.strip().lower(), argument[1] or argument[2] or "")
    return found


def _judge(name: str, promised: Directive, sent: Mapping[str, str]) -> tuple[str, str] | None:
    """The outcome, and what was expected in words; None when the promise is kept."""
    if promised.never:
        return ("too-open", f"no {name}") if name in sent else None
    if name not in sent:
        stored_nowhere = promised.at_most_s is not None and _NO_STORE in sent
        return None if stored_nowhere else ("missing", f"{name} among the directives")
    if promised.at_least_s is promised.at_most_s is None:
        return None
    seconds = parse_count(sent[name])
    if seconds is None:
        return "missing", f"{name} with a number of seconds"
    if promised.at_most_s is not None and seconds > promised.at_most_s:
        return "too-open", f"{name} of at most {promised.at_most_s:g}"
    if promised.at_least_s is not None and seconds < promised.at_least_s:
        return "missing", f"{name} of at least {promised.at_least_s:g}"
    return None


CHECK = Check(
    title="Caching directives are as promised",
    failure_title="Caching directives are not as promised",
    applies=applies_where(
        lambda promise: promise.directives,
        "the policy promises no directive of a header field",
    ),
    fold=folds.per_exchange(inspect, of_accepted=due_where(lambda promise: promise.directives)),
    reads=("responses",),
    standards=("rfc9111#5.2",),
    outcomes=(Outcome("missing", Severity.MEDIUM), Outcome("too-open", Severity.MEDIUM)),
    proven_by={
        "missing": ("headers/cacheable-by-the-browser",),
        "too-open": ("headers/cacheable-by-everybody",),
    },
)
