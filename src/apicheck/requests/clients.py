"""The OAuth client that sends the canonical requests of the token and revocation operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from apicheck.model.exchange import Credential, Request
from apicheck.model.facts import Facts
from apicheck.model.subject import Recipe, RunContext
from apicheck.model.target import Minter

_OWN = ("client_id", "client_secret")


def with_client_in_body(recipe: Recipe, facts: Facts, client: Minter) -> Recipe:
    """The recipe with this client where its body names one, or must by the policy.

    Examples show a fictional client; the target accepts only its own.
    """
    if not isinstance(recipe.body, Mapping):
        return recipe
    given = {"client_id": client.client_id, "client_secret": client.client_secret}
    only = facts.oauth is not None and facts.oauth.client_in == ("body",)
    own = {name: value for name, value in given.items() if only or name in recipe.body}
    return replace(recipe, body={**recipe.body, **own})


def with_client(context: RunContext, request: Request, recipe: Recipe) -> Request:
    """The request with the client's credentials by Basic, where its body has none."""
    oauth = context.facts.oauth
    if oauth is None or request.operation not in (oauth.token, oauth.revoke):
        return request
    named = isinstance(recipe.body, Mapping) and set(_OWN) <= set(recipe.body)
    if named or request.credentials or not context.clients:
        return request
    client = context.clients[0]
    value = f"Basic {client.client_id}:{client.client_secret}"
    return replace(request, credentials=(Credential("client", "header", "Authorization", value),))
