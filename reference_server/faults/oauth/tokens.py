"""Responses of the token operation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl

from apicheck.model.json import Json
from apicheck.model.operation import Media
from reference_server.call import Call, Refusal, Reply
from reference_server.document.routing import Match
from reference_server.faults.fault import alters, fault
from reference_server.oauth.issuing import write_token_response
from reference_server.oauth.serving import serve_endpoint
from reference_server.oauth.token import issue_token
from reference_server.policy import choose_status
from reference_server.responses.errors import fill_error_body, make_error
from reference_server.stages.validation import parse_body

Members = dict[str, Json]
FillErrorBody = Callable[[Call, Refusal, Reply], None]
ParseBody = Callable[[Call, Media], Json]

_ERROR = "unsupported_grant_type"
_TOKEN = ("oauth.token",)


@alters(write_token_response, needs=_TOKEN)
def expires_in_as_text(made: Members, call: Call, members: Members) -> Members:
    """A token response has its lifetime as a text."""
    return {**made, "expires_in": str(made["expires_in"])}


@alters(write_token_response, needs=("oauth.lifetime",))
def lifetime_differs(made: Members, call: Call, members: Members) -> Members:
    """A token response states twice the lifetime that is promised."""
    return {**made, "expires_in": 2 * int(made["expires_in"])}


@alters(write_token_response, needs=_TOKEN)
def omits_token_type(made: Members, call: Call, members: Members) -> Members:
    """A token response lacks the type of the token."""
    return {name: value for name, value in made.items() if name != "token_type"}


@fault(serve_endpoint, needs=_TOKEN)
def grants_to_get(honest: Callable[[Call], Reply | None], call: Call) -> Reply | None:
    """The token operation takes its parameters from the URL of a GET as well."""
    oauth = call.server.profile.facts.oauth
    operation = call.server.profile.spec.operation(oauth.token) if oauth else None
    if operation is None or call.method != "GET" or call.path != operation.path:
        return honest(call)
    rules = call.server.profile.rules[operation.id]
    asked = replace(call, match=Match(operation), rules=rules, value=dict(call.query))
    done = issue_token(asked)
    return make_error(asked, done) if isinstance(done, Refusal) else done


@fault(fill_error_body, needs=_TOKEN)
def error_code_differs(honest: FillErrorBody, call: Call, refusal: Refusal, reply: Reply) -> None:
    """An unknown grant type is refused as an invalid grant."""
    if refusal.members.get("error") == "unsupported_grant_type":
        refusal = replace(refusal, members={**refusal.members, "error": "invalid_grant"})
    honest(call, refusal, reply)


@fault(choose_status, needs=_TOKEN)
def error_with_status_200(
    honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal
) -> int:
    """An unknown grant type gets 200, with the error in the body."""
    return 200 if refusal.members.get("error") == _ERROR else honest(call, refusal)


@error_with_status_200.also(fill_error_body)
def _keep_the_error(honest: FillErrorBody, call: Call, refusal: Refusal, reply: Reply) -> None:
    if refusal.members.get("error") == _ERROR:
        reply.media, reply.value = "application/json", dict(refusal.members)
    else:
        honest(call, refusal, reply)


@alters(parse_body, needs=_TOKEN)
def ignores_grant_type(value: Json, call: Call, media: Media) -> Json:
    """Any grant type is served as client credentials."""
    asked = value.get("grant_type") if isinstance(value, dict) else None
    if asked is None or asked == "refresh_token":
        return value
    return {**value, "grant_type": "client_credentials"}


@fault(parse_body, needs=_TOKEN)
def ignores_repeated_parameters(honest: ParseBody, call: Call, media: Media) -> Json:
    """A parameter that comes twice counts once."""
    if media.media_type != "application/x-www-form-urlencoded":
        return honest(call, media)
    return dict(parse_qsl(call.body.decode(), keep_blank_values=True))
