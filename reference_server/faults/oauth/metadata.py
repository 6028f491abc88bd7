"""Metadata of the authorization server that are not true, or not there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from apicheck.model.json import Json
from reference_server.call import Call, Refusal, Reply
from reference_server.faults.fault import alters, fault
from reference_server.oauth.metadata import show_metadata, write_metadata
from reference_server.responses.errors import make_error

Members = dict[str, Json]
_METADATA = ("oauth.metadata",)


@fault(show_metadata, needs=_METADATA)
def serves_no_metadata(honest: Callable[[Call], Reply], call: Call) -> Reply:
    """There is nothing where the metadata should be."""
    return make_error(call, Refusal("unknown_path", "There is nothing here."))


@alters(show_metadata, needs=_METADATA)
def metadata_as_text(made: Reply, call: Call) -> Reply:
    """The metadata are called plain text."""
    return replace(made, media="text/plain")


@alters(write_metadata, needs=_METADATA)
def metadata_without_response_types(due: Members, call: Call, members: Members) -> Members:
    """The metadata do not say which response types there are."""
    return _without("response_types_supported", due)


@alters(write_metadata, needs=_METADATA)
def metadata_of_another_issuer(due: Members, call: Call, members: Members) -> Members:
    """The metadata name another issuer than the one at whose URL they are."""
    return {**due, "issuer": "https://login.example.net"}


@alters(write_metadata, needs=_METADATA)
def metadata_with_old_token_endpoint(made: Members, call: Call, members: Members) -> Members:
    """The metadata name a token endpoint that there was before."""
    return {**made, "token_endpoint": f"{made['issuer']}/v0/token"}


@alters(write_metadata, needs=_METADATA)
def metadata_with_unknown_endpoint(made: Members, call: Call, members: Members) -> Members:
    """The metadata name an introspection endpoint that there is not."""
    return {**made, "introspection_endpoint": f"{made['issuer']}/oauth/introspect"}


@alters(write_metadata, needs=(*_METADATA, "oauth.pkce"))
def metadata_without_challenge_methods(due: Members, call: Call, members: Members) -> Members:
    """The metadata do not say that code challenges are verified."""
    return _without("code_challenge_methods_supported", due)


@alters(write_metadata, needs=(*_METADATA, "oauth.iss_parameter"))
def metadata_without_issuer_parameter(due: Members, call: Call, members: Members) -> Members:
    """The metadata do not say that authorization responses name the issuer."""
    return _without("authorization_response_iss_parameter_supported", due)


@alters(write_metadata, needs=_METADATA)
def metadata_offer_password_grant(made: Members, call: Call, members: Members) -> Members:
    """The metadata offer a grant type that the token operation does not know."""
    return {**made, "grant_types_supported": [*made["grant_types_supported"], "password"]}


def _without(name: str, members: Members) -> Members:
    return {key: value for key, value in members.items() if key != name}
