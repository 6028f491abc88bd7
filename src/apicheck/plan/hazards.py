"""Recognise operations that may end a credential, a session, an account, the server or its data.

By method, path, operationId and summary. Tags are too coarse: all of `auth` would be suspicious.
It names no operation that acts on a thing of which the words are not known (`rotateImage`): what
is missed here, the sentinel notices while probing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from apicheck.model.operation import Operation


class Harm(StrEnum):
    """What an operation may end, in words that follow "it may"."""

    SESSION = "end the session"
    CREDENTIAL = "end the credential"
    ACCOUNT = "end the account"
    SERVER = "stop the server"
    DATA = "delete everything"
    OBJECTS = "change every object"
    FOUND = "delete what the run did not make"
    SETTING = "change a setting for good"

    @property
    def hits_one_identity(self) -> bool:
        """Whether an identity that may be used up keeps the harm from the others."""
        return self in (Harm.SESSION, Harm.CREDENTIAL, Harm.ACCOUNT)


@dataclass(frozen=True, slots=True)
class Hazard:
    """What an operation may end, and the words by which it was recognised."""

    harm: Harm
    said_by: str
    """'its path says "reset token"'."""

    def __str__(self) -> str:
        return f"it may {self.harm}: {self.said_by}"


def find_hazard(operation: Operation, prefix: str = "") -> Hazard | None:
    """Find what an operation may end; None for an operation that looks harmless.

    prefix: the path of the document's server, which says nothing of the operation.
    """
    path = operation.path.removeprefix(prefix)
    for source, phrase, patterns in _list_phrases(operation, path):
        # A summary says first what its operation does.
        find = re.Pattern.match if source == "summary" else re.Pattern.search
        for harm, pattern in patterns:
            if operation.safe and not _is_done_by_reading(harm, phrase):
                continue
            if harm is Harm.CREDENTIAL and _OTHER_SECRETS.search(phrase):
                continue
            if found := find(pattern, phrase):
                return Hazard(harm, f'its {source} says "{found[0].strip()}"')
    return _find_by_method(operation, path)


def _list_phrases(
    operation: Operation, path: str
) -> Iterator[tuple[str, str, tuple[_Pattern, ...]]]:
    """The sources of words: each with its name, its words in lower case, and what to seek."""
    named = _split_words(operation.id)
    if named and named[0] not in _LOOKING and "/" not in operation.id:
        yield "operationId", " ".join(named), _PATTERNS
    segments = _list_segments(path)
    if segments and not segments[-1].startswith("{"):
        fixed = [one for one in segments if not one.startswith("{")]
        phrase = " ".join(word for one in fixed for word in _split_words(one))
        whole = phrase if len(fixed) == len(segments) else ""
        yield "path", phrase, _PATTERNS
        yield "path", whole, _WHOLE_PATHS
    said = _split_words(operation.summary)
    if said and said[0] not in _LOOKING:
        yield "summary", " ".join(said), _PATTERNS


def _find_by_method(operation: Operation, path: str) -> Hazard | None:
    """Find what the method does to the last word of the path: DELETE /me, PUT /me/password."""
    segments = _list_segments(path)
    last = " ".join(_split_words(segments[-1])) if segments else ""
    before = " ".join(_split_words(segments[-2])) if len(segments) > 1 else ""
    method, harm = operation.method, None
    if last in ("password", "passwd") and not operation.safe:
        harm = Harm.CREDENTIAL
    elif method == "DELETE":
        if last in _OWN or (last in _SELF and before in _OWNED):
            harm = Harm.ACCOUNT
        elif _SESSIONS.fullmatch(last) or (last in _SELF and _SESSIONS.fullmatch(before)):
            harm = Harm.SESSION
        elif _SECRETS.fullmatch(last) or (last in _SELF and _SECRETS.fullmatch(before)):
            harm = Harm.CREDENTIAL
    elif not operation.safe and re.fullmatch("maintenance(?: mode)?", last):
        named = _split_words(operation.id)
        harm = None if named and named[0] in _LOOKING else Harm.SERVER
    return Hazard(harm, f'it is {method} of "{last}"') if harm else None


def _is_done_by_reading(harm: Harm, phrase: str) -> bool:
    """Whether GET may do it: it does log out and stop servers; `/password/reset` is a page."""
    return harm in (Harm.SESSION, Harm.SERVER, Harm.CREDENTIAL) and "password" not in phrase


def _list_segments(path: str) -> list[str]:
    """The segments of a path that say something: no `api`, no version."""
    return [one for one in path.split("/") if not _ORDINARY.fullmatch(one)]


def _split_words(text: str) -> list[str]:
    """The words of camelCase, snake_case, kebab-case or a sentence, in lower case."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    return re.findall(r"[a-z0-9]+", apart.lower())


