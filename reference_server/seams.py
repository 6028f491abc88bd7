"""The seams of the pipeline: what a fault may replace, each with its honest function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from apicheck.model.exchange import Pairs
from apicheck.model.json import Json
from apicheck.model.operation import Media, Parameter, SecurityScheme
from reference_server import (
    answers,
    authentication,
    authorization,
    browsers,
    challenges,
    clients,
    errors,
    headers,
    issuing,
    json_web_tokens,
    oauth,
    operations,
    promises,
    rates,
    revocation,
    routing,
    signing,
    validation,
)
from reference_server.call import Admission, Call, Refusal, Reply
from reference_server.grants import Grant
from reference_server.headers import Fields
from reference_server.identities import Client, Directory, Identity
from reference_server.routing import Match, Routes
from reference_server.signing import Signed, Unsigned
from reference_server.store import Stored
from reference_server.validation import Broken


@dataclass(frozen=True, slots=True)
class Seams:
    """Every seam, by the name under which a fault's function replaces it."""

    stages: Callable[[Call], tuple[str, ...]] = promises.stages
    find_identity: Callable[[Directory, str], Identity | None] = authentication.find_identity
    authenticate: Callable[[Call], Identity | Refusal] = authentication.authenticate
    match: Callable[[Routes, str, str, Pairs], Match] = routing.match
    needs_credential: Callable[[Call], bool] = authentication.needs_credential
    values: Callable[[Call, SecurityScheme], tuple[str, ...]] = authentication.values
    token_in: Callable[[Call, SecurityScheme, str], str | None] = authentication.token_in
    together: Callable[[tuple[Identity | None, ...]], Identity | None] = authentication.together
    out_of_use: Callable[[Call, Identity], str] = authentication.out_of_use
    account_state: Callable[[Call, Identity], str] = authentication.account_state
    verified: Callable[[Call, str], Mapping[str, Json] | None] = json_web_tokens.verified
    mistaken_claim: Callable[[Call, Mapping[str, Json]], str] = json_web_tokens.mistaken_claim
    client: Callable[[Call], Client | Refusal] = clients.client
    client_secret: Callable[[Call, Client, str], bool] = clients.client_secret
    grant_type: Callable[[Call], str] = oauth.grant_type
    scopes_granted: Callable[
        [Call, tuple[str, ...], tuple[str, ...]], tuple[str, ...] | Refusal
    ] = oauth.scopes_granted
    token_scopes: Callable[[Call, tuple[str, ...]], tuple[str, ...]] = oauth.token_scopes
    token_answer: Callable[[Call, dict[str, Json]], dict[str, Json]] = oauth.token_answer
    refresh_of: Callable[[Call, Client, str], Grant | Refusal] = oauth.refresh_of
    revoked: Callable[[Call, Client, str], Refusal | None] = revocation.revoked
    missing_rights: Callable[[Call], tuple[str, ...]] = authorization.missing_rights
    may_see: Callable[[Call, str], bool] = authorization.may_see
    foreign: Callable[[Call, Stored, str], str] = authorization.foreign
    enforced_limit: Callable[[Call, int], int] = rates.enforced_limit
    admit: Callable[[Call, Admission], Admission] = rates.admit
    status: Callable[[Call, Refusal], int] = promises.status_of
    challenge: Callable[[Call, Refusal, int], str | None] = challenges.challenge
    allow: Callable[[Call], Fields] = errors.allow
    error_body: Callable[[Call, Refusal, Reply], None] = errors.error_body
    success: Callable[[Call, Reply], Reply] = answers.as_it_is
    promised_headers: Callable[[Call, int, Refusal | None], Fields] = headers.promised_headers
    rate_headers: Callable[[Call, Admission], Fields] = headers.rate_headers
    retry_after: Callable[[Call, Admission], Fields] = headers.retry_after
    lifecycle_headers: Callable[[Call, int], Fields] = headers.lifecycle_headers
    fields: Callable[[Call, Reply, Fields], Fields] = headers.fields
    date: Callable[[Call, int], Fields] = headers.date
    lets_in: Callable[[Call], bool] = browsers.lets_in
    cors: Callable[[Call], Fields] = browsers.cors
    preflight_headers: Callable[[Call], Fields] = browsers.preflight_headers
    hsts: Callable[[Call, int], Fields] = browsers.hsts
    merge: Callable[[Call, Json, Json], Json] = operations.merge
    action: Callable[[Call, Stored, Mapping[str, Json]], Mapping[str, Json]] = operations.action
    remove: Callable[[Call, Stored], None] = operations.remove
    body_limit: Callable[[Call], int] = validation.body_limit
    taken_as: Callable[[Call, str], Media | None] = validation.taken_as
    parsed: Callable[[Call, Media], Json] = validation.parsed
    unknown_query: Callable[[Call], Refusal | None] = validation.unknown_query
    unknown_members: Callable[[Call, Media], Refusal | None] = validation.unknown_members
    fits: Callable[[Call, Parameter, Json], bool] = validation.fits
    broken_rules: Callable[[Call, Json, Json], Iterable[Broken]] = validation.broken_rules
    withdraw: Callable[[Call], None] = issuing.withdraw
    sign: Callable[[Unsigned], Signed] = signing.sign
