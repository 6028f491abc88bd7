"""Looks for an object on the target while cleaning up."""

from __future__ import annotations

from apicheck.model.exchange import Request, Role
from apicheck.model.operation import Operation
from apicheck.model.plan import Plan
from apicheck.probe.errors import ProbeStopped
from apicheck.probe.recorder import Recorder
from apicheck.requests.credentials import credentials_of
from apicheck.requests.neighbours import find_neighbours


def build_as_creator(plan: Plan, creator: Request, operation: Operation, path: str) -> Request:
    """A request without a body by who created an object, with a credential that it takes."""
    request = Request(method=operation.method, path=path, operation=operation.id)
    if not creator.identity:
        return request
    credentials, context = creator.credentials, plan.context
    schemes = {one.scheme for one in credentials}
    alternatives = context.alternatives.get(operation.id, ())
    identity = context.identities.get(creator.identity)
    if identity and alternatives and not any(schemes >= set(names) for names in alternatives):
        credentials = credentials_of(context, operation.id, identity)
    return request.with_credentials(creator.identity, *credentials)


def finds_object(plan: Plan, delete: Request, recorder: Recorder) -> bool:
    """Whether its creator can read an object of which its deletion says that it is not there."""
    deletion = plan.spec.operation(delete.operation)
    read = find_neighbours(plan.spec).at(deletion.path).get("GET")
    if read is None or read.id in plan.context.withheld:
        return False
    request = build_as_creator(plan, delete, read, delete.path)
    try:
        return recorder.send(request, Role.CLEANUP).succeeded
    except ProbeStopped:
        return False
