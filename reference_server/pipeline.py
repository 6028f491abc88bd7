"""The stages of a request, in the policy's order. A refused request has no effect."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import PLAIN, Call, Refusal, Reply
from reference_server.oauth.revocation import perform_revocation
from reference_server.oauth.serving import serve_endpoint
from reference_server.oauth.token import issue_token, translate_refusal
from reference_server.operations.crud import perform
from reference_server.operations.issuing import issue_credential
from reference_server.operations.receiving import receive_delivery
from reference_server.operations.repetition import perform_once
from reference_server.operations.rotating import rotate_secret
from reference_server.policy import order_stages
from reference_server.responses.cors import respond_to_preflight
from reference_server.responses.errors import make_error
from reference_server.responses.formats import write_as_asked
from reference_server.responses.success import finish_success
from reference_server.stages.authentication import classify_caller, refuse_credential
from reference_server.stages.authorization import refuse_account_or_tenant, refuse_rights
from reference_server.stages.formats import refuse_formats
from reference_server.stages.objects import refuse_absent, refuse_conflict
from reference_server.stages.plain import respond_at_region, respond_to_plain
from reference_server.stages.rate_limits import note_admissions, refuse_rate, settle_costs
from reference_server.stages.routing import refuse_method, refuse_path
from reference_server.stages.validation import refuse_body, refuse_too_large


def respond(call: Call) -> Reply:
    """Respond to a call; the fields that every response has are added later."""
    if call.entry == PLAIN:
        return respond_to_plain(call, _process)
    return respond_at_region(call, _process) if call.entry else _process(call)


def _process(call: Call) -> Reply:
    _introduce(call)
    reply = respond_to_preflight(call) or serve_endpoint(call) or receive_delivery(call)
    reply = write_as_asked(call, reply or _decide(call))
    settle_costs(call, reply.status)
    if not call.admissions:
        note_admissions(call)
    return reply


def _decide(call: Call) -> Reply:
    failing = call.server.take_failure(call.operation)
    if failing is not None:
        return make_error(call, Refusal("internal", "The request failed.", failing))
    for stage in order_stages(call):
        refusal = _STAGES[stage](call)
        if refusal is not None:
            return make_error(call, _translate(call, stage, refusal))
    done = perform_once(call, _perform)
    if isinstance(done, Refusal):
        return make_error(call, done)
    return finish_success(call, done)


def _introduce(call: Call) -> None:
    """Note whether the caller has a credential, whichever stage the request gets to."""
    call.caller = classify_caller(call)
    call.presented = call.caller != "anonymous"


def _perform(call: Call) -> Reply | Refusal:
    facts = call.server.profile.facts.oauth
    name = call.op_rules.operation.id
    if facts is not None and name == facts.token:
        return issue_token(call)
    if facts is not None and name == facts.revoke:
        return perform_revocation(call)
    done = perform(call)
    if call.op_rules.use.kind != "create":
        about = call.objects.get(call.op_rules.use.target)
        call.server.subscriptions.deliver(
            call.op_rules.operation,
            about.value if about else None,
            call.caller_identity.tenant,
        )
    if not isinstance(done, Reply):
        return done
    return issue_credential(call, rotate_secret(call, done))


def _translate(call: Call, stage: str, refusal: Refusal) -> Refusal:
    """Say a refusal of what a request holds in the words of OAuth, to its operations."""
    facts = call.server.profile.facts.oauth
    is_oauth = facts and call.operation and call.operation.id in (facts.token, facts.revoke)
    return translate_refusal(call, refusal) if is_oauth and stage in _OF_CONTENT else refusal


_OF_CONTENT = ("transport", "media", "body")
"""The stages that refuse a request for what it holds, whoever sent it."""
_STAGES: dict[str, Callable[[Call], Refusal | None]] = {
    "transport": refuse_too_large,
    "route": refuse_path,
    "method": refuse_method,
    "credential": refuse_credential,
    "account": refuse_account_or_tenant,
    "scope": refuse_rights,
    "rate": refuse_rate,
    "media": refuse_formats,
    "body": refuse_body,
    "object": refuse_absent,
    "state": refuse_conflict,
}
