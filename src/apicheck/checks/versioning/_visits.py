"""Requests of a deprecated operation on days of its lifecycle, by the target's virtual clock."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Claims,
    Identity,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Recipe,
    Request,
    Steps,
    Subject,
    applying,
    build,
    credentials,
    steps,
)
from apicheck.authoring.facts import Deprecation
from apicheck.checks.versioning._lifecycle import FACT

HALF_A_DAY_S = 43_200.0
"""How long before the first, and after the last moment of a date a request is sent."""
_FEW_READS, _FEW_WRITES = 2, 1
OTHER_REASONS = (401, 403, 429)
"""Statuses that say nothing of a lifecycle: the credential, or how many requests came."""


def find_deprecation(subject: Subject) -> Deprecation | None:
    """Find the deprecation of the subject's operation; None where the policy has none."""
    versioning = subject.facts.versioning
    items = versioning.deprecations if versioning else ()
    return next((item for item in items if subject.context.selects(item.ops, subject.op)), None)


def applies_by_clock(subject: Subject, requests: int) -> Applies | NotTested:
    """Apply where the clock of the target can be moved and turned back."""
    context = subject.context
    if not {"clock", "rewind"} <= context.capabilities:
        why = "nothing can take the target's clock to that day and back"
        return applying.needs_control(why, "rewind")
    if subject.op.id in context.secured and "mint" not in context.capabilities:
        reason = "nothing can make a credential that is valid on that day"
        return NotTested(
            NotTestedKind.NEEDS_IDENTITY, reason, '[control]\nurl = "http://127.0.0.1:9000"'
        )
    claims = Claims(exclusive=frozenset({"clock"}))
    return Applies(requests=requests, claims=claims, last=True, facts=(FACT,))


def prepare_requests(subject: Subject, number: int) -> Steps[list[Request]]:
    """Make valid requests with a new credential, each with its own objects where it uses them up.

    A credential of the target file may have ended on the day that is visited.
    """
    made: list[Request] = []
    while len(made) < number:
        made += [(yield from build.valid_request(subject))]
    if subject.op.id not in subject.context.secured:
        return made
    holder = yield from _mint_like(build.identity_of(subject))
    held = credentials.credentials_of(subject.context, subject.op.id, holder)
    return [request.with_credentials(holder.name, *held) for request in made]


def _mint_like(actor: Identity) -> Steps[Identity]:
    return (yield from steps.mint(tenant=actor.tenant, user=actor.user, app=actor.app, fresh=True))


def needs_deprecation(subject: Subject) -> Deprecation | NotApplicable:
    """The deprecation of the operation, or the reason why there is nothing to test.

    A few operations stand for all of a deprecation: they are announced, and end, by one record.
    """
    item = find_deprecation(subject)
    if item is None:
        return NotApplicable("the policy does not deprecate it")
    few = _choose_few(subject, item)
    if subject.op.id in few or not few:
        return item
    return NotApplicable(
        f"tested on {', '.join(few)}, of the same deprecation (--thorough tests every operation)"
    )


def _choose_few(subject: Subject, item: Deprecation) -> list[str]:
    """Choose what stands for the subject: reads or writes, whose results count as its own do."""
    context, clauses = subject.context, subject.asked
    if context.thorough:
        return [subject.op.id]
    alike = [
        one
        for one in context.spec.operations
        if one.safe == subject.op.safe
        and context.selects(item.ops, one)
        and clauses.get(one.id, frozenset()) >= clauses.get(subject.op.id, frozenset())
        and one.id in context.actors
        and isinstance(context.recipes.get(one.id), Recipe)
    ]
    alike.sort(key=lambda one: ("{" in one.path, one.method == "DELETE"))
    return [one.id for one in alike[: _FEW_READS if subject.op.safe else _FEW_WRITES]]
