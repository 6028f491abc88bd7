"""A valid credential that lacks a right is refused as promised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    EndOfScript,
    Exchange,
    Failure,
    Identity,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Role,
    Script,
    Severity,
    Steps,
    Subject,
    Transcript,
    build,
    describe,
    judging,
    refused,
    spreading,
)
from apicheck.checks.scopes._narrowing import follow, narrow
from apicheck.checks.scopes._rights import (
    NO_PROMISED_REFUSAL,
    NO_UNDERPRIVILEGED_IDENTITY,
    all_but,
    all_words,
    can_be_bare,
    describe_rights,
    mint_holder,
    obtain_identity,
    required_rights,
    send_as,
    underprivileged_identities,
    with_sender,
    within_reach,
)

_ALL = "all scopes"
_GONE = (404, 410)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every operation that needs a right, where the policy says how a missing one is refused."""
    rights = required_rights(subject)
    if not rights:
        return NotApplicable("the operation needs no scope or permission")
    refusal = subject.facts.authorization.refusal
    if refusal is None:
        return NO_PROMISED_REFUSAL
    if not cases(subject):
        return NO_UNDERPRIVILEGED_IDENTITY
    kinds = ("refusal", *rights, *(("needs",) if _is_exact(subject) else ()))
    facts = tuple(f"authorization.{kind}" for kind in kinds)
    return Applies(facts=facts, promise=refusal)


def cases(subject: Subject) -> tuple[Case, ...]:
    """No right; all rights but one, for each needed one; with --thorough, each other right alone.

    As exactly the needed rights are accepted, this is the whole matrix, provided that holding
    more never allows less; where the policy says `needs: exact`, holding all is a row too. A
    target that cannot make identities is tried with its own that lack a right.
    """
    if "mint" not in subject.context.capabilities:
        return underprivileged_identities(subject)
    return tuple({repr(row.value): row for row in _minted_rows(subject)}.values())


def _minted_rows(subject: Subject) -> Iterator[Case]:
    for kind, words in required_rights(subject).items():
        if can_be_bare(subject):
            nothing = Case(f"no {kind}", {kind: []})
            yield from spreading.spread((nothing,), subject.context.alternatives[subject.op.id])
        for word in words:
            others = all_but(subject, kind, word)
            granted = within_reach(subject, others) if kind == "scopes" else others
            if granted or can_be_bare(subject):
                yield Case(f"all {kind} but {word}", {kind: list(granted)})
        if subject.context.thorough:
            for word in all_words(subject, kind):
                if (word,) != words and any(word in all_but(subject, kind, w) for w in words):
                    yield Case(f"{word} alone", {kind: [word]})
        if kind == "scopes" and _is_exact(subject) and set(words) < set(all_words(subject, kind)):
            yield Case(_ALL, {kind: list(all_words(subject, kind))})


def _is_exact(subject: Subject) -> bool:
    """Whether the policy refuses those who hold more scopes than an operation needs."""
    return subject.facts.authorization.needs == "exact"


def script(subject: Subject) -> Script:
    """The needed rights, accepted; then fewer; where those are accepted too, halves of them."""
    value = subject.row.value
    if "identity" in value:
        yield from build.send_control(subject)
        yield from send_as(subject, (yield from obtain_identity(subject, value)))
        return
    enough = yield from mint_holder(subject, **required_rights(subject))
    yield from build.send_control(subject, identity=enough)
    ((kind, granted),) = value.items()
    lacking = yield from mint_holder(subject, **{kind: tuple(granted)})
    first = yield from _send_lacking(subject, lacking)
    results: list[bool] = []
    tried = _search(subject, granted, results)
    while first.succeeded and not isinstance(tried, str):
        try:
            holder = yield from mint_holder(subject, **{kind: tried})
        except EndOfScript:
            return  # that the request was accepted is seen, whatever was enough
        results.append((yield from send_as(subject, holder, Role.CONFIRM)).succeeded)
        tried = _search(subject, granted, results)


def _send_lacking(subject: Subject, lacking: Identity) -> Steps[Exchange]:
    """Send the request without the right, about an object that others that are refused share.

    A promised refusal that is also that of an object which is gone tells only with an own object.
    """
    if any(status in subject.expected.statuses for status in _GONE):
        return (yield from send_as(subject, lacking))
    as_lacking = partial(with_sender, subject, sender=lacking)
    return (yield from refused.send_refused(subject, as_lacking))


def _search(
    subject: Subject, granted: Iterable[str], results: Iterable[bool]
) -> str | tuple[str, ...]:
    return follow(narrow(tuple(granted), bare=can_be_bare(subject)), results)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """An accepted request is named by the right that was enough, for which the script searched."""
    if not transcript.exercised:
        return None
    first, *confirmations = _without_gone(transcript.exercised)
    if not first.succeeded:
        return judging.judge_status(first, subject.expected)
    value, expected = subject.row.value, judging.expected_text(subject.expected)
    if "identity" in value:
        sender = subject.context.identities[str(value["identity"])]
        actual = f"{describe(first)}; {describe_rights(sender)}"
        return Failure("accepted", expected, actual, exchange=first.id)
    if subject.row.name == _ALL:
        exact = f"{expected}, as `needs: exact` in the policy refuses whoever holds more"
        return Failure("accepted", exact, describe(first), "more than needed", first.id)
    granted = next(iter(value.values()), ())
    found = _search(subject, granted, [one.succeeded for one in confirmations])
    detail = found if isinstance(found, str) else ""
    witness = [first, *(one for one in confirmations if one.succeeded)][-1]
    enough = f": {detail or 'no right'} is {'enough' if detail else 'needed'}"
    actual = f"{describe(first)} with {subject.row.name}{enough if detail == found else ''}"
    return Failure("accepted", expected, actual, detail, witness.id)


def _without_gone(exercised: Sequence[Exchange]) -> Sequence[Exchange]:
    """Without a request about an object that was gone, where another about its own one follows."""
    first, *rest = exercised
    again = bool(rest) and rest[0].request.identity == first.request.identity
    return rest if first.status in _GONE and again else exercised


CHECK = Check(
    title="A credential that lacks a right is refused as promised",
    failure_title="A credential that lacks a right is not refused as promised",
    applies=applies,
    cases=cases,
    rows_each=0,
    script=script,
    judge=judge,
    reads=(
        "authorization.refusal",
        "authorization.scopes",
        "authorization.permissions",
        "authorization.implies",
    ),
    standards=("rfc9110#15.5.4", "rfc6750#3.1"),
    outcomes=(
        Outcome("accepted", Severity.CRITICAL, Confirm.ONCE),
        Outcome("wrong-status", Severity.MEDIUM),
    ),
    proven_by={
        "accepted": (
            "scopes/ignores-scopes",
            "scopes/any-scope-suffices",
            "scopes/read-grants-write",
        ),
        "wrong-status": ("scopes/denial-answered-with-other-status",),
    },
)
