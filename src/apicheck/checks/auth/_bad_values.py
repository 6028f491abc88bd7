"""The table of invalid credentials, for each kind of credential."""

from __future__ import annotations

import base64

from apicheck.authoring import Case, Credential, Identity, Subject, credentials, spreading

_UNSIGNED = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJhZG1pbiJ9."
LONG = 8 * 1024

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
    "very long": "x" * LONG,
    "letters outside ASCII": "t\u010dken-\u00fc",
}
"""Name -> what goes where the token goes; $X is the valid token."""

PAIRS = {
    "name without a password": base64.b64encode(b"admin:").decode(),
    "no colon": base64.b64encode(b"admin").decode(),
    "nothing but a colon": base64.b64encode(b":").decode(),
    "not base64": "admin:secret",
}
"""What goes where the pair of the Basic scheme goes (RFC 7617, section 2)."""


def rows(subject: Subject) -> tuple[Case, ...]:
    """The classics for the credential's place, and a few for every further alternative.

    Every operation gets an unknown credential of each kind, and one behind another scheme; the
    malformed ones are spread over the operations with the same security.
    """
    table = _table(subject)
    everywhere = tuple(row for row in table if row.name.startswith(_EVERYWHERE))
    rest = (row for row in table if row not in everywhere)
    return (*everywhere, *spreading.spread(rest, subject.context.alternatives[subject.op.id]))


def _table(subject: Subject) -> tuple[Case, ...]:
    actor = subject.context.actors.get(subject.op.id)
    if actor is None:
        return (Case("garbage", TOKENS["garbage"]),)
    identity = subject.context.identities[actor]
    usual = credentials.credentials_of(subject.context, subject.op.id, identity)
    basic = bool(usual) and usual[0].value.startswith("Basic ")
    table = {**TOKENS, **(PAIRS if basic else {})}
    secret = _secret_in(usual[0].value) if usual else identity.placeholder
    classics = [Case(name, token.replace("$X", secret)) for name, token in table.items()]
    return (*classics, *_whole_values(usual, secret), *_of_alternatives(subject, identity, usual))


_EVERYWHERE = ("garbage", "another scheme", "scheme in front")
"""How the rows begin that no operation may do without."""


def _secret_in(value: str) -> str:
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
    context, rows = subject.context, []
    for names in context.alternatives[subject.op.id]:
        if names == tuple(one.scheme for one in usual) or not credentials.satisfies(
            context, identity, names
        ):
            continue
        first = credentials.credentials_of(context, subject.op.id, identity, alternative=names)[0]
        for name in ("garbage", "one character short", "one character changed"):
            token = TOKENS[name].replace("$X", _secret_in(first.value))
            rows.append(Case(f"{name} as {first.scheme}", {"token": token, "as": list(names)}))
    return rows


def may_be_unread(case: Case) -> bool:
    """Whether a server, or one in front of it, may refuse a row without reading it.

    It is very long (RFC 6585, section 5), or not of the characters that a field should have
    (RFC 9110, section 5.5).
    """
    return isinstance(case.value, str) and (len(case.value) >= LONG or not case.value.isascii())
