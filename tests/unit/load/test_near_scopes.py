"""A scope that resembles one of the document is a remark, never a mistake."""

from __future__ import annotations

import pytest

from apicheck.load import find_near_scopes, parse_spec
from apicheck.load.policy import facts_from
from apicheck.model.operation import Spec
from apicheck.model.policy import Policy
from apicheck.model.target import Identity, Minter, Target

DOCUMENT = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
components:
  securitySchemes:
    oauth:
      type: oauth2
      flows:
        clientCredentials: {tokenUrl: /token, scopes: {"orders:read": r, "orders:write": w}}
paths:
  /orders:
    get:
      operationId: listOrders
      security: [{oauth: ["orders:read"]}]
      responses: {"200": {description: d}}
"""
NEAR = 'the document has no scope "orders:raed": did you mean "orders:read"?'


@pytest.fixture(scope="module")
def spec() -> Spec:
    return parse_spec(DOCUMENT, "openapi.yaml")


def build(authorization: dict[str, object]) -> Policy:
    return Policy("p", "1", "Shop", (), facts_from({"authorization": authorization}))


def build_target(*scopes: str) -> Target:
    identity = Identity("reader", "$READER", scopes=scopes)
    minter = Minter("client", "/token", "id", "secret", scopes=scopes)
    return Target("t", "http://127.0.0.1", identities={"reader": identity}, minters=(minter,))


def test_a_mistyped_scope_is_found_wherever_it_stands(spec: Spec) -> None:
    policy = build(
        {"scopes": {"orders:raed": "listOrders"}, "implies": {"orders:write": ["orders:raed"]}}
    )
    found = list(find_near_scopes(spec, policy, build_target("orders:raed")))
    assert found == [
        ("authorization.scopes", NEAR),
        ("identities.reader", NEAR),
        ("mint.client", NEAR),
    ]


def test_a_scope_that_implies_a_mistyped_one_is_found(spec: Spec) -> None:
    policy = build({"implies": {"orders:write": ["orders:raed"]}})
    assert list(find_near_scopes(spec, policy, build_target())) == [("authorization.implies", NEAR)]


@pytest.mark.parametrize("scope", ["orders:read", "orders:read!group=one", "self"])
def test_a_scope_of_the_document_or_of_its_own_name_is_none(spec: Spec, scope: str) -> None:
    assert list(find_near_scopes(spec, build({}), build_target(scope))) == []
