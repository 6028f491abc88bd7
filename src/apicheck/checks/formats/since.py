"""A list of changes since a moment has every later change, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

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
    Outcome,
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
from apicheck.authoring.facts import Since
from apicheck.checks.formats import _lists, _paging
from apicheck.checks.formats._parameters import is_promised_for

_FACT = "formats.since"
_AFTER_S = 2
"""The first whole second that is surely after a change."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To lists with the parameter, of objects that the run can create."""
    facts = subject.facts.formats.since
    if facts is None:
        return NotApplicable("the policy promises no lists since a moment")
    if not is_promised_for(subject, facts):
        return NotApplicable(f"it is no list with the parameter {facts.parameter}")
    if _lists.find_creator(subject) is None:
        return NotApplicable("no operation creates what it lists")
    if subject.context.mode is not Mode.FULL:
        return applying.needs_full_mode("an object would have to be created")
    return Applies(requests=3, facts=(_FACT,))


def script(subject: Subject) -> Script:
    """Create an object; list since an hour before it, and since two seconds after it."""
    creator, facts = _lists.find_creator(subject), _promised(subject)
    assert creator is not None  # applies() made sure
    yield from build.send_control(subject)
    creation = yield from build.valid_request(subject, creator.id)
    created = yield from steps.send(creation, Role.SETUP)
    changed_at = _read_moment(created, facts.member)
    if changed_at is None:
        reason = f"the response of {creator.id} does not show {facts.member}: {describe(created)}"
        steps.end_script(Inconclusive(reason))
    request = yield from build.valid_request(subject)
    made, *_ = _read_ids(created)
    before = _lists.ask_since(subject, request, facts.parameter, changed_at - _lists.HOUR_S)
    after = _lists.ask_since(subject, request, facts.parameter, changed_at + _AFTER_S)
    yield from listing.fetch_pages(subject, before, lambda page: made in _paging.identify(page))
    yield from steps.send(after)


def _promised(subject: Subject) -> Since:
    facts = subject.facts.formats.since
    if facts is None:
        raise ValueError("the policy promises no lists since a moment")
    return facts


def _read_moment(exchange: Exchange, member: str) -> float | None:
    """When the object of a response was changed, in epoch seconds."""
    for item in listing.objects_in(exchange.json_or()):
        moment = fields.parse_instant(str(item.get(member))) if "id" in item else None
        if moment:
            return moment[0]
    return None


def _read_ids(created: Exchange) -> list[str]:
    return [str(item["id"]) for item in listing.objects_in(created.json_or()) if "id" in item]


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The object must be listed since before, and nothing changed earlier since afterwards."""
    facts, creator = _promised(subject), _lists.find_creator(subject)
    setup = transcript.of_role(Role.SETUP)
    made = [one for one in setup if creator and one.request.operation == creator.id]
    if not made:
        return Inconclusive("no object was created")
    created = made[-1]
    *before, after = transcript.exercised
    refused = next((page for page in (*before, after) if not page.succeeded), None)
    changed_at, ids = _read_moment(created, facts.member), _read_ids(created)
    if refused is not None or changed_at is None or not ids:
        came = f"the list was {describe(refused)}" if refused else "the object has no moment"
        return Inconclusive(came)
    since = changed_at + _AFTER_S
    for item, moment in _list_moments(after, facts.member):
        if moment < since - 1:
            expected = f"nothing that was changed before {_lists.write_moment(since)}"
            actual = f"{facts.member}: {item}"
            return Failure("not-since", expected, actual, exchange=after.id)
    if any(ids[0] in _paging.identify(page) for page in before):
        return None
    if listing.request_next(subject, before[-1].request, before[-1]):
        return Inconclusive("the pages that were read do not show the new object")
    expected = f"the object that was changed at {_lists.write_moment(changed_at)}"
    actual = f"a list since {_lists.write_moment(changed_at - _lists.HOUR_S)} without it"
    return Failure("leaves-out", expected, actual, exchange=before[-1].id)


def _list_moments(page: Exchange, member: str) -> Iterator[tuple[str, float]]:
    for item in listing.items_of(page):
        written = str(item.get(member)) if isinstance(item, dict) else ""
        if moment := fields.parse_instant(written):
            yield written, moment[0]


CHECK = Check(
    title="A list of changes since a moment has every later change, and nothing else",
    failure_title="A list of changes since a moment lacks a later change, or has something else",
    applies=applies,
    script=script,
    judge=judge,
    accepted=True,
    reads=(_FACT,),
    standards=("rfc3339#5.6",),
    outcomes=(Outcome("not-since", Severity.MEDIUM), Outcome("leaves-out", Severity.HIGH)),
    proven_by={
        "not-since": ("formats/ignores-since",),
        "leaves-out": ("formats/since-in-the-local-zone",),
    },
)
