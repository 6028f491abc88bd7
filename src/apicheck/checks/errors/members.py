"""Members that repeat the status or a header say the same."""

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
    """Where some rule says what members repeat."""
    if any(rule.equal for rule in subject.facts.responses.values()):
        return Applies()
    return NotApplicable("the policy says of no member that it repeats something")


def looks(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Each member that is there, with what it repeats, is one test of its rule."""
    response = exchange.response
    assert response is not None  # `each` hands over answered exchanges only
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
            due, said = _repeated(response, source), pointers.at(body, pointer)
            if due is not None and said is not MISSING:
                wrong = _wrong(exchange, pointer, source, due, said)
                yield f"responses.{name}", wrong if str(said) != due else None


def _repeated(response: Response, source: str) -> str | None:
    """What the status, or a field, says; None where there is no such field."""
    if source == "status":
        return str(response.status)
    return response.header(source.removeprefix("header:"))


def _wrong(exchange: Exchange, pointer: str, source: str, due: str, said: Json) -> Failure:
    expected = f"{pointer} equal to the {source.replace(':', ' ')}, {due}"
    return Failure("differ", expected, f"{pointer} is {said!r}", pointer, exchange.id)


CHECK = Check(
    title="Members that repeat something say the same",
    applies=applies,
    fold=folds.per_exchange(looks),
    triggered_by=("auth/missing-credentials", "errors/unknown-path", "errors/malformed-body"),
    reads=("responses",),
    standards=("rfc9457#3.1.2",),
    outcomes=(Outcome("differ", Severity.LOW),),
    proven_by={"differ": ("errors/status-member-differs",)},
)
