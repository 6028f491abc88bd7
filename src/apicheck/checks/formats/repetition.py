"""A request that is repeated with the same idempotency key is processed once."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.authoring import (
    UNIQUE,
    Applies,
    Case,
    Check,
    EndOfScript,
    Exchange,
    Failure,
    Identity,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Recipe,
    Request,
    Role,
    Script,
    Severity,
    Steps,
    Subject,
    Transcript,
    build,
    describe,
    judging,
    listing,
    steps,
    variation,
)
from apicheck.authoring.facts import Idempotency

_FACT, _CHANGED = "formats.idempotency", "formats.idempotency.changed"
_SAME, _OTHER = "the same body", "another body"


def applies(subject: Subject) -> Applies | NotApplicable:
    """To the writes for which the policy promises it."""
    facts = subject.facts.formats.idempotency
    if facts is None:
        return NotApplicable("the policy promises nothing of requests that come again")
    if subject.op.safe or not subject.context.selects(facts.ops, subject.op):
        return NotApplicable("the policy promises nothing of its requests that come again")
    promised = tuple(dict.fromkeys(case.fact for case in cases(subject)))
    return Applies(requests=2, facts=promised, promise=facts.changed)


def cases(subject: Subject) -> tuple[Case, ...]:
    """The same body; and another one, where the policy says what becomes of it."""
    facts, same = _promised(subject), Case(_SAME, _SAME, fact=_FACT)
    if facts.changed is None or not _find_text(subject):
        return (same,)
    return (same, Case(_OTHER, _OTHER, fact=_CHANGED))


def _promised(subject: Subject) -> Idempotency:
    facts = subject.facts.formats.idempotency
    if facts is None:
        raise ValueError("the policy promises nothing of requests that come again")
    return facts


def _find_text(subject: Subject) -> str:
    """The member of the body that takes any text, and names no other object; "" for none."""
    recipe = subject.context.recipes[subject.op.id]
    if not isinstance(recipe, Recipe) or "json" not in recipe.media_type:
        return ""
    named = {need.name.removeprefix("/") for need in recipe.needs if need.place == "body"}
    names = recipe.body if isinstance(recipe.body, Mapping) else ()
    free = (n for n in names if n not in named and variation.is_free_text(subject, n))
    return next(free, "")


def script(subject: Subject) -> Script:
    """Send a request with a new key, and send it again.

    Where control can count what one identity changes, a new identity sends both.
    """
    yield from build.send_control(subject)
    sender = yield from _choose_sender(subject)
    request = yield from build.valid_request(subject, identity=sender, fresh=True)
    request = request.with_header(_promised(subject).header, UNIQUE)
    yield from _count(subject, sender)
    first = yield from steps.send(request, Role.SETUP)
    if not first.succeeded:
        reason = f"a request with {_promised(subject).header} was {describe(first)}"
        steps.end_script(Inconclusive(reason))
    yield from _count(subject, sender)
    again: Request = first.request
    if subject.row.value == _OTHER:
        again = variation.mark_text(subject, again, _find_text(subject))
    yield from steps.send(again)
    yield from _count(subject, sender)


def _choose_sender(subject: Subject) -> Steps[Identity]:
    usual = build.identity_of(subject)
    if {"mint", "effects"} <= subject.context.capabilities and subject.row.value == _SAME:
        return (yield from steps.mint(tenant=usual.tenant, fresh=True))
    return usual


def _count(subject: Subject, sender: Identity) -> Steps[None]:
    if "effects" in subject.context.capabilities and subject.row.value == _SAME:
        yield from steps.ask("effects", identity=sender.name)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Judge whether the second request had an effect, or whether it was refused as promised."""
    if subject.row.value == _OTHER:
        return judging.judge_refused(transcript, subject.expected)
    made = [e for e in transcript.of_role(Role.SETUP) if e.request.operation == subject.op.id]
    first, (again, *_) = made[-1], transcript.exercised
    counts = [int(a["count"]) for a in transcript.answers if isinstance(a, dict) and "count" in a]
    if len(counts) == 3:
        before, between, after = counts
        if between == before:
            return Inconclusive("the first request changed nothing that control counts")
        if after > between:
            return _fail(again, f"{describe(again)}, and {after - between} further change(s)")
        return None
    old, new = (_read_id(subject, one) for one in (first, again))
    if not again.succeeded or (old and old == new):
        return None
    if old and new:
        return _fail(again, f"{describe(again)} with another object, {new} beside {old}")
    reason = "no response names the object that was created, so that control would have to count"
    return NotTested(NotTestedKind.NEEDS_CONTROL, reason)


def _fail(again: Exchange, actual: str) -> Failure:
    return Failure("taken-twice", "no effect beyond that of the first", actual, exchange=again.id)


def _read_id(subject: Subject, exchange: Exchange) -> str:
    """The id of the object that a response shows, as later requests take it; "" for none."""
    for recipe in subject.context.recipes.values():
        for need in recipe.needs if isinstance(recipe, Recipe) else ():
            if need.operation == subject.op.id and need.place == "path" and exchange.succeeded:
                try:
                    return str(listing.read_value(subject.context, exchange, need))
                except EndOfScript:
                    return ""
    return ""


CHECK = Check(
    title="A request that is repeated with the same idempotency key is processed once",
    failure_title="A request that is repeated with the same idempotency key is not processed once",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    accepted=True,
    reads=(_FACT,),
    standards=("draft-ietf-httpapi-idempotency-key-header-06", "rfc9110#9.2.2"),
    outcomes=(
        Outcome("taken-twice", Severity.HIGH),
        Outcome("accepted", Severity.MEDIUM),
        Outcome("wrong-status", Severity.LOW),
    ),
    proven_by={
        "taken-twice": ("formats/forgets-keys",),
        "accepted": ("formats/looks-at-the-key-alone",),
        "wrong-status": ("formats/changed-body-answered-with-other-status",),
    },
)