_ORDINARY = re.compile(r"api|rest|v\d+(\.\d+)*|-|", re.IGNORECASE)
"""Segments of a path that do not say what an operation does."""
_Pattern = tuple[Harm, re.Pattern[str]]

_LOOKING = frozenset(
    """add can check confirm count create describe download export fetch find forgot get has head is
    list preview query read register request retrieve schedule search show test validate verify
    view""".split()  # noqa: SIM905  (one word for each would be a page)
)
"""First words of operations that end nothing, whatever follows."""
_BETWEEN = (
    "a|access|account|admin|all|an|api|app|application|auth|authenticated|authentication|bearer"
    "|client|current|every|google|id|integration|jwt|legacy|login|logged|master|my|of|org"
    "|organization|other|own|personal|private|project|refresh|root|secret|service|session|signing"
    "|super|system|tenant|the|their|this|user|users|web|workspace|your|in|s"
)
_NO_MORE = (
    "(?! (?:callback|check|config|confirm|confirmation|count|email|event|form"
    "|history|link|log|notification|options|page|policies|policy|preview|redirect|report"
    "|request|schedule|settings|result|state|status|template|uri|url|validate|verify"
    "|window)s?\\b)"
)
"""What must not follow: the status of a shutdown is not a shutdown."""
_OTHER_SECRETS = re.compile(
    r"\b(?:apns|cache|card|csrf|deploy|design|devices?|fcm|gpg|hooks?|invitations?|invites?"
    r"|payments?|public|push|share|shares|ssh|uploads?|webhooks?|xsrf)\b"
)
"""Words beside a token, key or secret with which nobody calls the API."""
_SECRETS = re.compile(
    r"(?:access |api |auth |refresh |personal access )*"
    r"(?:tokens?|apikeys?|credentials?|(?:api|access|auth) keys?|password)"
)
_SESSIONS = re.compile(r"(?:user |login |auth )?sessions?|login")
_SELF = frozenset({"me", "self", "current", "mine", "own"})
_OWN = frozenset(
    {
        "account",
        "current account",
        "current user",
        "my account",
        "my profile",
        "organization",
        "profile",
        "tenant",
        "user",
        "workspace",
    }
)
"""What DELETE ends for its caller, where no id in the path says of whom it is."""
_OWNED = frozenset(
    {
        "",
        "account",
        "accounts",
        "customers",
        "organizations",
        "tenants",
        "user",
        "users",
        "workspaces",
    }
)
"""What `DELETE …/me` ends: `DELETE /groups/{id}/members/me` ends no account."""


def _pair(verbs: str, nouns: str) -> str:
    """A pattern of "revoke the access token" and of "tokens current revoke"."""
    between = f"(?:(?:{_BETWEEN}) )"
    return (
        rf"\b(?:{verbs})s? {between}{{0,4}}(?:{nouns})\b{_NO_MORE}"
        rf"|\b(?:{nouns}) {between}{{0,2}}(?:{verbs})\b{_NO_MORE}"
    )


