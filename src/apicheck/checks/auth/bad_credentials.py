"""An operation that requires a credential refuses one that is not valid."""

from __future__ import annotations

import base64
from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    Credential,
    Exchange,
    Fail,
    Identity,
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
    fills,
    identity_of,
    prepared,
    refused,
    send,
)
from apicheck.checks.auth._asked import excused

_UNSIGNED = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJhZG1pbiJ9."
_LONG = 8 * 1024

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
    "very long": "x" * _LONG,
}
"""Name -> what goes where the token goes; $X is the valid token."""

PAIRS = {
    "name without a password": base64.b64encode(b"admin:").decode(),
    "no colon": base64.b64encode(b"admin").decode(),
    "nothing but a colon": base64.b64encode(b":").decode(),
    "not base64": "admin:secret",
}
"""What goes where the pair of the Basic scheme goes (RFC 7617, section 2)."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every operation that needs a credential, where the policy says how it is refused."""
    if reason := excused(subject):
        return reason
    if subject.facts.authentication.bad is None:
        return NotApplicable("the policy says nothing on credentials that are not valid")
    return Applies(of=("authentication.refusal",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """The classics for the credential's place, and a few for every further alternative."""
    actor = subject.world.actors.get(subject.op.id)
    if actor is None:
        return (Case("garbage", TOKENS["garbage"]),)
    identity = subject.world.identities[actor]
    usual = credentials_of(subject.world, subject.op.id, identity)
    basic = bool(usual) and usual[0].value.startswith("Basic ")
    rows = {**TOKENS, **(PAIRS if basic else {})}
    secret = named(usual[0].value) if usual else identity.placeholder
    classics = [Case(name, token.replace("$X", secret)) for name, token in rows.items()]
    return (*classics, *_whole_values(usual, secret), *_of_alternatives(subject, identity, usual))


def named(value: str) -> str:
    """The placeholder that a credential ends with."""
    return value[value.rindex("$") :] if "$" in value else value


def _whole_values(valid: tuple[Credential, ...], secret: str) -> list[Case]:
    """Rows that replace the scheme's word too."""
    word, separator, _ = valid[0].value.rpartition(" ") if valid else ("", "", "")
    if not separator:
        return [
            Case("empty", {"whole": ""}),
            Case("scheme in front", {"whole": f"Bearer {secret}"}),
        ]
    other = "Token" if word.lower() == "basic" else "Basic"
    return [
        Case("scheme alone", {"whole": word}),
        Case("another scheme", {"whole": f"{other} {secret}"}),
    ]


def _of_alternatives(
    subject: Subject, identity: Identity, usual: tuple[Credential, ...]
) -> list[Case]:
    """Rows for kinds of credential that the other rows do not use."""
    world, rows = subject.world, []
    for names in world.alternatives[subject.op.id]:
        if names == tuple(one.scheme for one in usual) or not fills(world, identity, names):
            continue
        first = credentials_of(world, subject.op.id, identity, alternative=names)[0]
        for name in ("garbage", "one character short", "one character changed"):
            token = TOKENS[name].replace("$X", named(first.value))
            rows.append(Case(f"{name} as {first.scheme}", {"token": token, "as": list(names)}))
    return rows


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then the same with a credential that is not valid."""
    yield from control(subject)
    request = yield from prepared(subject, refused=True)
    value = subject.case.value if subject.case else ""
    yield from send(request.with_bad_credentials(*_credentials(subject, request, value)))


def _credentials(subject: Subject, request: Request, value: object) -> tuple[Credential, ...]:
    if isinstance(value, dict) and "whole" in value:
        return tuple(replace(one, value=str(value["whole"])) for one in request.credentials[:1])
    who = identity_of(subject)
    if isinstance(value, dict):
        token, names = str(value["token"]), tuple(value["as"])
        return credentials_of(subject.world, subject.op.id, who, token, alternative=names)
    return credentials_of(subject.world, subject.op.id, who, str(value))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with the wrong status."""
    refusal = subject.facts.authentication.bad
    assert refusal is not None  # applies() saw to it
    for exchange in transcript.exercised:
        if _is_valid_after_all(subject, exchange):
            return NotApplicable("derived from this token, the value is the token itself")
    if _is_long(subject) and not any(one.succeeded for one in transcript.exercised):
        return None  # a server may stop reading fields that are this long (RFC 6585, section 5)
    return refused(transcript, refusal)


def _is_long(subject: Subject) -> bool:
    value = subject.case.value if subject.case else ""
    return isinstance(value, str) and len(value) >= _LONG


def _is_valid_after_all(subject: Subject, exchange: Exchange) -> bool:
    """Recorded by the transport: a token of digits alone has no letters to swap, for one.

    A row that replaces the scheme's word sends the valid token on purpose.
    """
    value = subject.case.value if subject.case else None
    derived = isinstance(value, str) or (isinstance(value, dict) and "token" in value)
    return derived and bool(exchange.observed("equals"))


CHECK = Check(
    title="A credential that is not valid is refused",
    applies=applies,
    cases=cases,
    draws="bad-credential",
    script=script,
    judge=judge,
    reads=("authentication.refusal",),
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
    also={"auth/accepts-any-token": ("auth/*",)},
)
