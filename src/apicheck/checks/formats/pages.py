"""The pages of a list have no gap and no overlap, and end."""

from __future__ import annotations

from collections.abc import Sequence

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Exchange,
    Failure,
    Inconclusive,
    Judgement,
    Mode,
    NotApplicable,
    Outcome,
    Request,
    Role,
    Script,
    Severity,
    Steps,
    Subject,
    Transcript,
    build,
    describe,
    spreading,
    steps,
)
from apicheck.authoring.facts import Paging
from apicheck.checks.formats import _lists, _paging

_FACT = "formats.paging"
_IN_TURN, _TO_THE_END = "one after the other", "to the end"
_ROUNDS, _JOINED, _ALONE = 3, 4, 3
"""Rounds at most, and exchanges of a round: where a second page follows, and where none does."""
_BEYOND = 404
"""What some servers say of a page after the last one."""
_PAGES, _EMPTY = 20, 3
"""Pages at most, and how many empty ones in a row are no accident of a filter."""


def applies(subject: Subject) -> Applies | NotApplicable:
    """To lists with a parameter for the size of a page, where the policy promises pages."""
    paging = subject.facts.formats.paging
    if paging is None:
        return NotApplicable("the policy promises no pages")
    if not _paging.is_paged(subject.context, paging, subject.op):
        return NotApplicable("it is no list whose pages have a size that a request can say")
    return Applies(requests=_PAGES, facts=(_FACT,))


def cases(_: Subject) -> tuple[Case, ...]:
    """The first two pages against both at once; and all pages, of a few lists."""
    rows = (Case(_IN_TURN, _IN_TURN), Case(_TO_THE_END, _TO_THE_END))
    return spreading.spread(rows, among="pages")


def script(subject: Subject) -> Script:
    """Read pages. A list of fewer than two items first gets two, where it can."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    if subject.row.value == _TO_THE_END:
        yield from _read_to_the_end(subject, request)
        return
    least, _ = _paging.find_bounds(subject, _promised(subject))
    created = False
    for _ in range(_ROUNDS):
        read = yield from _read_round(subject, request, least)
        whole = read[-2]
        if not whole.succeeded or (_is_steady(read) and len(_paging.identify(whole)) > least):
            return
        if not created and len(_paging.identify(whole)) <= least:
            created = yield from _create(subject, least + 1)
            if not created:
                return


def _read_round(subject: Subject, request: Request, least: int) -> Steps[tuple[Exchange, ...]]:
    """Read the first page, the second, both at once, and the page before that again."""
    paging = _promised(subject)
    small = _paging.with_size(subject, paging, request, least)
    both = _paging.with_size(subject, paging, request, 2 * least)
    read = [(yield from steps.send(small))]
    last = small
    if after := _paging.request_following(subject, paging, small, read[0]):
        last = after
        read.append((yield from steps.send(after)))
    read.append((yield from steps.send(both)))
    read.append((yield from steps.send(last)))
    return tuple(read)


def _read_to_the_end(subject: Subject, request: Request) -> Steps[None]:
    """Read pages of the largest size, until none follows or only empty ones do."""
    paging = _promised(subject)
    _, most = _paging.find_bounds(subject, paging)
    following: Request | None = _paging.with_size(subject, paging, request, most)
    empty = 0
    for _ in range(_PAGES):
        if following is None or empty == _EMPTY:
            return
        page = yield from steps.send(following)
        empty = 0 if _paging.identify(page) else empty + 1
        following = _paging.request_following(subject, paging, following, page)


def _create(subject: Subject, count: int) -> Steps[bool]:
    """Create as many objects for the list; False where that cannot be done."""
    creator = _lists.find_creator(subject)
    if creator is None or subject.context.mode is not Mode.FULL:
        return False
    for _ in range(count):
        request = yield from build.valid_request(subject, creator.id)
        yield from steps.send(request, Role.SETUP)
    return True


def _promised(subject: Subject) -> Paging:
    paging = subject.facts.formats.paging
    if paging is None:
        raise ValueError("the policy promises no pages")
    return paging


def _is_steady(read: Sequence[Exchange]) -> bool:
    """Whether nothing was created or deleted in the list while a round read it.

    Both pages at once then begin with the first page, and the last page read is as it was before.
    """
    first, before, whole, again = (_paging.identify(read[n]) for n in (0, -3, -2, -1))
    return first[: len(whole)] == whole[: len(first)] and before == again


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Judge the last round, where the list was steady; or whether empty pages lead on."""
    read = transcript.exercised
    refused = next((one for one in read if not one.succeeded and one.status != _BEYOND), None)
    if refused is not None or len(read) == 0:
        return Inconclusive(f"a page was {describe(refused) if refused else 'not read'}")
    if subject.row.value == _TO_THE_END:
        return _judge_end(subject, read)
    last = _find_last_round(subject, read)
    if not _is_steady(last):
        return Inconclusive("the list changed while it was read")
    return _judge_joint(*last) if len(last) == _JOINED else _judge_alone(*last)


def _find_last_round(subject: Subject, read: Sequence[Exchange]) -> Sequence[Exchange]:
    """The exchanges of the last round: three, if its first page led to no other."""
    place = 0
    while True:
        first = read[place]
        after = _paging.request_following(subject, _promised(subject), first.request, first)
        end = place + (_JOINED if after else _ALONE)
        if end >= len(read):
            return read[place:end]
        place = end


def _judge_alone(first: Exchange, whole: Exchange, again: Exchange) -> Judgement:
    seen, together = _paging.identify(first), _paging.identify(whole)
    if len(together) > len(seen):
        actual = f"none, though a larger page shows {len(together) - len(seen)} more"
        return Failure("ends-early", "a way to the next page", actual, exchange=again.id)
    return NotApplicable("the list has no second page")


def _judge_joint(first: Exchange, second: Exchange, whole: Exchange, _: Exchange) -> Judgement:
    ids, later = _paging.identify(first), _paging.identify(second)
    wanted = _paging.identify(whole)[len(ids) :]
    common = min(len(wanted), len(later)) if later else len(wanted)
    if later[:common] == wanted[:common]:
        return None
    expected = f"item {wanted[0]}, which follows where a larger page shows both"
    actual = f"item {later[0]}" if later else "no item"
    detail = "repeats" if set(later) & set(ids) else "leaves out"
    return Failure("differs", expected, actual, detail, second.id)


def _judge_end(subject: Subject, read: Sequence[Exchange]) -> Judgement:
    last = read[-1]
    following = _paging.request_following(subject, _promised(subject), last.request, last)
    if following is None:
        return None
    if any(_paging.identify(page) for page in read[-_EMPTY:]):
        return Inconclusive(f"the list has more than {_PAGES} pages")
    actual = f"{_EMPTY} empty pages, each with a way to a next one"
    return Failure("never-ends", "no next page after the last", actual, exchange=last.id)


CHECK = Check(
    title="The pages of a list have no gap and no overlap, and end",
    failure_title="The pages of a list have a gap or an overlap, or do not end",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    accepted=True,
    rows_each=0,
    reads=(_FACT,),
    standards=("rfc8288#3", "https://www.iana.org/assignments/link-relations"),
    outcomes=(
        Outcome("ends-early", Severity.HIGH),
        Outcome("differs", Severity.MEDIUM),
        Outcome("never-ends", Severity.MEDIUM),
    ),
    proven_by={
        "ends-early": ("formats/first-page-is-the-last",),
        "differs": ("formats/pages-overlap", "formats/pages-leave-gaps"),
        "never-ends": ("formats/last-page-leads-on",),
    },
)
