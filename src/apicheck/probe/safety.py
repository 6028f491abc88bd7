"""Refuses what a mode forbids, just before it is sent, whatever plan and checks decided."""

from __future__ import annotations

from apicheck.model.exchange import Request, Role
from apicheck.model.operation import SAFE_METHODS
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


def _stop(reason: str, remedy: str) -> ProbeStopped:
    return ProbeStopped.not_tested(NotTestedKind.READ_ONLY, reason, remedy)
