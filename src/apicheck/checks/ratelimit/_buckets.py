"""What the checks that use a bucket up share: its facts, where it can be, what that claims."""

from __future__ import annotations

from apicheck.authoring import Claims, Inconclusive, NotApplicable, Recipe, Subject, items
from apicheck.authoring.facts import Bucket, RateLimits

REFUSALS = frozenset({403, 429, 503, 509})
"""Statuses with which limiters refuse; the script causes them on purpose."""


def facts_of(subject: Subject) -> tuple[RateLimits, Bucket]:
    """The facts of a subject that is a bucket."""
    limits, bucket = subject.facts.rate_limits, subject.bucket
    assert limits is not None  # a bucket is the subject
    assert bucket is not None
    return limits, bucket


def explain_unusable(subject: Subject) -> NotApplicable | None:
    """Why a bucket refuses nothing, or cannot be asked; None where it can be used up."""
    limits, _ = facts_of(subject)
    if limits.over != "refuse":
        return NotApplicable(f"requests over the limit are not refused (over: {limits.over})")
    if subject.operation is None:
        return NotApplicable("the bucket counts no operation of the document")
    _, bucket = facts_of(subject)
    recipe = subject.context.recipes.get(subject.operation.id)
    many = len(items.find_items(recipe.body)[1]) if isinstance(recipe, Recipe) else 1
    if bucket.counts_items and many > 1:
        return NotApplicable(f"each request has {many} items or more, all of which count")
    return None


def doubt_refusal(bucket: Bucket) -> Inconclusive | None:
    """Why a refusal may be that of another limit; None where no other counts the requests."""
    if not bucket.also:
        return None
    others = " and ".join(bucket.also)
    return Inconclusive(f"the requests count in {others} too, which may have refused them")


def claim(*buckets: Bucket) -> Claims:
    """What nobody else may use meanwhile: the buckets and the clock."""
    return Claims(exclusive=frozenset({*(f"bucket:{one.name}" for one in buckets), "clock"}))
