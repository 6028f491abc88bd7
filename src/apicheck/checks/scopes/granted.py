"""An operation accepts a credential with exactly the rights that it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Failure,
    Inconclusive,
    Json,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    describe,
)
from apicheck.checks.scopes._rights import holder, required_rights, send_as

_LACKING = (401, 403)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every operation that needs a right: the policy or the document says which."""
    if not required_rights(subject) and not subject.context.sufficient_roles.get(subject.op.id):
        return NotApplicable("the operation needs no scope, permission or role")
    if "mint" not in subject.context.capabilities:
        return NotTested(
            NotTestedKind.NEEDS_IDENTITY,
            "nothing can make an identity with exactly the rights that are needed",
            '[mint.a]\ntoken_url = "/oauth/token"\nclient_id_env = "A_ID"\n'
            'client_secret_env = "A_SECRET"',
        )
    kinds = [*required_rights(subject), *(("roles",) if _roles(subject) else ())]
    if any("scopes" in row.value and "in the place" in row.name for row in _rows(subject)):
        kinds.append("implies")
    return Applies(facts=tuple(f"authorization.{kind}" for kind in kinds))


def _roles(subject: Subject) -> tuple[str, ...]:
    return subject.context.sufficient_roles.get(subject.op.id, ())


def cases(subject: Subject) -> tuple[Case, ...]:
    """Just what is needed, with each sufficient role; and what implies it, in its place."""
    return tuple(_rows(subject))


def _rows(subject: Subject) -> Iterator[Case]:
    rights: dict[str, Json] = {
        kind: list(words) for kind, words in required_rights(subject).items()
    }
    roles = _roles(subject)
    for role in roles:
        yield Case(f"what is needed, as {role}", {**rights, "roles": [role]})
    if not roles:
        yield Case("what is needed", rights)
    first = {"roles": list(roles[:1])} if roles else {}
    scopes = rights.get("scopes", [])
    for holding, implied in subject.facts.authorization.implies.items():
        if holding not in scopes and not set(scopes).isdisjoint(implied):
            rest = [scope for scope in scopes if scope not in implied]
            yield Case(
                f"{holding} in the place of what it implies",
                {**rights, **first, "scopes": [*rest, holding]},
            )


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then the same from who holds no more than needed."""
    value: Mapping[str, Json] = subject.case.value if subject.case else {}
    yield from build.send_control(subject)
    exact = yield from holder(subject, **{kind: tuple(words) for kind, words in value.items()})
    yield from send_as(subject, exact)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Refused as those are who lack a right; another refusal is about something else."""
    refusal = subject.facts.authorization.refusal
    for exchange in transcript.exercised:
        lacking = exchange.status in _LACKING or (refusal and exchange.status in refusal.statuses)
        if lacking:
            return Failure("refused", "2xx", describe(exchange), exchange=exchange.id)
        if not exchange.succeeded:
            return Inconclusive(f"the request was answered {describe(exchange)}")
    return None


CHECK = Check(
    title="Exactly the rights that are needed are enough",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=(
        "authorization.scopes",
        "authorization.permissions",
        "authorization.roles",
        "authorization.implies",
    ),
    standards=("rfc6749#3.3", "rfc6750#3.1"),
    outcomes=(Outcome("refused", Severity.HIGH),),
    accepted=True,
    proven_by={"refused": ("scopes/asks-for-more", "scopes/forgets-implied-scopes")},
)
