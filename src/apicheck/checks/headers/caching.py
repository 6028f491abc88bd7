"""Cache-Control says what is promised, whatever else it says, and nothing that opens it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

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
    folds,
    judging,
)
from apicheck.authoring.facts import Directive

_DIRECTIVE = re.compile(r'\s*([^\s=,;"]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?\s*(?:,|$)')
_NO_STORE = "no-store"


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where some rule says what is, or is never, among the directives of a field."""
    rules = subject.facts.responses.values()
    if any(header.directives for rule in rules for header in rule.headers.values()):
        return Applies()
    return NotApplicable("the policy promises no directive of a header field")


def looks(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Each promised directive of each field that is there is one promise."""
    assert exchange.response is not None  # `each` hands over answered exchanges only
    for name, rule in judging.applicable_rules(context, exchange):
        for header, promise in rule.headers.items():
            value = ", ".join(exchange.response.header_values(header))
            if not promise.directives or not value:
                continue  # that it is there at all is for headers/required to say
            said = _directives(value)
            for directive, due in promise.directives.items():
                found = _judged(directive, due, said)
                wrong = None
                if found is not None:
                    outcome, words = found
                    detail = f"{header} {directive}"
                    wrong = Failure(outcome, words, f"{header}: {value}", detail, exchange.id)
                yield f"responses.{name}", wrong


def _directives(value: str) -> Mapping[str, str]:
    """Directive in lower case -> its argument, "" when it has none; the first counts."""
    found: dict[str, str] = {}
    for match in _DIRECTIVE.finditer(value):
        found.setdefault(match[1].lower(), match[2] if match[2] is not None else match[3] or "")
    return found


def _judged(name: str, due: Directive, said: Mapping[str, str]) -> tuple[str, str] | None:
    """Outcome, and what was due in words; None when the promise is kept."""
    if due.never:
        return ("too-open", f"no {name}") if name in said else None
    if name not in said:
        kept_from_all = due.at_most_s is not None and _NO_STORE in said
        return None if kept_from_all else ("missing", f"{name} among the directives")
    if due.at_least_s is due.at_most_s is None:
        return None
    if not re.fullmatch(r"\d{1,15}", said[name]):
        return "missing", f"{name} with a number of seconds"
    seconds = int(said[name])
    if due.at_most_s is not None and seconds > due.at_most_s:
        return "too-open", f"{name} of at most {due.at_most_s:g}"
    if due.at_least_s is not None and seconds < due.at_least_s:
        return "missing", f"{name} of at least {due.at_least_s:g}"
    return None


CHECK = Check(
    title="Caches are told what was promised",
    applies=applies,
    fold=folds.per_exchange(looks),
    reads=("responses",),
    standards=("rfc9111#5.2",),
    outcomes=(Outcome("missing", Severity.MEDIUM), Outcome("too-open", Severity.MEDIUM)),
    proven_by={
        "missing": ("headers/cacheable-by-the-browser",),
        "too-open": ("headers/cacheable-by-everybody",),
    },
)
