"""Whether a refused POST created an object: the list of such objects shows it."""

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
    """Find the operation that lists what a POST creates: GET of the same path.

    None where the document has none, and for other methods.
    """
    for operation in subject.context.spec.operations if subject.op.method == "POST" else ():
        listed = operation.method == "GET" and operation.path == subject.op.path
        if listed and operation.id in subject.context.actors:
            return operation
    return None


def unique_member(subject: Subject) -> str:
    """Find the member of the body whose value no two requests share; "" where there is none."""
    recipe = subject.context.recipes[subject.op.id]
    body = recipe.body if isinstance(recipe, Recipe) else None
    members = body.items() if isinstance(body, dict) else ()
    return next((n for n, value in members if isinstance(value, str) and UNIQUE in value), "")


def probe_refused_create(subject: Subject, refused: Request, valid: Request) -> Steps[None]:
    """Send a request that must be refused; the valid one; then read the list until it shows that.

    For subjects with a `list_operation` and a `unique_member`.
    """
    lister = list_operation(subject)
    if lister is None:
        raise ValueError(f"no operation lists what {subject.key} creates")
    yield from send(refused)
    created = yield from send(valid, Role.SETUP)
    listing = yield from valid_request(subject, lister.id)
    list_subject = replace(subject, operation=lister)
    mark = unique_member(subject)
    yield from fetch_pages(list_subject, listing, _sent_value(created, mark), mark)


def judge_refused_create(subject: Subject, transcript: Transcript) -> Judgement:
    """Judge the list: Failure("made") where it shows the object of the refused request."""
    mark = unique_member(subject)
    made = [e for e in transcript.of_role(Role.SETUP) if e.request.operation == subject.op.id]
    refused = [e for e in transcript.exercised if e.request.operation == subject.op.id]
    pages = [e for e in transcript.exercised if e.request.operation != subject.op.id]
    if not made or not made[-1].succeeded or not refused or not pages:
        return Inconclusive("no object was created to be listed")
    if refused[-1].succeeded:
        return NotApplicable("the request was accepted, which another check reports")
    for page in pages:
        if _sent_value(refused[-1], mark) in values_of(page, mark):
            actual = f"the list shows an object with the {mark} of the refused request"
            return Failure("made", "no object of the refused request", actual, exchange=page.id)
    if not any(_sent_value(made[-1], mark) in values_of(page, mark) for page in pages):
        return NotApplicable(f"the list does not show the {mark} of the object just created")
    return None


def _sent_value(exchange: Exchange, member: str) -> str:
    try:
        return str(json.loads(exchange.request.body or b"{}").get(member, ""))
    except (ValueError, AttributeError):
        return ""
