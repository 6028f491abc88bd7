"""Whether a subscription to webhooks may be made: where it leads, and how many there are."""

from __future__ import annotations

from apicheck.model.json import at
from reference_server.call import Call, Refusal
from reference_server.seam import seam
from reference_server.webhooks.targets import is_refused_target


def refuse_subscription(call: Call) -> Refusal | None:
    """Why a subscription is not made; None where it is, and for every other operation."""
    webhooks = call.server.profile.webhooks
    subscriptions = webhooks.subscriptions if webhooks else None
    if (
        webhooks is None
        or subscriptions is None
        or call.op_rules.operation.id != subscriptions.create
    ):
        return None
    url = at(call.value, subscriptions.url)
    if isinstance(url, str) and is_refused_target(webhooks.targets, url):
        return Refusal("target", f"{subscriptions.url} leads where nothing is delivered.")
    limit = subscriptions.limit
    if limit is not None and count_subscriptions(call, subscriptions.per) >= limit:
        return Refusal("over_limit", f"There are {limit} subscriptions already.")
    return None


@seam
def count_subscriptions(call: Call, per: str | None) -> int:
    """So many subscriptions the caller has. per: what the limit is of; None: the tenant."""
    caller = call.caller_identity
    collection = call.op_rules.use.collection
    assert collection is not None  # an operation that subscribes creates
    return sum(
        (per != "app" or item.app == caller.app)
        and (per not in ("user", "token", "key") or item.user == caller.user)
        for item in call.server.store.all(collection.name, caller.tenant)
    )
