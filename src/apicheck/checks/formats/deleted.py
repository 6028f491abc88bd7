"""What was deleted is listed as deleted, and what exists is not."""

from __future__ import annotations

from urllib.parse import unquote

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Failure,
    Inconclusive,
    Judgement,
    Mode,
    NotApplicable,
    NotTested,
    Operation,
    Outcome,
    Recipe,
    Request,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    applying,
    build,
    describe,
    fields,
    listing,
    steps,
)
from apicheck.checks.formats import _lists, _paging
from apicheck.checks.formats._parameters import has_query_parameter

_FACT = "formats.deleted"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the lists that the policy names, of objects that the run can create and delete."""
    deleter = _find_deleter(subject)
    if deleter is None:
        return NotApplicable("it is no list of what was deleted")
    if subject.context.mode is not Mode.FULL:
        return applying.needs_full_mode("an object would have to be created and deleted")
    recipe = subject.context.recipes[deleter.id]
    if isinstance(recipe, NotTested):
        return recipe
    if not any(need.place == "path" for need in recipe.needs):
        return NotApplicable(f"the run cannot create what {deleter.id} deletes")
    return Applies(requests=3, facts=(_FACT,))


def _find_deleter(subject: Subject) -> Operation | None:
    name = subject.facts.formats.deleted.get(subject.op.id)
    return subject.context.spec.operation(name) if name else None


def script(subject: Subject) -> Script:
    """Create two objects, delete one, and read the list."""
    deleter = _find_deleter(subject)
    assert deleter is not None  # applies() made sure
    yield from build.send_control(subject)
    deletion = yield from build.valid_request(subject, deleter.id, fresh=True)
    living = yield from build.valid_request(subject, deleter.id, fresh=True)
    deleted = yield from steps.send(deletion, Role.SETUP)
    if not deleted.succeeded:
        steps.end_script(Inconclusive(f"the deletion was {describe(deleted)}"))
    request = _since_before(subject, (yield from build.valid_request(subject)), deleted)
    wanted = {_id_of(subject, deletion), _id_of(subject, living)}
    yield from listing.fetch_pages(
        subject, request, lambda page: not wanted.isdisjoint(_paging.identify(page))
    )


def _since_before(subject: Subject, request: Request, deleted: Exchange) -> Request:
    """Ask for what was deleted since an hour before, where the list has such a parameter."""
    since = subject.facts.formats.since
    date = fields.parse_http_date(deleted.received.header("date") or "")
    if since is None or date is None or not has_query_parameter(subject, since.parameter):
        return request
    return _lists.ask_since(subject, request, since.parameter, date - _lists.HOUR_S)


def _id_of(subject: Subject, request: Request) -> str:
    """The id in the path of a deletion: that of the object that was created for it."""
    deleter = _find_deleter(subject)
    recipe = subject.context.recipes[deleter.id] if deleter else None
    names = (
        [n.name for n in recipe.needs if n.place == "path"] if isinstance(recipe, Recipe) else []
    )
    template = deleter.path.split("/") if deleter else []
    segments = request.path.split("/")[-len(template) :]
    found = (s for t, s in zip(template, segments, strict=True) if t in {f"{{{n}}}" for n in names})
    return unquote([*found][-1])


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The deleted object must be listed; the other one must not."""
    deleter = _find_deleter(subject)
    tried = [e for e in transcript.exchanges if deleter and e.request.operation == deleter.id]
    pages = transcript.exercised
    refused = next((page for page in pages if not page.succeeded), None)
    if refused is not None or not tried or not pages:
        return Inconclusive(f"the list was {describe(refused) if refused else 'not read'}")
    gone = _id_of(subject, tried[-1].request)
    living = _find_living(subject, transcript, gone)
    for page in pages:
        if living in _paging.identify(page):
            actual = f"the list shows {living}, which was created and not deleted"
            return Failure("shows-living", "only what was deleted", actual, exchange=page.id)
    if any(gone in _paging.identify(page) for page in pages):
        return None
    if listing.request_next(subject, pages[-1].request, pages[-1]):
        return Inconclusive("the pages that were read do not show the deleted object")
    actual = f"a list without {gone}, which was deleted before"
    return Failure("missing", "the object that was deleted", actual, exchange=pages[-1].id)


def _find_living(subject: Subject, transcript: Transcript, gone: str) -> str:
    """The id of the object that was created and not deleted; "" where none shows."""
    deleter = _find_deleter(subject)
    recipe = subject.context.recipes[deleter.id] if deleter else None
    makers = {n.operation for n in recipe.needs} if isinstance(recipe, Recipe) else set()
    made = [e for e in transcript.exchanges if e.request.operation in makers and e.succeeded]
    for created in reversed(made):
        for item in listing.objects_in(created.json_or()):
            if "id" in item and str(item["id"]) != gone:
                return str(item["id"])
    return ""


CHECK = Check(
    title="A list of deleted objects has every deleted object, and none that exists",
    failure_title="A list of deleted objects lacks one, or has an object that exists",
    applies=applies,
    script=script,
    judge=judge,
    accepted=True,
    reads=(_FACT,),
    outcomes=(Outcome("shows-living", Severity.HIGH), Outcome("missing", Severity.HIGH)),
    proven_by={
        "shows-living": ("formats/list-of-deleted-has-all",),
        "missing": ("formats/list-of-deleted-misses-the-newest",),
    },
)
