"""Deliveries that the receiver must refuse: one script and judge for all kinds of them.

A refusal is any status but 2xx. After each forgery a valid delivery is sent, which must be
accepted: a receiver that has shut its sender out refuses everything, which shows nothing.

Some receivers respond with 2xx to every delivery, and do nothing with a forgery. Where effects
show, such a 2xx is no acceptance here, and receiver/refusal-effect judges the status. Effects are
found by the id: a forgery that has another id, or none, is compared with one that has its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.authoring import (
    Applies,
    Case,
    Failure,
    Judgement,
    NotApplicable,
    NotTested,
    Request,
    Script,
    Severity,
    StatusSet,
    Subject,
    Transcript,
    deliveries,
    describe,
    steps,
)
from apicheck.checks.receiver import _effects, _survival

ACCEPTED, ERROR = "accepted", "error"
FORGED, _VALID = "forged", "valid"
"""Names under which effects are asked for."""
_USUAL = "secret-another"
FACTS = ("webhooks.signature", "webhooks.receiver")
_SERVER_ERROR = 500
_NO_RECEIVER = NotApplicable("the operation receives no signed deliveries")

_PARTS = {
    **dict.fromkeys(("body", "bytes"), "the body"),
    **dict.fromkeys(("signature", "version", "key", "content"), "the signature"),
}
"""Beginning of a near miss's name -> what of the delivery is wrong."""

_CEILINGS = {"version-older": Severity.HIGH, "version-unknown": Severity.HIGH}
"""Forgeries that nobody makes without the secret: accepted, they open a way to weaker versions."""

Cases = Callable[[Subject], tuple[Case, ...]]


def applies_to(subject: Subject) -> Applies | NotApplicable:
    """To the operation that receives signed deliveries. A 5xx is an outcome, no disturbance."""
    if deliveries.receives(subject) is None:
        return _NO_RECEIVER
    return Applies(requests=2, facts=FACTS[:1], provokes=StatusSet(("5xx",)))


def applies_with_effects(subject: Subject) -> Applies | NotApplicable | NotTested:
    """As `applies_to`, where effects show."""
    found = applies_to(subject)
    unseen = isinstance(found, Applies) and not _effects.are_seen(subject)
    return _effects.UNSEEN if unseen else found


def applies_where(cases: Cases, reason: str) -> Callable[[Subject], Applies | NotApplicable]:
    """Make the `applies` of a check that has no case for some schemes. reason: why not, then."""

    def applies(subject: Subject) -> Applies | NotApplicable:
        found = applies_to(subject)
        return NotApplicable(reason) if isinstance(found, Applies) and not cases(subject) else found

    return applies


def cases_named(*beginnings: str) -> Cases:
    """Make the `cases` of the near misses whose names begin so, each with what is wrong with it."""

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
    if row.drawn:
        forged = yield from steps.sign(request, edit=row.value, id=FORGED)
    else:
        forged = yield from steps.sign(request, row.name, id=FORGED)
    yield from send_forgery(subject, forged)


def send_forgery(subject: Subject, forged: Request) -> Script:
    """Send a forgery that was signed under the name `FORGED`, then a valid delivery.

    Where the forgery gets 2xx and effects show, note how often each of the two was processed.
    """
    sent = yield from _survival.send(forged)
    if sent.succeeded:
        yield from deliver_and_count(subject)
    elif sent.response is not None:
        yield from deliveries.deliver(subject)


def script_without_own_id(subject: Subject) -> Script:
    """Send the near miss of the case, whose effect would not show, then a valid delivery.

    Where it gets 2xx and effects show, send a usual forgery too, whose effect would show.
    """
    request = deliveries.build_delivery(subject)
    forged = yield from steps.sign(request, subject.row.name, id=FORGED)
    sent = yield from _survival.send(forged)
    if sent.succeeded and _effects.are_seen(subject):
        yield from steps.send((yield from steps.sign(request, _USUAL, id=FORGED)))
        yield from deliver_and_count(subject)
    elif sent.response is not None:
        yield from deliveries.deliver(subject)


def deliver_and_count(subject: Subject) -> Script:
    """Send a valid delivery; where effects show, note how often both were processed."""
    yield from _effects.deliver_as(subject, _VALID)
    if _effects.are_seen(subject):
        yield from _effects.count_both(_VALID, FORGED)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The near miss must be refused, and not by an error of the receiver."""
    return judge_forgery(subject, transcript)


def judge_without_own_id(subject: Subject, transcript: Transcript) -> Judgement:
    """As `judge`, of a forgery whose effect its id cannot show: it has another one, or none.

    2xx says nothing at a receiver that gives it to the usual forgery too, and leaves that alone.
    """
    sent, *usual = _survival.read_exchanges(transcript)
    if sent.succeeded and usual and usual[0].succeeded and is_left_alone(transcript):
        return None
    return judge_forgery(subject, transcript, by_status=True)


def judge_forgery(
    subject: Subject, transcript: Transcript, outcome: str = ACCEPTED, *, by_status: bool = False
) -> Judgement:
    """Judge the forgery of a case, whose value says what is wrong with it.

    outcome: what a 2xx is. by_status: it is that whether or not the forgery had an effect.
    """
    row, forgery = subject.row, _survival.read_exchanges(transcript)[0]
    about = f"the signature: {deliveries.describe_edit(row.value)}" if row.drawn else row.value
    detail = "drawn" if row.drawn else row.name
    if forgery.succeeded:
        if not by_status and is_left_alone(transcript):
            return None
        expected = f"a refusal, by 4xx ({about})"
        ceiling = _CEILINGS.get(detail)
        return Failure(outcome, expected, describe(forgery), detail, forgery.id, ceiling)
    if forgery.status >= _SERVER_ERROR or _survival.is_lost(transcript):
        expected = f"a refusal by 4xx, not an error ({about})"
        return Failure(ERROR, expected, describe(forgery), detail, forgery.id)
    return None


def is_left_alone(transcript: Transcript) -> bool:
    """Whether the effects show the valid delivery, and not the forgery that was sent before it."""
    match _effects.read_counts(transcript):
        case (valid, forged):
            return valid > 0 and forged == 0
    return False
