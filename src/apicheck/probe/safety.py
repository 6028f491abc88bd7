"""Refuses what a mode forbids, just before it is sent, whatever plan and checks decided."""

from __future__ import annotations

from apicheck.model.exchange import Request, Role
from apicheck.model.operation import SAFE_METHODS
from apicheck.model.selector import selects_path
from apicheck.model.subject import RunContext
from apicheck.model.target import Mode, Safety
from apicheck.model.verdict import NotTestedKind
from apicheck.probe.errors import ProbeStopped


def refuse_unsafe(
    mode: Mode, safety: Safety, request: Request, role: Role, *, accepted: bool
) -> ProbeStopped | None:
    """Why a request may not be sent, None when it may.

    accepted: a correct server accepts the requests that exercise the check.
    """
    method = request.method.upper()
    if mode is Mode.PASSIVE:
        return _stop("the mode is passive: nothing is sent", '[safety]\nmode = "read-only"')
    if safety.methods and method not in {allowed.upper() for allowed in safety.methods}:
        allowed = ", ".join(safety.methods)
        return _stop(f"{method} is not sent: [safety] methods allows only {allowed}", "")
    if method in SAFE_METHODS or mode is Mode.FULL:
        return None
    if mode is Mode.READ_ONLY:
        return _stop(f"{method} is not sent in read-only mode", '[safety]\nmode = "refusals"')
    if role is Role.CLEANUP or ((role.exercises or role is Role.SHRINK) and not accepted):
        return None
    return _stop(
        f"{method} is not sent in refusals mode: a correct server would accept it",
        '[safety]\nmode = "full"',
    )


def refuse_withheld(context: RunContext, request: Request) -> ProbeStopped | None:
    """Why a request of an operation that is never sent may not be sent, None for any other.

    A request of no operation counts for the one that has its method and path.
    """
    if not context.withheld:
        return None
    name = request.operation
    if not name:
        fitting = (
            operation.id
            for operation in context.spec.operations
            if operation.id in context.withheld
            and selects_path(operation.path, "", request.path)
            and operation.method == request.method.upper()
        )
        name = next(fitting, "")
    why = context.withheld.get(name)
    return None if why is None else ProbeStopped(why)


def _stop(reason: str, remedy: str) -> ProbeStopped:
    return ProbeStopped.not_tested(NotTestedKind.READ_ONLY, reason, remedy)
