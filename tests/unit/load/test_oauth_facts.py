"""What a policy says of its authorization server."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.load import facts_from, load_policy, read_spec
from apicheck.model.errors import PolicyError
from apicheck.model.facts import Pkce

SPEC = read_spec(
    {
        "openapi": "3.1.0",
        "info": {"title": "Tokens", "version": "1"},
        "paths": {"/oauth/token": {"post": {"operationId": "token", "responses": {}}}},
    }
)


@pytest.mark.parametrize(
    ("written", "read"),
    [("rotating", "rotating"), ("yes", "yes"), (True, "yes"), ("no", "no"), (False, "no")],
)
def test_refresh_is_one_of_three_words(written: object, read: str) -> None:
    oauth = facts_from({"oauth": {"token": "token", "refresh": written}}).oauth
    assert oauth is not None
    assert oauth.refresh == read


def test_responses_and_places_are_typed() -> None:
    oauth = facts_from(
        {
            "oauth": {
                "token": "token",
                "client_in": ["header"],
                "bad_client": {"status": 401, "error": "invalid_client"},
                "pkce": ["S256"],
            }
        }
    ).oauth
    assert oauth is not None
    assert oauth.client_in == ("header",)
    assert oauth.bad_client is not None
    assert (401 in oauth.bad_client.statuses, oauth.bad_client.error) == (True, "invalid_client")
    assert (oauth.bad_scope, oauth.bad_grant, oauth.refresh) == (None, None, "")
    assert oauth.pkce == Pkce(("S256",))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (True, Pkce()),
        (False, None),
        ("plain", Pkce(("plain",))),
        (["S256", "plain"], Pkce(("S256", "plain"))),
        ({"methods": "S256", "required": True}, Pkce(("S256",), required=True)),
        ({"required": True}, Pkce(required=True)),
    ],
)
def test_pkce_is_written_as_its_methods_or_as_a_mapping(written: object, read: Pkce | None) -> None:
    oauth = facts_from({"oauth": {"token": "token", "pkce": written}}).oauth
    assert oauth is not None
    assert oauth.pkce == read


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("refresh: sometimes", "expected rotating, yes, no"),
        ("client_in: [url]", "facts.oauth.client_in"),
        ("client_in: header", "facts.oauth.client_in"),
        ("bad_client: 999", "facts.oauth.bad_client"),
        ("token: tokens", 'unknown operation "tokens"'),
        ("authorize: authorise", 'unknown operation "authorise"'),
        ("metadata: oauth", "facts.oauth.metadata"),
        ("pkce: S512", "facts.oauth.pkce"),
        ("reuse_ends: id", "facts.oauth.reuse_ends"),
    ],
)
def test_a_mistake_is_reported_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"policy: p\nfacts:\n  oauth:\n    {line}\n", encoding="utf-8")
    with pytest.raises(PolicyError) as raised:
        load_policy(policy, SPEC)
    assert "policy.yaml:4" in str(raised.value)
    assert said in str(raised.value)
