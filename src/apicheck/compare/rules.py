"""The rules of compatibility: what a later document must not change, and why.

Documents of the providers name much of it (GitHub, "Breaking changes"; Google, AIP-180). The rest
follows from sets of values: a server must take what a client was told to send, and a client must be
able to read what a server may send.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum


class Impact(IntEnum):
    """What a change does to clients. Ordered: the worse is the greater.

    PROBABLE: it breaks clients that have relied on what the earlier document did not promise in
    so many words, or the documents do not tell.
    """

    PROBABLE = 1
    BREAKING = 2

    def __str__(self) -> str:
        return "breaking" if self is Impact.BREAKING else "probably-breaking"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of change. why: what becomes of a client, in a sentence."""

    id: str
    impact: Impact
    why: str


def _index(rules: Iterable[tuple[str, Impact, str]]) -> Mapping[str, Rule]:
    return {name: Rule(name, impact, why) for name, impact, why in rules}


_B, _P = Impact.BREAKING, Impact.PROBABLE

RULES: Mapping[str, Rule] = _index(
    (
        # operations
        ("operation-removed", _B, "A client calls it, and there is nothing any more."),
        ("server-path-changed", _B, "The path of the API changed: every call goes astray."),
        ("server-removed", _P, "A client calls that URL, and the document no longer promises it."),
        # parameters
        ("parameter-removed", _B, "What a client sends in it has no effect, or is refused."),
        ("required-parameter-added", _B, "No client sends it, and every request is refused."),
        ("parameter-became-required", _B, "Requests without it were valid, and are refused."),
        ("parameter-style-changed", _B, "A client writes the value in a form that nobody reads."),
        # bodies
        ("request-body-removed", _B, "What a client sends in it has no effect, or is refused."),
        ("required-request-body-added", _B, "No client sends one, and every request is refused."),
        ("request-body-became-required", _B, "Requests without one were valid, and are refused."),
        ("request-media-type-removed", _B, "A client writes bodies in it, and they are refused."),
        # responses
        ("success-status-removed", _B, "A client waits for this status to know that it succeeded."),
        ("success-status-added", _P, "A client that knows the other statuses may not expect it."),
        ("error-status-removed", _P, "A client that handles it gets another one, or none."),
        ("response-body-removed", _B, "A client reads the body, and there is none."),
        ("response-media-type-removed", _B, "A client reads this media type, and never gets it."),
        ("response-header-removed", _B, "A client reads the field, and it is missing."),
        ("response-header-became-optional", _B, "A client relies on the field; it may be missing."),
        # security
        ("security-added", _B, "Requests without a credential were accepted, and are refused."),
        ("security-removed", _B, "A client has this credential, and it is refused."),
        ("security-scope-added", _B, "Tokens with the earlier scopes no longer suffice."),
        ("security-scheme-changed", _B, "A client sends its credential where nobody looks."),
        ("oauth-flow-removed", _B, "A client gets its tokens by this flow, and it is gone."),
        ("oauth-scope-removed", _B, "A client asks for the scope, and is refused."),
        ("oauth-url-changed", _P, "A client gets its tokens at the earlier URL."),
        # schemas of what clients send
        ("request-type-narrowed", _B, "Values of this type were valid, and are refused."),
        ("request-null-refused", _B, "null was valid, and is refused."),
        ("request-enum-value-removed", _B, "The value was valid, and is refused."),
        ("request-enum-added", _B, "Any value was valid; others than the listed are refused."),
        ("request-bound-tightened", _B, "Values within the earlier bound are refused."),
        ("request-pattern-added", _B, "Texts that do not match were valid, and are refused."),
        ("request-pattern-changed", _P, "Texts that matched the earlier pattern may be refused."),
        ("request-format-added", _P, "Texts of another form were valid, and may be refused."),
        ("request-format-changed", _B, "A client writes the value in a form that is refused."),
        ("request-property-removed", _B, "What a client sends in it has no effect, or is refused."),
        ("request-property-became-required", _B, "Bodies without it were valid, and are refused."),
        ("required-request-property-added", _B, "No client sends it, and every body is refused."),
        ("request-property-became-read-only", _P, "What a client sends in it no longer counts."),
        ("request-additional-properties-refused", _B, "Other members were valid, and are refused."),
        ("request-alternative-removed", _B, "Values of this form were valid, and are refused."),
        ("request-default-changed", _P, "A request that leaves it out now means something else."),
        ("request-schema-rule-changed", _P, "Values that were valid may be refused."),
        ("request-discriminator-changed", _B, "A client names the kind where nobody looks."),
        ("request-discriminator-value-removed", _B, "A client names the kind, and is refused."),
        # schemas of what clients read
        ("response-type-widened", _B, "A client gets a value of a type that it cannot read."),
        ("response-null-added", _B, "A client gets null where there was always a value."),
        ("response-enum-value-added", _P, "A client that lists the values meets an unknown one."),
        ("response-enum-removed", _P, "A client that lists the values meets unknown ones."),
        ("response-bound-loosened", _P, "A client that has set its own by the bound gets more."),
        ("response-pattern-removed", _P, "A client that reads texts by the pattern gets others."),
        ("response-pattern-changed", _P, "A client that reads texts by the pattern gets others."),
        ("response-format-removed", _P, "A client that reads the form gets texts of another one."),
        ("response-format-changed", _B, "A client gets the value in a form that it cannot read."),
        ("response-property-removed", _B, "A client reads the member, and it is missing."),
        ("response-property-became-optional", _B, "A client relies on it; it may be missing."),
        ("response-property-added-to-closed-object", _P, "No other member was allowed."),
        ("response-alternative-added", _P, "A client meets a form that it does not know."),
        ("response-schema-rule-changed", _P, "Values may come that were not valid before."),
        ("response-discriminator-changed", _B, "A client tells kinds apart by another member."),
        ("response-discriminator-value-added", _P, "A client meets a kind that it does not know."),
        # webhooks
        ("webhook-removed", _B, "A receiver waits for the delivery, and it never comes."),
    )
)  # fmt: skip
"""Every rule by id, by theme."""
