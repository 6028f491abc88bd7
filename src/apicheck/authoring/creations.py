"""Whether a refused POST created an object: the list of such objects shows it."""

from __future__ import annotations

import json
from dataclasses import replace

from apicheck.authoring.listing import fetch_pages, values_of
from apicheck.model.exchange import Exchange, Request, Role, Transcript
from apicheck.model.json import child_pointer
from apicheck.model.operation import Operation
from apicheck.model.step import Steps
from apicheck.model.subject import UNIQUE, Recipe, Subject
from apicheck.model.verdict import Failure, Inconclusive, Judgement, NotApplicable, NotTested
from apicheck.requests.alter import Part, with_part
from apicheck.requests.build import valid_request
from apicheck.requests.flattening import flatten_schema
from apicheck.requests.steps import send

_LONG, _KEPT = 40, 20
"""A text that may be this long has room for a mark, behind so much of its own."""


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
    """Find the member of the body by which an object is found in the list; "" where none is.

    It has a value that no two requests share. Where no creation of the API has such a member, it
    is a free text, which can be given a mark.
    """
    recipes = subject.context.recipes
    members = _texts_of(recipes[subject.op.id])
    unique = next((name for name, value in members.items() if UNIQUE in value), "")
    texts = (text for recipe in recipes.values() for text in _texts_of(recipe).values())
    if unique or any(UNIQUE in text for text in texts):
        return unique
    return next((name for name in members if _is_free_text(subject, name)), "")


def _texts_of(recipe: Recipe | NotTested) -> dict[str, str]:
    """The members of a JSON body that are texts."""
    body = recipe.body if isinstance(recipe, Recipe) and "json" in recipe.media_type else None
    members = body.items() if isinstance(body, dict) else ()
    return {name: value for name, value in members if isinstance(value, str)}


def _is_free_text(subject: Subject, name: str) -> bool:
    """Whether the document takes any text for a member of the body: also one with a mark in it."""
    document = subject.context.spec.document
    for media in subject.op.body:
        whole = flatten_schema(document, media.schema)
        member = flatten_schema(document, whole.get("properties", {}).get(name, {}))
        if member.get("type") == "string" and member.get("maxLength", _LONG) >= _LONG:
            return not any(key in member for key in ("format", "pattern", "enum", "const"))
    return False


def _mark(subject: Subject, request: Request, member: str) -> Request:
    """Give the member of a request a value that no other request has."""
    value = _read_member(request, member)
    if UNIQUE in value:
        return request
    part = Part("body", child_pointer("", member))
    return with_part(request, subject.op, part, f"{value[:_KEPT]} {UNIQUE}".strip())


def probe_refused_create(
    subject: Subject, refused: Request, valid: Request, *, paced: bool = True
) -> Steps[None]:
    """Send a request that must be refused; the valid one; then read the list until it shows that.

    For subjects with a `list_operation` and a `unique_member`. paced False: the first request is
    sent over a limit.
    """
    lister = list_operation(subject)
    if lister is None:
        raise ValueError(f"no operation lists what {subject.key} creates")
    mark = unique_member(subject)
    yield from send(_mark(subject, refused, mark), paced=paced)
    created = yield from send(_mark(subject, valid, mark), Role.SETUP)
    listing = yield from valid_request(subject, lister.id)
    list_subject = replace(subject, operation=lister)
    yield from fetch_pages(list_subject, listing, _sent_value(created, mark), mark)


def judge_refused_create(subject: Subject, transcript: Transcript) -> Judgement:
    """Judge the list: Failure("made") where it shows the object of the refused request."""
    mark = unique_member(subject)
    made = [e for e in transcript.of_role(Role.SETUP) if e.request.operation == subject.op.id]
    refused = [e for e in transcript.exercised if e.request.method == subject.op.method]
    pages = [e for e in transcript.exercised if e.request.method != subject.op.method]
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
    return _read_member(exchange.request, member)


def _read_member(request: Request, member: str) -> str:
    try:
        return str(json.loads(request.body or b"{}").get(member, ""))
    except (ValueError, AttributeError):
        return ""
