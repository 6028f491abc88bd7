"""An operation refuses a valid credential that lacks one of the rights it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    Exchange,
    Failure,
    Json,
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
)
from apicheck.checks.scopes._narrowing import followed, narrowed
from apicheck.checks.scopes._rights import (
    NO_UNDERPRIVILEGED_IDENTITY,
    all_but,
    all_words,
    holder,
    identities,
    required_rights,
    send_as,
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every operation that needs a right, where the policy says how its lack is refused."""
    if not required_rights(subject):
        return NotApplicable("the operation needs no scope or permission")
    if subject.facts.authorization.refusal is None:
        return NotApplicable("the policy says nothing on credentials that lack a right")
    if not cases(subject):
        return NO_UNDERPRIVILEGED_IDENTITY
    rights = tuple(f"authorization.{kind}" for kind in required_rights(subject))
    return Applies(facts=("authorization.refusal", *rights))


def cases(subject: Subject) -> tuple[Case, ...]:
    """All rights but one of those needed, for each; none; thoroughly: each single other.

    With the accepted request of exactly those needed this is the whole matrix, as long as
    holding more never means being allowed less; where the policy says `needs: exact`, holding
    all is a row too. Where nobody can make an identity: the target's own that lack something.
    """
    made = _made(subject) if "mint" in subject.context.capabilities else _held(subject)
    return tuple({repr(row.value): row for row in made}.values())


def _made(subject: Subject) -> Iterator[Case]:
    for kind, words in required_rights(subject).items():
        yield Case(f"no {kind}", {kind: []})
        for word in words:
            yield Case(f"all {kind} but {word}", {kind: list(all_but(subject, kind, word))})
        if subject.context.thorough:
            for word in all_words(subject, kind):
                if (word,) != words and any(word in all_but(subject, kind, w) for w in words):
                    yield Case(f"{word} alone", {kind: [word]})
        exact = subject.facts.authorization.needs == "exact" and kind == "scopes"
        if exact and set(words) < set(all_words(subject, kind)):
            yield Case("all scopes", {kind: list(all_words(subject, kind))})


def _held(subject: Subject) -> Iterator[Case]:
    for identity in identities(subject):
        if not subject.context.permits(identity, subject.op.id):
            yield Case(f"identity {identity.name}", {"identity": identity.name})


def script(subject: Subject) -> Script:
    """Accepted with what is needed; then with less; if that is accepted too, with ever less."""
    value: Mapping[str, Json] = subject.case.value if subject.case else {}
    if "identity" in value:
        yield from build.send_control(subject)
        yield from send_as(subject, subject.context.identities[value["identity"]])
        return
    enough = yield from holder(subject, **required_rights(subject))
    yield from build.send_control(subject, identity=enough)
    ((kind, granted),) = value.items()
    first = yield from _sent_with(subject, kind, tuple(granted), Role.TABLE)
    answers: list[bool] = []
    tried = followed(narrowed(tuple(granted)), answers)
    while first.succeeded and not isinstance(tried, str):
        answers.append((yield from _sent_with(subject, kind, tried, Role.CONFIRM)).succeeded)
        tried = followed(narrowed(tuple(granted)), answers)


def _sent_with(subject: Subject, kind: str, words: tuple[str, ...], role: Role) -> Steps[Exchange]:
    return (yield from send_as(subject, (yield from holder(subject, **{kind: words})), role))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is named by the right that let the caller in, which the script searched for."""
    refusal = subject.facts.authorization.refusal
    assert refusal is not None  # applies() saw to it
    if not transcript.exercised:
        return None
    first, *confirmations = transcript.exercised
    if not first.succeeded:
        return judging.judge_status(first, refusal)
    value: Mapping[str, Json] = subject.case.value if subject.case else {}
    if "identity" in value:
        return Failure(
            "accepted", judging.expected_text(refusal), describe(first), exchange=first.id
        )
    detail = _found(value, confirmations)
    witness = [first, *(one for one in confirmations if one.succeeded)][-1]
    case = subject.case.name if subject.case else ""
    actual = f"{describe(first)} for {case}: {detail or 'none'} is enough"
    return Failure("accepted", judging.expected_text(refusal), actual, detail, witness.id)


def _found(value: Mapping[str, Json], confirmations: list[Exchange]) -> str:
    granted = tuple(next(iter(value.values()), ()))
    found = followed(narrowed(granted), [one.succeeded for one in confirmations])
    return found if isinstance(found, str) else ""


CHECK = Check(
    title="A credential that lacks a right is refused",
    applies=applies,
    cases=cases,
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
