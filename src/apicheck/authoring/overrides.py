"""Requests that ask for another method than that of their request line, and what comes of them.

Frameworks offer this for clients that can send GET and POST only: in a header field, or in a
parameter `_method`. Most obey it on POST alone, some on every method.
"""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import readback
from apicheck.authoring.path_index import index_paths
from apicheck.authoring.spreading import spread
from apicheck.model.exchange import Exchange, Request, Role, Transcript
from apicheck.model.json import Json
from apicheck.model.step import Steps
from apicheck.model.subject import Case, Recipe, Subject
from apicheck.model.verdict import Failure, Inconclusive, Judgement, NotApplicable
from apicheck.requests.build import valid_request
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
    """The method in a field of POST and of GET, and in a parameter of POST.

    A GET has no body; a POST that the path has is another operation.

    value: members that each row has besides `line` (the method of the request line) and `place`.
    """
    recipe = subject.context.recipes[subject.op.id]
    bodiless = isinstance(recipe, Recipe) and not recipe.media_type
    ways = [(_FIELD, "POST"), (_PARAMETER, "POST"), *([(_FIELD, "GET")] if bodiless else [])]
    documented = {op.method for op in index_paths(subject.context.spec).by_path[subject.op.path]}
    rows = (
        Case(f"{place} of a {line}", {**(value or {}), "line": line, "place": place})
        for place, line in ways
        if line == "GET" or line not in documented
    )
    return spread(rows, "operations")


def _ask_by_another(request: Request, row: Case, *, named: bool) -> Request:
    """The request with the method of a row in its request line; its own is named if wanted."""
    asked = replace(request, method=row.value["line"], operation="")
    if not named:
        return asked
    if row.value["place"] == _PARAMETER:
        return replace(asked, query=(*asked.query, ("_method", request.method)))
    fields = tuple((name, request.method) for name in FIELDS)
    return replace(asked, headers=(*asked.headers, *fields))


def probe(subject: Subject, request: Request, sender: Request) -> Steps[None]:
    """Read the object of a request; ask for the change by another method; read it again.

    Where that had an effect, the same request follows about another object, without the method in
    a field or parameter: a POST may change an object by itself. sender: a request with the
    credential to ask with.
    """
    before, after = yield from _ask(subject, request, sender, named=True)
    if _find_effect(subject, request, before, after):
        another = yield from valid_request(subject, fresh=True)
        yield from _ask(subject, another, sender, named=False)


def _ask(
    subject: Subject, request: Request, sender: Request, *, named: bool
) -> Steps[tuple[Exchange, Exchange]]:
    """Read, ask, read. named: with the method in the place of the row, else for comparison."""
    role = Role.TABLE if named else Role.CONFIRM
    read = readback.build_read(subject, request)
    before = yield from send(read, Role.SETUP)
    if not before.succeeded:
        end_script(Inconclusive(f"the object cannot be read before: {describe(before)}"))
    changing = readback.ask_for_visible_change(subject, request, before)
    asked = changing.with_credentials(sender.identity, *sender.credentials)
    yield from send(_ask_by_another(asked, subject.row, named=named), role)
    return before, (yield from send(read, role))


def judge(subject: Subject, transcript: Transcript, expected: str) -> Judgement:
    """Failure("obeyed") where the object is gone or changed after the request.

    expected: what should have come of it, in words.
    """
    reader = readback.read_operation(subject)
    setup = transcript.of_role(Role.SETUP)
    before = [one for one in setup if reader and one.request.operation == reader.id]
    named, plain = transcript.exercised, transcript.of_role(Role.CONFIRM)
    if not before or len(named) < 2:
        return Inconclusive("the object could not be read before and after")
    asked, after = named[0], named[1]
    request = asked.request
    effect = _find_effect(subject, request, before[0], after)
    if not effect:
        gone_wrong = not after.succeeded
        return Inconclusive(f"the object cannot be read: {describe(after)}") if gone_wrong else None
    if len(plain) < 2:
        return Inconclusive("nothing shows what the request does without another method")
    if _find_effect(subject, plain[0].request, before[-1], plain[1]):
        line = subject.row.value["line"]
        return NotApplicable(f"a {line} has the same effect without another method")
    actual = f"{describe(asked)}, and the object is {effect}"
    return Failure("obeyed", expected, actual, subject.row.name, asked.id)


def _find_effect(subject: Subject, request: Request, before: Exchange, after: Exchange) -> str:
    """What became of an object, in a word or two; "" where it is as it was, or cannot be read."""
    if after.status in _GONE:
        return "gone"
    meant = replace(request, method=subject.op.method)
    changed = after.succeeded and readback.changed_members(meant, before, [after])
    return f"changed ({', '.join(filter(None, changed)) or 'its body'})" if changed else ""
