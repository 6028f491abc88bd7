"""The operation that gives a subscription to webhooks another secret."""

from __future__ import annotations

from reference_server.call import Call, Reply
from reference_server.document.schemas import put


def rotate_secret(call: Call, reply: Reply) -> Reply:
    """Replace the secret of the call's subscription, and show the new one in its reply."""
    webhooks = call.server.profile.webhooks
    subscriptions = webhooks.subscriptions if webhooks else None
    if subscriptions is None or call.op_rules.operation.id != subscriptions.rotate:
        return reply
    about = call.objects.get(call.op_rules.use.target)
    shown = call.server.subscriptions.rotate(about.id) if about else None
    if shown is not None:
        reply.value = put(reply.value, subscriptions.secret, shown)
    return reply
