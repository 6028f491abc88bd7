"""Operations that are open although the document asks for a credential, most likely by mistake."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from apicheck.authoring import (
    Exchange,
    Failure,
    Judgement,
    Operation,
    Role,
    RunContext,
    Severity,
    Subject,
    Transcript,
    pointers,
)

_OPEN = re.compile(
    r"health(z|-?check)?|live(z|ness)?|ready(z)?|readiness|alive|heartbeat|status|ping|up"
    r"|versions?|about|info|metrics|docs|redoc|swagger|api-docs|robots\.txt|favicon\.ico"
    r"|(openapi|swagger)(\.(json|ya?ml))?"
)
"""Last segments of paths that are usually open to everybody; so are `/` and `/.well-known/`."""


def looks_public(context: RunContext, operation: Operation) -> bool:
    """Whether an operation is of the kind that is open, and nobody said that it is not.

    The security that it has is that of the whole document, which is easily forgotten to be lifted.
    """
    declared = pointers.at(context.spec.document, operation.pointer)
    own = isinstance(declared, Mapping) and "security" in declared
    if own or context.facts.authentication.security or not operation.safe or "{" in operation.path:
        return False
    path = operation.path.removeprefix(context.spec.prefix).rstrip("/").lower()
    name = path.rpartition("/")[2]
    return not path or bool(_OPEN.fullmatch(name)) or path.startswith("/.well-known/")


def doubt(subject: Subject, transcript: Transcript, judgement: Judgement) -> Judgement:
    """The judgement, with less severity where the document most likely lacks `security: []`."""
    if not isinstance(judgement, Failure) or judgement.outcome != "accepted":
        return judgement
    shown = next((one for one in transcript.exercised if one.id == judgement.exchange), None)
    controls = transcript.of_role(Role.CONTROL)
    same = shown is not None and any(is_same_kind(shown, control) for control in controls)
    if not same or not looks_public(subject.context, subject.op):
        return judgement
    words = (
        f"{judgement.actual}, as with a credential: the path is one of those that are usually"
        " public, so that the document most likely lacks `security: []` for it"
    )
    return replace(judgement, actual=words, detail="usually public", at_most=Severity.MEDIUM)


def is_same_kind(exchange: Exchange, control: Exchange) -> bool:
    """Whether two responses have the same status, media type and members."""
    mine, theirs = exchange.response, control.response
    if mine is None or theirs is None or mine.status != theirs.status:
        return False
    if mine.media_type != theirs.media_type:
        return False
    return exchange.bodiless or _shape_of(exchange) == _shape_of(control)


def _shape_of(exchange: Exchange) -> object:
    """The names of a JSON object's members, or the type of another value."""
    body = exchange.json_or()
    return tuple(sorted(body)) if isinstance(body, dict) else type(body).__name__
