"""An operation accepts a credential with exactly the rights that it needs."""

from __future__ import annotations

from collections.abc import Iterator

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
from apicheck.checks.scopes._rights import (
    obtain_identity,
    required_rights,
    sufficient_roles,
)

_LACKING = (401, 403)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every operation that needs a right, by the policy or the document."""
    if not required_rights(subject) and not sufficient_roles(subject):
        return NotApplicable("the operation needs no scope, permission or role")
    if "mint" not in subject.context.capabilities:
        return NotTested(
            NotTestedKind.NEEDS_IDENTITY,
            "the target cannot make an identity with exactly the needed rights",
            '[mint.a]\ntoken_url = "/oauth/token"\nclient_id_env = "A_ID"\n'
            'client_secret_env = "A_SECRET"',
        )
    kinds = [*required_rights(subject), *(("roles",) if sufficient_roles(subject) else ())]
    if any("scopes" in row.value and "in the place" in row.name for row in _rows(subject)):
        kinds.append("implies")
    return Applies(facts=tuple(f"authorization.{kind}" for kind in kinds))


def cases(subject: Subject) -> tuple[Case, ...]:
    """The needed rights, with each sufficient role; and each scope that implies a needed one."""
    return tuple(_rows(subject))


def _rows(subject: Subject) -> Iterator[Case]:
    rights: dict[str, Json] = {
        kind: list(words) for kind, words in required_rights(subject).items()
    }
    roles = sufficient_roles(subject)
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
    """The canonical request, accepted; then the same with no more rights than needed.

    Where it is accepted, it is the control of `scopes/denied` too.
    """
    yield from build.send_control(subject)
    holder = yield from obtain_identity(subject, subject.row.value)
    yield from build.send_as_control(subject, holder)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Refused as for a missing right; a refusal with another status has another reason."""
    refusal = subject.facts.authorization.refusal
    for exchange in transcript.exercised:
        lacking = exchange.status in _LACKING or (refusal and exchange.status in refusal.statuses)
        if lacking:
            return Failure("refused", "2xx", describe(exchange), exchange=exchange.id)
        if not exchange.succeeded:
            return Inconclusive(f"the response was {describe(exchange)}, for another reason")
    return None


CHECK = Check(
    title="Exactly the rights that an operation needs are enough",
    failure_title="Exactly the rights that an operation needs are not enough",
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
