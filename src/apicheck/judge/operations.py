"""Judge what became of each operation of the document, and what that leaves untested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from apicheck.model.check import Check
from apicheck.model.exchange import Caller, Direction, Exchange, Role, Transcript
from apicheck.model.operation import Operation
from apicheck.model.plan import Plan
from apicheck.model.results import (
    BASE_PATH,
    CheckResult,
    OperationResult,
    PreflightItem,
    Standing,
)
from apicheck.model.subject import RunContext
from apicheck.model.verdict import NotTested, NotTestedKind, Verdict
from apicheck.requests.describe import quote_server

_REDIRECTION = 3
_VALID_ROLES = (Role.CONTROL, Role.SETUP, Role.PREFLIGHT)
_EVIDENCE = 3
WHOLE = "*"
"""Subject of a passive check that says one thing of all exchanges."""
_DECIDED = (Verdict.NOT_APPLICABLE, Verdict.ERROR)
_THIN = (Verdict.PASS, Verdict.NOT_APPLICABLE)
_ELSEWHERE = (301, 307, 308, 404)
_NO_METHOD = (405, 501)
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class _Played:
    """What a run has of one operation: its valid requests, and why a control was not sent."""

    valid: tuple[Exchange, ...]
    stopped: str
    stop: NotTested | None


def judge_operations(plan: Plan, transcripts: Sequence[Transcript]) -> tuple[OperationResult, ...]:
    """Judge every operation of the document: accepted, refused, without a response, or not sent.

    An operation is accepted when a request counts that a correct server accepts: the canonical
    one, one that creates what another request names, or that of a check which sends valid ones.
    """
    valid: dict[str, dict[str, Exchange]] = {}
    requests: Counter[str] = Counter()
    seen: set[str] = set()
    accepting = {p.key for p in (*plan.probes, *plan.provoking) if p.check.accepted}
    for transcript in transcripts:
        for exchange in transcript.exchanges:
            name = exchange.request.operation
            if exchange.id not in seen:
                requests[name] += 1
                seen.add(exchange.id)
            if _is_valid(plan.context, exchange, exercises=transcript.probe in accepting):
                valid.setdefault(name, {}).setdefault(exchange.id, exchange)
    controls = {t.probe.removeprefix("control/"): t for t in transcripts if _is_control(t)}
    return tuple(
        replace(
            _judge_operation(
                plan, operation, tuple(valid.get(operation.id, {}).values()), controls
            ),
            requests=requests[operation.id],
        )
        for operation in plan.spec.operations
    )


def _is_control(transcript: Transcript) -> bool:
    return transcript.probe.startswith("control/")


def _is_valid(context: RunContext, exchange: Exchange, *, exercises: bool) -> bool:
    """Whether a correct server accepts the request of an exchange."""
    name = exchange.request.operation
    if not name or exchange.direction is Direction.IN:
        return False
    if exchange.request.caller is not Caller.AUTHENTICATED and name in context.secured:
        return False
    return exchange.role in _VALID_ROLES or (exercises and exchange.role.exercises)


def _judge_operation(
    plan: Plan,
    operation: Operation,
    valid: Sequence[Exchange],
    controls: Mapping[str, Transcript],
) -> OperationResult:
    about = OperationResult(operation.id, operation.method, operation.path, Standing.NOT_SENT)
    why = _explain_stop(plan, operation, controls)
    accepted = [exchange for exchange in valid if is_accepted(operation, exchange)]
    if accepted:
        evidence, status = tuple(e.id for e in accepted[:_EVIDENCE]), accepted[0].status
        return replace(about, standing=Standing.ACCEPTED, status=status, evidence=evidence)
    evidence = tuple(exchange.id for exchange in valid[-_EVIDENCE:])
    refused = [exchange for exchange in valid if exchange.response is not None]
    if refused:
        return replace(
            about,
            standing=Standing.REFUSED,
            status=refused[-1].status,
            reason=quote_server(refused[-1]),
            # Where the server failed or throttled, other values would not help.
            kind=None if _is_disturbed(refused[-1]) else NotTestedKind.NEEDS_REQUEST,
            remedy=why.remedy if why.kind is NotTestedKind.NEEDS_REQUEST else "",
            evidence=evidence,
        )
    if valid:
        error = valid[-1].error
        reason = f"{error.kind.value}: {error.message}" if error else "no response"
        kind = NotTestedKind.NO_RESPONSE
        return replace(
            about, standing=Standing.NO_RESPONSE, reason=reason, kind=kind, evidence=evidence
        )
    return replace(about, reason=why.reason, kind=why.kind, remedy=why.remedy)


def is_accepted(operation: Operation, exchange: Exchange) -> bool:
    """Whether a response says that a valid request was accepted: 2xx, or a documented 3xx."""
    if exchange.succeeded:
        return True
    documented = any(response.status == str(exchange.status) for response in operation.responses)
    return documented and exchange.status // 100 == _REDIRECTION


def _is_disturbed(exchange: Exchange) -> bool:
    return exchange.status == _TOO_MANY_REQUESTS or exchange.status >= _SERVER_ERROR


def _explain_stop(
    plan: Plan, operation: Operation, controls: Mapping[str, Transcript]
) -> NotTested:
    """Why the canonical request was not sent, or not accepted."""
    if operation.id in plan.unsent:
        return plan.unsent[operation.id]
    control = controls.get(operation.id)
    if control is None:
        return NotTested(NotTestedKind.NEEDS_BUDGET, "the run ended before its request")
    if control.stopped_by is None:
        return NotTested(NotTestedKind.NEEDS_REQUEST, "")
    if isinstance(control.stopped_by, NotTested):
        return control.stopped_by
    return NotTested(NotTestedKind.NEEDS_REQUEST, control.stopped_by.reason)


def explain_wrong_base(
    plan: Plan, operations: Sequence[OperationResult], preflight: Sequence[PreflightItem]
) -> str:
    """Say that the document's paths are not at base_url, and what to do; "" where some may be."""
    looked = next((item.message for item in preflight if item.id == BASE_PATH), "")
    found = looked or find_wrong_base(plan, operations)
    return found if looked or not found else f"{found}; correct base_url, or base_path"


