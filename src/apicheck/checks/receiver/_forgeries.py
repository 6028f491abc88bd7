"""Deliveries that the receiver must refuse: one script and judge for all kinds of them.

A refusal is any status but 2xx. After each forgery a valid delivery is sent, which must be
accepted: a receiver that has shut its sender out refuses everything, which shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.authoring import (
    Applies,
    Case,
    Exchange,
    Failure,
    Judgement,
    NotApplicable,
    Script,
    Severity,
    StatusSet,
    Subject,
    Transcript,
    deliveries,
    describe,
    steps,
)

ACCEPTED, ERROR = "accepted", "error"
FACTS = ("webhooks.signature", "webhooks.receiver")
_SERVER_ERROR = 500
_NO_RECEIVER = NotApplicable("the operation receives no signed deliveries")

_PARTS = {
    **dict.fromkeys(("body", "bytes"), "the body"),
    **dict.fromkeys(("signature", "version", "key", "content"), "the signature"),
}
"""Beginning of a near miss's name -> what of the delivery is wrong."""

_CEILINGS = {"version-older": Severity.HIGH}
"""Forgeries that need the secret: a receiver may accept an older version for an old sender."""

Cases = Callable[[Subject], tuple[Case, ...]]


def applies_to(subject: Subject) -> Applies | NotApplicable:
    """To the operation that receives signed deliveries. A 5xx is an outcome, no disturbance."""
    if deliveries.receives(subject) is None:
        return _NO_RECEIVER
    return Applies(requests=2, facts=FACTS[:1], provokes=StatusSet(("5xx",)))


def applies_where(cases: Cases, reason: str) -> Callable[[Subject], Applies | NotApplicable]:
    """`applies` of a check that has no case with some schemes. reason: then."""

    def applies(subject: Subject) -> Applies | NotApplicable:
        found = applies_to(subject)
        return NotApplicable(reason) if isinstance(found, Applies) and not cases(subject) else found

    return applies


def cases_named(*beginnings: str) -> Cases:
    """`cases` of the near misses whose names begin so, each with what is wrong with it."""

    def cases(subject: Subject) -> tuple[Case, ...]:
        found = describe_forgeries(subject)
        return tuple(Case(name, found[name]) for name in found if name.startswith(beginnings))

    return cases


def describe_forgeries(subject: Subject) -> Mapping[str, str]:
    """Name of each near miss, with what of the delivery is wrong, and how."""
    return {
        name: f"{_PARTS.get(name.partition('-')[0], 'the delivery')}: {about}"
        for name, about in deliveries.describe_near_misses(subject).items()
    }


def script(subject: Subject) -> Script:
    """Send the near miss of the case, or the drawn one, then a valid delivery."""
    request, row = deliveries.build_delivery(subject), subject.row
    forged = steps.sign(request, edit=row.value) if row.drawn else steps.sign(request, row.name)
    yield from steps.send((yield from forged))
    yield from deliveries.deliver(subject)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The near miss must be refused, and not by an error of the receiver."""
    return judge_forgery(subject, transcript.exercised[0])


def judge_forgery(subject: Subject, forgery: Exchange, outcome: str = ACCEPTED) -> Judgement:
    """Judge the forgery of a case, whose value says what is wrong with it. outcome: of a 2xx."""
    row = subject.row
    about = f"the signature: {deliveries.describe_edit(row.value)}" if row.drawn else row.value
    detail = "drawn" if row.drawn else row.name
    if forgery.succeeded:
        expected = f"a refusal, by 4xx ({about})"
        ceiling = _CEILINGS.get(detail)
        return Failure(outcome, expected, describe(forgery), detail, forgery.id, ceiling)
    if forgery.status >= _SERVER_ERROR:
        expected = f"a refusal by 4xx, not an error ({about})"
        return Failure(ERROR, expected, describe(forgery), detail, forgery.id)
    return None
