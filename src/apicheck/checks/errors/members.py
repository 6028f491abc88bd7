"""Members that repeat the status or a header field agree with it."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    MISSING,
    Applies,
    Check,
    Exchange,
    Failure,
    Json,
    NotApplicable,
    Outcome,
    Response,
    RunContext,
    Severity,
    Subject,
    folds,
    judging,
    pointers,
)


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where a rule says what members repeat."""
    if any(rule.equal for rule in subject.facts.responses.values()):
        return Applies()
    return NotApplicable("the policy names no member that repeats something")


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Compare each member that is present with what it repeats."""
    response = exchange.received
    if exchange.bodiless or response.truncated:
        return
    for name, rule in context.facts.responses.items():
        if not rule.equal or not judging.rule_applies(context, rule.when, exchange):
            continue
        try:
            body = response.json()
        except ValueError:
            return
        for pointer, source in rule.equal.items():
            expected, actual = _read_source(response, source), pointers.at(body, pointer)
            if expected is not None and actual is not MISSING:
                wrong = _describe_difference(exchange, pointer, source, expected, actual)
                yield f"responses.{name}", wrong if str(actual) != expected else None


def _read_source(response: Response, source: str) -> str | None:
    """The status, or the value of a header field; None where the field is absent."""
    if source == "status":
        return str(response.status)
    return response.header(source.removeprefix("header:"))


def _describe_difference(
    exchange: Exchange, pointer: str, source: str, expected: str, actual: Json
) -> Failure:
    wanted = f"{pointer} equal to the {source.replace(':', ' ')}, {expected}"
    return Failure("differ", wanted, f"{pointer} is {actual!r}", pointer, exchange.id)


CHECK = Check(
    title="Members that repeat the status or a header field agree with it",
    failure_title="A member that repeats the status or a header field differs from it",
    applies=applies,
    fold=folds.per_exchange(inspect),
    triggered_by=("auth/missing-credentials", "errors/unknown-path", "errors/malformed-body"),
    reads=("responses",),
    standards=("rfc9457#3.1.2",),
    outcomes=(Outcome("differ", Severity.LOW),),
    proven_by={"differ": ("errors/status-member-differs",)},
)