_GROUPS = "org|organization|organisation|team|tenant|workspace|account|company"
_KEYS = "(?:(?:api|access|auth|secret|signing|service) )?keys?|apikeys?"
_WORDS: tuple[tuple[Harm, str], ...] = (
    (Harm.SESSION, rf"\b(?:log|sign)s?(?: the)?(?: user| users| me)? ?out\b{_NO_MORE}"),
    (Harm.SESSION, rf"\b(?:logoff|log off|signoff)\b{_NO_MORE}"),
    (Harm.SESSION, _pair("end|terminate|kill|close|invalidate|destroy|revoke", "sessions?")),
    (
        Harm.CREDENTIAL,
        _pair(
            "revoke|reset|rotate|regenerate|invalidate|expire|roll|recreate|renew|refresh|reissue"
            "|blacklist|blocklist|denylist",
            f"tokens?|secrets?|credentials?|jwt|{_KEYS}",
        ),
    ),
    (Harm.CREDENTIAL, _pair("change|reset|set|update|replace", "passwords?|passwd|passphrase")),
    (Harm.CREDENTIAL, _pair("enable|disable|activate|deactivate|reset", "mfa|2fa|totp|two factor")),
    (
        Harm.ACCOUNT,
        _pair(
            "deactivate|close|terminate|cancel|suspend|disable|delete|erase|unregister|remove"
            "|destroy|anonymize|freeze|lock",
            "account|me|myself|self|yourself|current user|authenticated user|own user",
        ),
    ),
    (Harm.ACCOUNT, _pair("deactivate|suspend|anonymize|erase", "users?|profile")),
    (Harm.ACCOUNT, rf"\bleaves? (?:(?:{_BETWEEN}) )*(?:{_GROUPS})\b"),
    (Harm.SERVER, rf"\b(?:shutdowns?|shuts? ?down|poweroff|power off|reboots?)\b{_NO_MORE}"),
    (
        Harm.SERVER,
        _pair(
            "restart|reload|stop|kill|terminate|quit|halt|suspend",
            "server|service|system|daemon|node|cluster|host|machine|hub|database|db|instance",
        ),
    ),
    (Harm.SERVER, _pair("enable|enter|start|set|toggle|begin|activate", "maintenance")),
    (Harm.DATA, r"\b(?:purge|wipe)s?(?! .*\b(?:cache|caches|cdn|urls?)\b) \w+|\b(?:purge|wipe)$"),
    (
        Harm.DATA,
        _pair(
            "flush|drop|truncate|clear|reset|delete|remove|destroy|empty",
            "all|everything|databases?|db|factory|datastore",
        ),
    ),
    (Harm.DATA, _pair("reset", "data|environment|installation|state")),
    (Harm.DATA, _pair("drop|truncate", "tables?|collections?|schemas?")),
    # What it deletes is chosen by a filter in the request, and none may mean all.
    (Harm.DATA, r"\b(?:bulk|batch|mass) (?:delete|remove|destroy|purge)\b"),
    (Harm.DATA, r"\b(?:delete|remove|destroy) (?:in )?(?:bulk|batch|many|multiple)\b"),
    (Harm.DATA, r"\b(?:factory reset|flush ?(?:all|db)|drop ?(?:all|db)|uninstall)\b"),
    (Harm.DATA, _pair("restore", "backups?|database|snapshots?|system")),
)  # fmt: skip

_PATTERNS: tuple[_Pattern, ...] = tuple((harm, re.compile(text)) for harm, text in _WORDS)
_PLACES = "(?:(?:actuator|admin|control|debug|internal|manage|management|ops|server|sys|system) )*"
_WHOLE_PATHS: tuple[_Pattern, ...] = (
    (Harm.SERVER, re.compile(f"^{_PLACES}(?:restart|reload|stop|quit|exit|halt|kill|die)$")),
    (Harm.DATA, re.compile(f"^{_PLACES}(?:reset|wipe|purge|flush)$")),
)
"""Verbs that are about the server where nothing else is named."""
