"""What judges share: the comparison of responses with promises, and words for both."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from apicheck.model.exchange import Caller, Exchange, Transcript
from apicheck.model.facts import ExpectedResponse, ResponseRule, Selector, When
from apicheck.model.operation import Operation
from apicheck.model.selector import selects_path
from apicheck.model.subject import RunContext
from apicheck.model.verdict import Failure, Inconclusive, Judgement
from apicheck.requests.describe import describe

_OK = 200
_SUCCESS = 2
FAILURES = frozenset(range(500, 600)) - {503}
"""The statuses by which a server says that it failed; 503 says that it is busy."""


def expected_text(promised: ExpectedResponse) -> str:
    """The statuses of a promised response, in a phrase: "401 or 403"."""
    return str(promised.statuses)


def judge_status(
    exchange: Exchange, promised: ExpectedResponse, outcome: str = "wrong-status", why: str = ""
) -> Failure | None:
    """A Failure when the status of an exchange is none of the promised ones."""
    if exchange.status in promised.statuses:
        return None
    expected = expected_text(promised) + (f" {why}" if why else "")
    return Failure(outcome, expected, describe(exchange), exchange=exchange.id)


def judge_refused(
    transcript: Transcript, promised: ExpectedResponse, detail: str = "", *, though: str = ""
) -> Judgement:
    """None when every exercising request was refused as promised.

    For checks with the outcomes `accepted` and `wrong-status`; accepted is worse. detail: the
    mistake in the request, where each row of the check is a defect of its own. though: the reason
    in words why the request must not be accepted: "after it was revoked".
    """
    for exchange in transcript.exercised:
        if exchange.succeeded:
            actual = f"{describe(exchange)} {though}".strip()
            return Failure("accepted", expected_text(promised), actual, detail, exchange.id)
    for exchange in transcript.exercised:
        if exchange.status not in promised.statuses:
            return Failure(
                "wrong-status", expected_text(promised), describe(exchange), detail, exchange.id
            )
    return None


def judge_accepted(
    transcript: Transcript, expected: str, detail: str = "", *, denied: Container[int] = ()
) -> Judgement:
    """None when every exercising request was accepted: for checks with the outcome `refused`.

    denied: the statuses that are a failure; a refusal with another status has another reason and
    is inconclusive. By default every refusal is a failure.
    """
    for exchange in transcript.exercised:
        if exchange.succeeded:
            continue
        if not denied or exchange.status in denied:
            return Failure("refused", expected, describe(exchange), detail, exchange.id)
        return Inconclusive(f"the response was {describe(exchange)}, for another reason")
    return None


def may_be_valid(exchange: Exchange) -> bool:
    """Whether a credential that should be bad may be the valid one after all."""
    return exchange.request.caller is Caller.BAD and bool(exchange.observed("equals"))


def rule_applies(context: RunContext, when: When | None, exchange: Exchange) -> bool:
    """Whether a promise with this `when` applies to the response of an exchange."""
    if exchange.response is None or not is_within_api(context, exchange):
        return False
    return when is None or _matches(context, when, exchange)


def _matches(context: RunContext, when: When, exchange: Exchange) -> bool:
    if when.statuses and exchange.status not in when.statuses:
        return False
    if when.except_ and exchange.status in when.except_:
        return False
    if when.caller and _find_caller(exchange) is not Caller(when.caller):
        return False
    return when.ops is None or selector_matches(context, when.ops, exchange)


def _find_caller(exchange: Exchange) -> Caller | None:
    """Who sent a request; None where a bad credential may be a valid one after all."""
    return None if may_be_valid(exchange) else exchange.request.caller


def is_within_api(context: RunContext, exchange: Exchange) -> bool:
    """Whether a request was sent to the API: to an operation, or to a path below the base path.

    What stands beside the base path on the same host is not what the policy speaks of.
    """
    request, prefix = exchange.request, context.spec.prefix
    return bool(request.operation) or f"{request.path}/".startswith(f"{prefix}/")


def applicable_rules(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, ResponseRule]]:
    """The rules of the policy's `responses` that apply to an exchange, with their names."""
    if exchange.response is None or not is_within_api(context, exchange):
        return
    # Of a request to an operation, this is all that `_matches` looks at.
    key = exchange.request.operation, exchange.status, _find_caller(exchange)
    found = context.ruled.get(key) if exchange.request.operation else None
    if found is None:
        rules = context.facts.responses.items()
        found = tuple(pair for pair in rules if _matches(context, pair[1].when, exchange))
        if exchange.request.operation:
            context.ruled[key] = found
    yield from found


def chose_another_format(context: RunContext, exchange: Exchange) -> bool:
    """Whether a request chose a format for its response that is not the default one.

    Only successes have it where the policy promises one format for errors.
    """
    facts = context.facts.formats.negotiation
    if facts is None or (facts.errors and not exchange.succeeded):
        return False
    chosen = [value for name, value in exchange.request.query if name == facts.parameter]
    return any(value in facts.values and value != facts.default for value in chosen)


def rule_covers_success(context: RunContext, when: When, operation: Operation) -> bool:
    """Whether a promise with this `when` applies to an accepted response of an operation."""
    documented = {int(r.status) for r in operation.responses if r.status.isdigit()}
    accepted = [status for status in documented if status // 100 == _SUCCESS] or [_OK]
    if when.statuses and not any(status in when.statuses for status in accepted):
        return False
    if when.except_ and all(status in when.except_ for status in accepted):
        return False
    if when.caller:
        secured = operation.id in context.secured
        if when.caller != (Caller.AUTHENTICATED if secured else Caller.ANONYMOUS):
            return False
    return context.selects(when.ops, operation)


def selector_matches(context: RunContext, ops: Selector, exchange: Exchange) -> bool:
    """Whether a selector matches the operation, or the undeclared path, of an exchange."""
    request = exchange.request
    if request.operation:
        return context.selects(ops, context.spec.operation(request.operation))
    return any(
        item == "*" or ("/" in item and selects_path(item, request.method, request.path))
        for item in ops.items
    )


def is_promised_for(
    context: RunContext, promised: ExpectedResponse, operation: Operation | None
) -> bool:
    """Whether a response is promised for an operation; None stands for the API as a whole."""
    return operation is None or context.selects(promised.ops, operation)


def shortest_first(exchanges: Iterable[Exchange]) -> tuple[str, ...]:
    """Ids of exchanges, those with the shortest request and response first."""

    def size(exchange: Exchange) -> tuple[int, str]:
        request = len(exchange.request.wire_target) + len(exchange.request.body or b"")
        response = len(exchange.response.body) if exchange.response else 0
        return request + response, exchange.id

    return tuple(exchange.id for exchange in sorted(exchanges, key=size))
