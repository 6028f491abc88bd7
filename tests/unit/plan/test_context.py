from __future__ import annotations

from typing import Any

import pytest

from apicheck.authoring import credentials
from apicheck.load import facts_from, read_spec
from apicheck.model.policy import Policy
from apicheck.model.target import Identity, Limit, Mode, Target
from apicheck.plan.context import build_context


def operation(name: str, *scopes: str, **more: Any) -> dict[str, Any]:
    return {
        "operationId": name,
        "security": [{"oauth": list(scopes)}],
        "responses": {"200": {"description": "ok"}},
        **more,
    }


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/contacts": {
            "get": operation("listContacts", "contacts:read"),
            "post": operation("createContact", "contacts:write"),
        },
        "/contacts/export": {"get": operation("exportContacts", "contacts:export")},
        "/health": {"get": operation("health", security=[])},
    },
    "components": {
        "securitySchemes": {
            "oauth": {
                "type": "oauth2",
                "flows": {
                    "clientCredentials": {
                        "tokenUrl": "/oauth/token",
                        "scopes": {
                            "contacts:read": "",
                            "contacts:write": "",
                            "contacts:export": "",
                        },
                    }
                },
            }
        }
    },
}
READER = Identity("reader", "$APICHECK_READER_TOKEN", scopes=("contacts:read",))
ADMIN = Identity("admin", "$APICHECK_ADMIN_TOKEN")


def context(facts: dict[str, Any], *identities: Identity, **target: Any):  # noqa: ANN201  (RunContext)
    spec = read_spec(DOCUMENT)
    policy = Policy("p", "1", "p", (), facts_from(facts))
    return build_context(
        spec,
        policy,
        Target("t", "http://127.0.0.1", {i.name: i for i in identities}, **target),
        capabilities=frozenset(),
        mode=Mode.FULL,
        thorough=False,
    )


def test_scopes_come_from_the_document_where_the_policy_is_silent() -> None:
    made = context({}, ADMIN)
    assert made.required_scopes["exportContacts"] == ("contacts:export",)
    assert set(made.all_scopes) == {"contacts:read", "contacts:write", "contacts:export"}


def test_the_policys_scopes_override_the_documents() -> None:
    facts = {"authorization": {"scopes": {"read": "reads", "write": "writes"}}}
    made = context(facts, ADMIN)
    assert made.required_scopes["listContacts"] == ("read",)
    assert made.required_scopes["createContact"] == ("write",)
    assert made.all_scopes == ("read", "write")


def test_an_operation_is_called_by_the_first_identity_that_holds_what_it_needs() -> None:
    made = context({}, READER, ADMIN)
    assert made.actors["listContacts"] == "reader"
    assert made.actors["createContact"] == "admin"


def test_an_operation_that_no_identity_may_call_has_no_actor() -> None:
    assert "createContact" not in context({}, READER).actors


def test_a_public_operation_is_called_without_any_identity() -> None:
    made = context({})
    assert made.actors == {"health": "nobody"}
    assert made.secured == {"listContacts", "createContact", "exportContacts"}


def test_the_policy_can_make_a_secured_operation_public() -> None:
    facts = {"authentication": {"security": {"none": "exportContacts"}}}
    assert "exportContacts" not in context(facts, ADMIN).secured


def test_the_most_specific_bucket_counts_a_request() -> None:
    facts = {
        "rate_limits": {
            "window": "60s",
            "buckets": {"general": {"limit": 60}, "export": {"limit": 5, "ops": "exportContacts"}},
        }
    }
    made = context(facts, ADMIN)
    assert made.bucket_of == {
        "listContacts": "general",
        "createContact": "general",
        "exportContacts": "export",
    }


def test_the_targets_own_limits_replace_the_policys() -> None:
    facts = {"rate_limits": {"window": "60s", "buckets": {"general": {"limit": 600}}}}
    made = context(facts, ADMIN, limits={"general": Limit(limit=6)})
    assert made.facts.rate_limits is not None
    assert made.facts.rate_limits.buckets["general"].limit == 6
    assert made.facts.rate_limits.buckets["general"].window_s == 60


@pytest.mark.parametrize(("plan", "limit"), [("starter", 60), ("growth", 600), ("", None)])
def test_limits_by_plan_are_those_of_the_identitys_plan(plan: str, limit: int | None) -> None:
    facts = {
        "rate_limits": {
            "window": "60s",
            "plans": {"starter": {"general": 60}, "growth": {"general": 600}},
            "buckets": {"general": {}},
        }
    }
    made = context(facts, Identity("a", "$APICHECK_A_TOKEN", plan=plan))
    assert made.facts.rate_limits is not None
    assert made.facts.rate_limits.buckets["general"].limit == limit


def test_an_operation_open_to_anonymous_callers_is_not_secured_but_gets_a_credential() -> None:
    found = context({"authentication": {"anonymous_may": "listContacts"}}, ADMIN)
    assert found.secured == {"createContact", "exportContacts"}
    assert found.actors["listContacts"] == "admin"
    assert credentials.credentials_of(found, "listContacts", ADMIN)
    assert found.required_scopes["exportContacts"] == ("contacts:export",)
