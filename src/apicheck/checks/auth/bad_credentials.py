"""An operation that requires a credential refuses one that is not valid."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Answer,
    Applies,
    Case,
    Check,
    Confirm,
    Credential,
    Exchange,
    Fail,
    Fails,
    Judgement,
    NotApplicable,
    NotTested,
    Request,
    Script,
    Severity,
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

_UNSIGNED = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJhZG1pbiJ9."

TOKENS = {
    "garbage": "not-a-token",
    "one character short": "$X[:-1]",
    "first character missing": "$X[1:]",
    "first twelve characters": "$X[:12]",
    "one character changed": "$X~flip(8)",
    "last character changed": "$X~flip(-1)",
    "one character more": "$X~append(x)",
    "letters in the other case": "$X~swapcase",
    "a space inside": "$X[:8] $X[8:]",
    "in quotes": '"$X"',
    "unsigned JWT": _UNSIGNED,
}
"""Name -> what goes where the token goes; $X is the valid token."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every operation that needs a credential, where the policy says how it is refused."""
    if subject.op.id not in subject.world.secured:
        return NotApplicable("the operation is public")
    if subject.facts.authentication.bad is None:
        return NotApplicable("the policy says nothing on credentials that are not valid")
    return Applies(of=("authentication.refusal", "authentication.states"))


def cases(subject: Subject) -> tuple[Case, ...]:
    """The classics for the credential's place, and a credential in every state promised on."""
    actor = subject.world.actors.get(subject.op.id)
    if actor is None:
        return (Case("garbage", TOKENS["garbage"]),)
    placeholder = subject.world.identities[actor].placeholder
    classics = [Case(name, token.replace("$X", placeholder)) for name, token in TOKENS.items()]
    return (*classics, *_whole_values(subject, actor), *_states(subject))


def _whole_values(subject: Subject, actor: str) -> list[Case]:
    """Rows that replace the scheme's word too."""
    identity = subject.world.identities[actor]
    valid = credentials_of(subject.world, subject.op.id, identity)
    word, separator, _ = valid[0].value.rpartition(" ") if valid else ("", "", "")
    if not separator:
        return [
            Case("empty", {"whole": ""}),
            Case("scheme in front", {"whole": f"Bearer {identity.placeholder}"}),
        ]
    other = "Token" if word.lower() == "basic" else "Basic"
    return [
        Case("scheme alone", {"whole": word}),
        Case("another scheme", {"whole": f"{other} {identity.placeholder}"}),
    ]


def _states(subject: Subject) -> list[Case]:
    """States with an answer of their own, where there is a credential in that state."""
    world = subject.world
    held = {i.state: i.name for i in world.identities.values() if i.state != "active"}
    rows = []
    for state in world.facts.authentication.states:
        if state in held:
            rows.append(Case(state, {"state": state, "identity": held[state]}))
        elif "revoke" in world.capabilities:
            rows.append(Case(state, {"state": state}))
    return rows


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then the same with a credential that is not valid."""
    yield from control(subject)
    request = yield from prepared(subject)
    value = subject.case.value if subject.case else ""
    if isinstance(value, dict) and "state" in value:
        mine = identity_of(subject)
        if "identity" in value:
            bad = subject.world.identities[value["identity"]]
        else:
            bad = yield from mint(tenant=mine.tenant, state=value["state"])
        credentials = credentials_of(subject.world, subject.op.id, bad)
        yield from send(replace(request.with_bad_credentials(*credentials), identity=bad.name))
    else:
        yield from send(request.with_bad_credentials(*_credentials(subject, request, value)))


def _credentials(subject: Subject, request: Request, value: object) -> tuple[Credential, ...]:
    if isinstance(value, dict):
        return tuple(replace(one, value=str(value["whole"])) for one in request.credentials)
    return credentials_of(subject.world, subject.op.id, identity_of(subject), str(value))


def _promised(subject: Subject) -> Answer:
    authentication = subject.facts.authentication
    assert authentication.bad is not None  # applies() saw to it
    value = subject.case.value if subject.case else None
    state = value.get("state", "") if isinstance(value, dict) else ""
    return authentication.states.get(state, authentication.bad)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with the wrong status."""
    refusal = _promised(subject)
    for exchange in transcript.exercised:
        if _is_valid_after_all(subject, exchange):
            return NotApplicable("derived from this token, the value is the token itself")
        if exchange.succeeded:
            return Fails("accepted", due(refusal), describe(exchange), exchange=exchange.id)
        if wrong := wrong_status(exchange, refusal):
            return wrong
    return None


def _is_valid_after_all(subject: Subject, exchange: Exchange) -> bool:
    """Recorded by the transport: a token of digits alone has no letters to swap, for one.

    A row that replaces the scheme's word sends the valid token on purpose.
    """
    derived = subject.case is not None and isinstance(subject.case.value, str)
    return derived and bool(exchange.observed("equals"))


CHECK = Check(
    title="A credential that is not valid is refused",
    applies=applies,
    cases=cases,
    draws="bad-credential",
    script=script,
    judge=judge,
    reads=("authentication.refusal", "authentication.states"),
    standards=("rfc9110#15.5.2", "rfc6750#3.1"),
    outcomes=(
        Fail("accepted", Severity.CRITICAL, Confirm.ONCE),
        Fail("wrong-status", Severity.MEDIUM),
    ),
    proven_by={
        "accepted": (
            "auth/accepts-any-token",
            "auth/compares-prefix",
            "auth/ignores-case",
            "auth/treats-percent-as-wildcard",
        ),
        "wrong-status": ("auth/bad-credentials-answered-with-other-status",),
    },
)
