"""What may be sent in a mode. Asked again at the edge, whatever plan and checks decided."""

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

    accepted: a correct server accepts what exercises the check that sends it.
    """
    method = request.method.upper()
    if mode is Mode.PASSIVE:
        return _stop("the mode is passive: nothing is sent", '[safety]\nmode = "read-only"')
    if safety.methods and method not in {allowed.upper() for allowed in safety.methods}:
        allowed = ", ".join(safety.methods)
        return _stop(f"{method} is none of the methods that may be sent: {allowed}", "")
    if method in SAFE_METHODS or mode is Mode.FULL:
        return None
    if mode is Mode.READ_ONLY:
        return _stop(f"{method} is not sent in read-only mode", '[safety]\nmode = "refusals"')
    if role is Role.CLEANUP or (_is_tested(role) and not accepted):
        return None
    return _stop(
        f"{method} that would be accepted is not sent in refusals mode",
        '[safety]\nmode = "full"',
    )


def _is_tested(role: Role) -> bool:
    return role.exercises or role is Role.SHRINK


def _stop(reason: str, remedy: str) -> ProbeStopped:
    return ProbeStopped.not_tested(NotTestedKind.READ_ONLY, reason, remedy)
