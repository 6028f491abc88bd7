"""Bodies of an exact size: JSON padded with white space, which means nothing (RFC 8259, 2)."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    UNIQUE,
    UNIQUE_LENGTH,
    ExpectedResponse,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Request,
    Subject,
)
from apicheck.checks.errors._refusals import find_promise, is_oauth, json_recipe

_MOST = 16 * 1024 * 1024
_ASKED = 3


def promise(subject: Subject) -> ExpectedResponse | NotApplicable:
    """The refusal of bodies over the limit, where the policy names a limit."""
    if subject.facts.body_limit_bytes is None:
        return NotApplicable("the policy promises no limit of bodies (requests.too_large)")
    return find_promise(subject, "too_large")


def applies_to(subject: Subject) -> NotApplicable | NotTested | None:
    """Only the first few operations that take JSON: the limit is the server's, not theirs."""
    if not _has_known_size(subject):
        return NotApplicable("its request has no JSON body of a size that is known")
    known = [
        op.id
        for op in subject.context.spec.operations
        if _has_known_size(_bind_operation(subject, op.id))
    ]
    if subject.op.id not in known[:_ASKED] and not subject.context.thorough:
        return NotApplicable(f"tested on {', '.join(known[:_ASKED])}")
    if limit_of(subject) > _MOST:
        reason = f"a body of {limit_of(subject)} bytes is more than a test sends"
        return NotTested(NotTestedKind.NEEDS_BUDGET, reason)
    return None


def limit_of(subject: Subject) -> int:
    """The policy's limit of bodies in bytes, of a subject to which it applies."""
    return subject.facts.body_limit_bytes or 0


def _bind_operation(subject: Subject, operation_id: str) -> Subject:
    operation = subject.context.spec.operation(operation_id)
    return Subject(subject.kind, operation_id, subject.context, operation=operation)


def _has_known_size(subject: Subject) -> bool:
    """Whether the size of the body is known before it is sent: no secret is put in later."""
    recipe = json_recipe(subject)
    if recipe is None or recipe.body is None or is_oauth(subject):
        return False
    return "$APICHECK_" not in str(recipe.body) and subject.op.id in subject.context.actors


def pad_request(request: Request, size: int) -> Request:
    """Pad the body with white space to a number of bytes."""
    return replace(request, body=pad_body(request.body or b"", size))


def pad_body(body: bytes, size: int) -> bytes:
    """Pad JSON so that so many bytes are sent; a longer body stays as it is."""
    shrinks = body.count(UNIQUE.encode()) * (len(UNIQUE) - UNIQUE_LENGTH)
    return body.ljust(size + shrinks)
