"""Whether a refused POST created an object: the list of such objects shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from apicheck.authoring.applying import needs_full_mode
from apicheck.authoring.listing import fetch_pages, values_of
from apicheck.authoring.variation import list_free_texts, mark_at
from apicheck.model.exchange import Exchange, Request, Role, Transcript
from apicheck.model.json import Json, at, child_pointer
from apicheck.model.operation import Operation
from apicheck.model.step import Steps
from apicheck.model.subject import UNIQUE, Recipe, Subject
from apicheck.model.target import Identity
from apicheck.model.verdict import Failure, Inconclusive, Judgement, NotApplicable, NotTested
from apicheck.requests.build import valid_request
from apicheck.requests.steps import send

NEEDS_FULL_MODE = needs_full_mode("an object would have to be created, to be found in the list")


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
    """Find the member of the body by which an object is found in the list, as a JSON Pointer.

    "" where there is none. It has a value that no two requests share. Where no creation of the API
    has such a member, it is a free text, which can be given a mark.
    """
    recipes = subject.context.recipes
    body = _find_body(recipes[subject.op.id])
    unique = next((place for place, value in _list_texts(body) if UNIQUE in value), "")
    texts = (text for recipe in recipes.values() for _, text in _list_texts(_find_body(recipe)))
    if unique or any(UNIQUE in text for text in texts):
        return unique
    return next(list_free_texts(subject, body), "")


def _find_body(recipe: Recipe | NotTested) -> Json:
    """The body of a recipe where it is JSON."""
    return recipe.body if isinstance(recipe, Recipe) and "json" in recipe.media_type else None


def _list_texts(body: Json, pointer: str = "") -> Iterator[tuple[str, str]]:
    """The texts of an object, and of the objects in it, with their places; the outermost first."""
    members = body.items() if isinstance(body, dict) else ()
    for name, value in members:
        if isinstance(value, str):
            yield child_pointer(pointer, name), value
    for name, value in members:
        yield from _list_texts(value, child_pointer(pointer, name))


def probe_refused_create(
    subject: Subject,
    refused: Request,
    valid: Request,
    *,
    of_nobody: bool = False,
    paced: bool = True,
) -> Steps[None]:
    """Send a request that must be refused; the valid one; then read the list until it shows that.

    of_nobody: no tenant is known to have sent the refused request: the beginning of the list of
    every other tenant is read as well. paced False: the first request is sent over a limit. For
    subjects with a `list_operation` and a `unique_member`.
    """
    lister = list_operation(subject)
    if lister is None:
        raise ValueError(f"no operation lists what {subject.key} creates")
    mark = unique_member(subject)
    yield from send(mark_at(subject, refused, mark), paced=paced)
    created = yield from send(mark_at(subject, valid, mark), Role.SETUP)
    listing = yield from valid_request(subject, lister.id)
    list_subject = replace(subject, operation=lister)
    value = _sent_value(created, mark)
    name = mark.rpartition("/")[2]
    yield from fetch_pages(list_subject, listing, lambda page: value in values_of(page, name))
    for reader in _find_other_tenants(subject, lister) if of_nobody else ():
        theirs = yield from valid_request(subject, lister.id, reader)
        yield from fetch_pages(list_subject, theirs, lambda _: True)


def _find_other_tenants(subject: Subject, lister: Operation) -> Iterator[Identity]:
    """An identity of each tenant that may read the list, except the one that reads it anyway.

    None where the list is inside an object, which another tenant does not have.
    """
    context, inside = subject.context, "{" in lister.path
    seen = {context.identities[context.actors[lister.id]].tenant}
    for identity in context.identities.values() if not inside else ():
        usable = identity.placeholder and identity.state == "active"
        if usable and identity.tenant not in seen and context.permits(identity, lister.id):
            seen.add(identity.tenant)
            yield identity


def judge_refused_create(subject: Subject, transcript: Transcript) -> Judgement:
    """Judge the list: Failure("made") where it shows the object of the refused request."""
    mark = unique_member(subject)
    name = mark.rpartition("/")[2]
    made = [e for e in transcript.of_role(Role.SETUP) if e.request.operation == subject.op.id]
    refused = [e for e in transcript.exercised if e.request.method == subject.op.method]
    pages = [e for e in transcript.exercised if e.request.method != subject.op.method]
    if not made or not made[-1].succeeded or not refused or not pages:
        return Inconclusive("no object was created to be listed")
    if refused[-1].succeeded:
        return NotApplicable("the request was accepted, which another check reports")
    for page in pages:
        if _sent_value(refused[-1], mark) in values_of(page, name):
            actual = f"the list shows an object with the {name} of the refused request"
            return Failure("made", "no object of the refused request", actual, exchange=page.id)
    if not any(_sent_value(made[-1], mark) in values_of(page, name) for page in pages):
        return NotApplicable(f"the list does not show the {name} of the object just created")
    return None


def _sent_value(exchange: Exchange, place: str) -> str:
    found = at(exchange.request.members, place)
    return found if isinstance(found, str) else ""
