"""Tokens that can be refreshed, by whichever grant a server issues them."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.authoring import Json, Minter, NotTested, NotTestedKind, Role, Steps, Subject, steps
from apicheck.checks.oauth._client import ask_token, discard_tokens
from apicheck.checks.oauth._codes import exchange_code, needs_codes, obtain_code
from apicheck.checks.oauth._scopes import list_usual_scopes


def grant_refreshable(subject: Subject, client: Minter, *scopes: str) -> Steps[Mapping[str, Json]]:
    """Ask for a token with a refresh token; the members of the response.

    By client credentials, where a server should issue none (RFC 6749, section 4.4.3); then by a
    code. Ends the script when there is none.
    """
    oauth = subject.facts.oauth
    wanted = (*scopes, oauth.refresh_scope) if oauth and oauth.refresh_scope else scopes
    granted = (yield from ask_token(subject, client, *wanted)).members
    if isinstance(granted.get("refresh_token"), str):
        return granted
    yield from discard_tokens(subject, client, granted)
    why = needs_codes(subject)
    reason = "the token operation issues no refresh token for client credentials"
    if why is not None or not client.redirect_uri:
        remedy = why.remedy if isinstance(why, NotTested) else ""
        steps.end_script(NotTested(NotTestedKind.NEEDS_REQUEST, reason, remedy))
    code = yield from obtain_code(subject, client, *(wanted or list_usual_scopes(subject)))
    granted = (yield from exchange_code(subject, client, code, Role.SETUP)).members
    if isinstance(granted.get("refresh_token"), str):
        return granted
    yield from discard_tokens(subject, client, granted)
    steps.end_script(NotTested(NotTestedKind.NEEDS_REQUEST, f"{reason}, and none for a code"))