def find_wrong_base(plan: Plan, operations: Sequence[OperationResult]) -> str:
    """Say that the document's paths are not at base_url; "" where some may be.

    They are not where every request got 404 or a lasting redirect, also for a path without an id
    that could be wrong. Servers of files refuse what is not GET by its method.
    """
    sent = [one for one in operations if one.status]
    fixed = [one for one in sent if "{" not in one.path]
    if not any(one.status in _ELSEWHERE for one in fixed) or not all(map(_is_elsewhere, sent)):
        return ""
    first = next(one for one in fixed if one.status in _ELSEWHERE)
    return (
        f"none of the document's paths is at {plan.target.base_url}: {first.method} {first.path}"
        f" got {first.status}, and no request got anything else than such a status"
    )


def _is_elsewhere(operation: OperationResult) -> bool:
    """Whether the response to the request of an operation may be that of another server."""
    if operation.standing is Standing.ACCEPTED:
        return False
    unknown = operation.status in _NO_METHOD and operation.method not in ("GET", "HEAD")
    return operation.status in _ELSEWHERE or unknown


def leave_untested(
    plan: Plan, operations: Sequence[OperationResult], results: Sequence[CheckResult]
) -> tuple[CheckResult, ...]:
    """The results of passive checks, with what they cannot say of operations left untested.

    A check whose property is one of accepted responses says nothing of an operation that
    accepted no request: neither by refusals alone, nor by its silence.
    """
    left = {one.operation: one for one in operations if one.standing is not Standing.ACCEPTED}
    by_check: dict[str, list[CheckResult]] = {}
    for result in results:
        by_check.setdefault(result.check, []).append(result)
    return tuple(
        result
        for check in plan.passive
        for result in _leave_untested(plan, check, left, by_check.get(check.id, []))
    )


def _leave_untested(
    plan: Plan,
    check: Check,
    left: Mapping[str, OperationResult],
    results: Sequence[CheckResult],
) -> Iterator[CheckResult]:
    of_accepted = check.fold.of_accepted if check.fold else None
    whole = [result for result in results if result.subject == WHOLE]
    if of_accepted is None or any(result.verdict in _DECIDED for result in whole):
        yield from results
        return
    due = dict.fromkeys(
        (operation.id, fact)
        for operation in plan.spec.operations
        if operation.id in left
        for fact in of_accepted(plan.context, operation)
    )
    if whole and due:
        results = [result for result in results if result not in whole]
    for result in results:
        key = (result.operation, result.facts[0] if result.facts else "")
        thin = key in due and result.verdict in _THIN
        yield _say_untested(check, left[key[0]], key[1], result) if thin else result
        due.pop(key, None)
    yield from (_say_untested(check, left[name], fact, None) for name, fact in due)


def _say_untested(
    check: Check, operation: OperationResult, fact: str, seen: CheckResult | None
) -> CheckResult:
    reason = {
        Standing.REFUSED: f"no request was accepted ({operation.reason})",
        Standing.NO_RESPONSE: f"no response ({operation.reason})",
    }.get(operation.standing, operation.reason)
    return CheckResult(
        check=check.id,
        subject=operation.operation,
        operation=operation.operation,
        facts=(fact,) if fact else (),
        verdict=Verdict.NOT_TESTED if operation.kind else Verdict.INCONCLUSIVE,
        reason=reason,
        remedy=operation.remedy,
        kind=operation.kind,
        exercised=seen.exercised if seen else 0,
        cases=seen.cases if seen else 0,
        evidence=seen.evidence if seen else operation.evidence,
    )
