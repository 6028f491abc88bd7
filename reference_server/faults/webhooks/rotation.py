"""Secrets that sign too long, not long enough, or not at all, once they were rotated."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.document.profile import Profile
from reference_server.faults.fault import alters, fault
from reference_server.webhooks.rules import Subscription, list_secrets

ListSecrets = Callable[[Subscription, float], tuple[str, ...]]
_ROTATES = ("webhooks.subscriptions.rotate", "webhooks.signature")


def _overlaps(profile: Profile) -> bool:
    """Where the old secret signs for a while beside the new one."""
    subscriptions = profile.webhooks.subscriptions if profile.webhooks else None
    return bool(subscriptions and subscriptions.rotate and subscriptions.overlap_s)


@fault(list_secrets, needs=_ROTATES)
def old_secret_signs_for_ever(
    honest: ListSecrets, subscription: Subscription, now: float
) -> tuple[str, ...]:
    """A secret that was replaced goes on signing beside the new one."""
    return (subscription.secret or "", *(secret for secret, _ in subscription.former))


@alters(list_secrets, needs=_ROTATES, shows_in=_overlaps)
def old_secret_dies_at_once(
    due: tuple[str, ...], subscription: Subscription, now: float
) -> tuple[str, ...]:
    """A secret that was replaced signs no more from that moment on."""
    return due[:1]


@fault(list_secrets, needs=_ROTATES)
def new_secret_does_not_sign(
    honest: ListSecrets, subscription: Subscription, now: float
) -> tuple[str, ...]:
    """A rotation shows another secret, and deliveries are signed with the old one alone."""
    return (subscription.former[-1][0],) if subscription.former else honest(subscription, now)
