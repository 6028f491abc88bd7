"""Say which operations' canonical requests a run does not send, and why."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.model.facts import Webhooks
from apicheck.model.operation import Operation
from apicheck.model.plan import Options
from apicheck.model.subject import RunContext
from apicheck.model.target import Mode
from apicheck.model.verdict import NotApplicable, NotTested, NotTestedKind
from apicheck.requests.credentials import explain_no_actor

NOT_RECORDED = NotTested(
    NotTestedKind.READ_ONLY, "the recording has no accepted response of the operation"
)
_NOTHING_SENT = NotTested(
    NotTestedKind.READ_ONLY, "recorded traffic is judged: what the check asks was not sent"
)


def read_as_recorded(why: NotTested | NotApplicable) -> NotTested | NotApplicable:
    """Why a subject has no probe where recorded traffic is judged."""
    return why if isinstance(why, NotApplicable) else _NOTHING_SENT


def explain_unsent(context: RunContext, options: Options) -> Mapping[str, NotTested]:
    """Map each operation whose canonical request is not sent to the reason.

    Passive checks read an accepted response of every other one.
    """
    found = {
        operation.id: _explain(context, options, operation) for operation in context.spec.operations
    }
    return {operation: why for operation, why in found.items() if why is not None}


def _explain(context: RunContext, options: Options, operation: Operation) -> NotTested | None:
    if options.operations and operation.id not in options.operations:
        return NotTested(NotTestedKind.SELECTED_OUT, "the operation was not selected")
    if context.mode is Mode.PASSIVE:
        remedy = '[safety]\nmode = "read-only"'
        return NotTested(NotTestedKind.READ_ONLY, "mode passive sends nothing", remedy)
    webhooks = context.facts.webhooks
    if isinstance(webhooks, Webhooks) and webhooks.receiver == operation.id:
        return NotTested(NotTestedKind.NEEDS_REQUEST, "deliveries to it are signed one by one")
    if not operation.safe and context.mode is not Mode.FULL:
        reason = f"mode {context.mode} does not send a valid {operation.method}"
        return NotTested(NotTestedKind.READ_ONLY, reason, '[safety]\nmode = "full"')
    recipe = context.recipes[operation.id]
    if isinstance(recipe, NotTested):
        return recipe
    if operation.id not in context.actors:
        return explain_no_actor(context, operation.id)
    return None
