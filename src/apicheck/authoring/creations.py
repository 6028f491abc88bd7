"""Whether a refused POST made something: looked for in the list of what is made there."""

from __future__ import annotations

import json
from dataclasses import replace

from apicheck.authoring.listing import fetch_pages, values_of
from apicheck.model.exchange import Exchange, Request, Role, Transcript
from apicheck.model.operation import Operation
from apicheck.model.step import Steps
from apicheck.model.subject import UNIQUE, Recipe, Subject
from apicheck.model.verdict import Failure, Inconclusive, Judgement, NotApplicable
from apicheck.requests.build import valid_request
from apicheck.requests.steps import send


def list_operation(subject: Subject) -> Operation | None:
    """The operation that lists what a POST makes, GET of the same path; None where there is none.

    For other methods None as well.
    """
    for operation in subject.context.spec.operations if subject.op.method == "POST" else ():
        listed = operation.method == "GET" and operation.path == subject.op.path
        if listed and operation.id in subject.context.actors:
            return operation
    return None


def unique_member(subject: Subject) -> str:
    """The member of the body in which every request is another; "" where there is none."""
    recipe = subject.context.recipes[subject.op.id]
    body = recipe.body if isinstance(recipe, Recipe) else None
    members = body.items() if isinstance(body, dict) else ()
    return next((n for n, value in members if isinstance(value, str) and UNIQUE in value), "")


def probe_refused_create(subject: Subject, refused: Request, valid: Request) -> Steps[None]:
    """A request that is to be refused; the valid one; then the list, until it shows what that made.

    For subjects with a `list_operation` and a `unique_member`.
    """
    lister = list_operation(subject)
    assert lister is not None  # asked before
    yield from send(refused)
    mine = yield from send(valid, Role.SETUP)
    listing = yield from valid_request(subject, lister.id)
    of_list = replace(subject, operation=lister)
    mark = unique_member(subject)
    yield from fetch_pages(of_list, listing, _sent(mine, mark), mark)


def judge_refused_create(subject: Subject, transcript: Transcript) -> Judgement:
    """Failure("made") where the list shows the refused object; None where it shows the other."""
    mark = unique_member(subject)
    made = [e for e in transcript.of_role(Role.SETUP) if e.request.operation == subject.op.id]
    refused = [e for e in transcript.exercised if e.request.operation == subject.op.id]
    pages = [e for e in transcript.exercised if e.request.operation != subject.op.id]
    if not made or not made[-1].succeeded or not refused or not pages:
        return Inconclusive("nothing was made to be listed")
    if refused[-1].succeeded:
        return NotApplicable("it was not refused, of which another check tells")
    for page in pages:
        if _sent(refused[-1], mark) in values_of(page, mark):
            return Failure("made", "nothing of it", f"a list shows its {mark}", "", page.id)
    if not any(_sent(made[-1], mark) in values_of(page, mark) for page in pages):
        return NotApplicable(f"the list does not show the {mark} of what was just made")
    return None


def _sent(exchange: Exchange, member: str) -> str:
    try:
        return str(json.loads(exchange.request.body or b"{}").get(member, ""))
    except (ValueError, AttributeError):
        return ""
