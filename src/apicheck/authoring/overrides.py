"""Requests that ask for another method than that of their request line, and what comes of them.

Frameworks offer this for clients that can send GET and POST only: in a header field, or in a
parameter `_method`. Most obey it on POST alone, some on every method.
"""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import readback
from apicheck.authoring.spreading import spread
from apicheck.model.exchange import Request, Role, Transcript
from apicheck.model.json import Json
from apicheck.model.step import Steps
from apicheck.model.subject import Case, Recipe, Subject
from apicheck.model.verdict import Failure, Inconclusive, Judgement, NotApplicable
from apicheck.requests.describe import describe
from apicheck.requests.steps import end_script, send

FIELDS = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
_FIELD, _PARAMETER = "a field", "a parameter"
_GONE = (404, 410)


def changes_nothing_readable(subject: Subject) -> NotApplicable | None:
    """Why no override can be seen to have been obeyed; None where it can.

    It can where the operation changes or deletes an object that the run can create and read.
    """
    recipe = subject.context.recipes[subject.op.id]
    made = isinstance(recipe, Recipe) and any(need.place == "path" for need in recipe.needs)
    if subject.op.safe or subject.op.method == "POST":
        return NotApplicable("another method names the operation only where it changes an object")
    reader = readback.read_operation(subject)
    if reader is None or reader.path != subject.op.path or not made:
        return NotApplicable("it changes no object that can be created for the check and read")
    return None


def cases(subject: Subject, value: Json = None) -> tuple[Case, ...]:
    """The method in a field of POST and of GET, and in a parameter of POST; a GET has no body.

    value: members that each row has besides `line` (the method of the request line) and `place`.
    """
    recipe = subject.context.recipes[subject.op.id]
    bodiless = isinstance(recipe, Recipe) and not recipe.media_type
    ways = [(_FIELD, "POST"), (_PARAMETER, "POST"), *([(_FIELD, "GET")] if bodiless else [])]
    rows = (
        Case(f"{place} of a {line}", {**(value or {}), "line": line, "place": place})
        for place, line in ways
    )
    return spread(rows, "operations")


def ask_by_another(request: Request, row: Case) -> Request:
    """The request with the method of a row in its request line, and its own in a field or so."""
    line = {"method": row.value["line"], "operation": ""}
    if row.value["place"] == _PARAMETER:
        return replace(request, **line, query=(*request.query, ("_method", request.method)))
    named = tuple((name, request.method) for name in FIELDS)
    return replace(request, **line, headers=(*request.headers, *named))


def probe(subject: Subject, request: Request, sender: Request) -> Steps[None]:
    """Read the object of a request; ask for the change by another method; read it again.

    sender: a request with the credential to ask with.
    """
    read = readback.build_read(subject, request)
    before = yield from send(read, Role.SETUP)
    if not before.succeeded:
        end_script(Inconclusive(f"the object cannot be read before: {describe(before)}"))
    changing = readback.ask_for_visible_change(subject, request, before)
    asked = changing.with_credentials(sender.identity, *sender.credentials)
    yield from send(ask_by_another(asked, subject.row))
    yield from readback.read_afterwards(read, before)


def judge(subject: Subject, transcript: Transcript, expected: str) -> Judgement:
    """Failure("obeyed") where the object is gone or changed after the request.

    expected: what should have come of it, in words.
    """
    reader = readback.read_operation(subject)
    reads = [e for e in transcript.exchanges if reader and e.request.operation == reader.id]
    before = [e for e in reads if e.role is Role.SETUP]
    after = [e for e in reads if e.role is Role.TABLE]
    asked = [e for e in transcript.exercised if not e.request.operation]
    if not before or not after or not asked:
        return Inconclusive("the object could not be read before and after")
    row, came = subject.row.name, describe(asked[-1])
    if after[-1].status in _GONE:
        actual = f"{came}, and the object is gone"
        return Failure("obeyed", expected, actual, row, asked[-1].id)
    if not after[-1].succeeded:
        return Inconclusive(f"the object cannot be read afterwards: {describe(after[-1])}")
    request = replace(asked[-1].request, method=subject.op.method)
    if changed := readback.changed_members(request, before[-1], after):
        actual = f"{came}, and another {', '.join(filter(None, changed)) or 'body'}"
        return Failure("obeyed", expected, actual, row, asked[-1].id)
    return None
