"""Bodies of an exact size: JSON with white space after it, which means nothing (RFC 8259, 2)."""

from __future__ import annotations

from apicheck.authoring import (
    UNIQUE,
    UNIQUE_LENGTH,
    Applies,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Subject,
)
from apicheck.checks.errors._refusals import is_oauth, json_recipe, not_promised

_MOST = 16 * 1024 * 1024
_ASKED = 3


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the first few operations that take JSON: the limit is the server's, not theirs."""
    limit = subject.facts.body_limit_bytes
    if limit is None:
        return NotApplicable("the policy promises no limit of bodies (requests.too_large)")
    if why := not_promised(subject, "too_large"):
        return why
    if not _fits(subject):
        return NotApplicable("its request has no JSON body of a size that is known")
    asked = [op.id for op in subject.context.spec.operations if _fits(_of(subject, op.id))]
    if subject.op.id not in asked[:_ASKED] and not subject.context.thorough:
        return NotApplicable(f"asked of {', '.join(asked[:_ASKED])}")
    if limit > _MOST:
        reason = f"a body of {limit} bytes is more than is sent in a test"
        return NotTested(NotTestedKind.NEEDS_BUDGET, reason)
    return Applies(facts=("requests.too_large",))


def _of(subject: Subject, operation_id: str) -> Subject:
    operation = subject.context.spec.operation(operation_id)
    return Subject(subject.kind, operation_id, subject.context, operation=operation)


def _fits(subject: Subject) -> bool:
    """Whether the size of the body is known before it is sent: no secret is put in later."""
    recipe = json_recipe(subject)
    if recipe is None or recipe.body is None or is_oauth(subject):
        return False
    return "$APICHECK_" not in str(recipe.body) and subject.op.id in subject.context.actors


def pad_body(body: bytes, size: int) -> bytes:
    """The same JSON, so many bytes long when it is sent; as it is where it is longer already."""
    shrinks = body.count(UNIQUE.encode()) * (len(UNIQUE) - UNIQUE_LENGTH)
    return body.ljust(size + shrinks)
