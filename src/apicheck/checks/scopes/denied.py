"""An operation refuses a valid credential that lacks one of the rights it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    Exchange,
    Fail,
    Fails,
    Identity,
    Json,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Role,
    Script,
    Severity,
    Steps,
    Subject,
    Transcript,
    control,
    credentials_of,
    describe,
    due,
    identity_of,
    mint,
    prepared,
    send,
    wrong_status,
)
from apicheck.checks.scopes._narrowing import followed, narrowed


def _needed(subject: Subject) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Kind of right -> (what the operation needs, all there is), for the kinds that it needs."""
    world, name = subject.world, subject.op.id
    kinds = {
        "scopes": (world.required_scopes.get(name, ()), world.all_scopes),
        "permissions": (world.required_permissions.get(name, ()), world.all_permissions),
    }
    return {kind: rights for kind, rights in kinds.items() if rights[0]}


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every operation that needs a right, where the policy says how its lack is refused."""
    if not _needed(subject):
        return NotApplicable("the operation needs no scope or permission")
    if subject.facts.authorization.refusal is None:
        return NotApplicable("the policy says nothing on credentials that lack a right")
    if not cases(subject):
        return NotTested(
            NotTestedKind.NEEDS_IDENTITY,
            f"no identity lacks what {subject.op.id} needs, and none can be made",
            '[identities.reader]\ntoken_env = "READER_TOKEN"\nscopes = []',
        )
    rights = tuple(f"authorization.{kind}" for kind in _needed(subject))
    return Applies(of=("authorization.refusal", *rights))


def cases(subject: Subject) -> tuple[Case, ...]:
    """All rights but one of those needed, for each; none; thoroughly: each single other.

    With the accepted request of exactly those needed this is the whole matrix, as long as
    holding more never means being allowed less. Where nobody can make an identity: the target's
    own ones that are known to lack something.
    """
    made = _made(subject) if "mint" in subject.world.capabilities else _held(subject)
    return tuple({repr(row.value): row for row in made}.values())


def _made(subject: Subject) -> Iterator[Case]:
    for kind, (needed, known) in _needed(subject).items():
        yield Case(f"no {kind}", {kind: []})
        for word in needed:
            yield Case(f"all {kind} but {word}", {kind: [w for w in known if w != word]})
        for word in known if subject.world.thorough else ():
            if (word,) != needed:
                yield Case(f"{word} alone", {kind: [word]})


def _held(subject: Subject) -> Iterator[Case]:
    for identity in subject.world.identities.values():
        held = {"scopes": identity.scopes, "permissions": identity.permissions}
        usable = identity.placeholder and identity.state == "active"
        for kind, (needed, _) in _needed(subject).items() if usable else ():
            if not set(needed) <= set(needed if held[kind] is None else held[kind] or ()):
                yield Case(f"identity {identity.name}", {"identity": identity.name})


def script(subject: Subject) -> Script:
    """Accepted with what is needed; then with less; if that is accepted too, with ever less."""
    value: Mapping[str, Json] = subject.case.value if subject.case else {}
    if "identity" in value:
        yield from control(subject)
        yield from _sent_by(subject, subject.world.identities[value["identity"]], Role.TABLE)
        return
    needed = {kind: rights[0] for kind, rights in _needed(subject).items()}
    enough = yield from mint(
        scopes=needed.get("scopes"),
        permissions=needed.get("permissions"),
        tenant=identity_of(subject).tenant,
    )
    yield from control(subject, identity=enough)
    ((kind, granted),) = value.items()
    first = yield from _sent_with(subject, kind, tuple(granted), Role.TABLE)
    answers: list[bool] = []
    tried = followed(narrowed(tuple(granted)), answers)
    while first.succeeded and not isinstance(tried, str):
        answers.append((yield from _sent_with(subject, kind, tried, Role.CONFIRM)).succeeded)
        tried = followed(narrowed(tuple(granted)), answers)


def _sent_with(subject: Subject, kind: str, words: tuple[str, ...], role: Role) -> Steps[Exchange]:
    poor = yield from mint(
        scopes=words if kind == "scopes" else None,
        permissions=words if kind == "permissions" else None,
        tenant=identity_of(subject).tenant,
    )
    return (yield from _sent_by(subject, poor, role))


def _sent_by(subject: Subject, poor: Identity, role: Role) -> Steps[Exchange]:
    request = yield from prepared(subject)
    credentials = credentials_of(subject.world, subject.op.id, poor)
    return (yield from send(request.with_credentials(poor.name, *credentials), role))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is named by the right that let the caller in, which the script searched for."""
    refusal = subject.facts.authorization.refusal
    assert refusal is not None  # applies() saw to it
    if not transcript.exercised:
        return None
    first, *confirmations = transcript.exercised
    if not first.succeeded:
        return wrong_status(first, refusal)
    value: Mapping[str, Json] = subject.case.value if subject.case else {}
    detail = "" if "identity" in value else _found(value, confirmations)
    return Fails("accepted", due(refusal), describe(first), detail, first.id)


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
    reads=("authorization.refusal", "authorization.scopes", "authorization.permissions"),
    standards=("rfc9110#15.5.4", "rfc6750#3.1"),
    outcomes=(
        Fail("accepted", Severity.CRITICAL, Confirm.ONCE),
        Fail("wrong-status", Severity.MEDIUM),
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
