from collections.abc import Callable
from typing import Any


def test_the_path_is_tried_with_another_tenant_and_with_an_unknown_one(
    bench: Callable[..., Any],
) -> None:
    facts = {"authorization": {"tenant": {"parameter": "account", "unknown": 404, "foreign": 404}}}
    parameter = {"name": "account", "in": "path", "required": True, "schema": {"type": "string"}}
    operation = {
        "operationId": "readAccount",
        "security": [{"bearer": []}],
        "parameters": [parameter],
        "responses": {"200": {"description": "fine"}},
    }
    identities = {
        "admin": {"tenant": "a", "parameters": {"account": "acc-a"}},
        "other": {"tenant": "b", "parameters": {"account": "acc-b"}},
    }
    made = bench(
        "scopes/foreign-tenant",
        facts=facts,
        operation="readAccount",
        identities=identities,
        spec={"paths": {"/accounts/{account}": {"get": operation}}},
        fixtures={"account": "acc-a"},
    )
    # The server of these tests has one object for each tenant's path.
    made.player.server.objects = {"acc-a": {"tenant": "a"}, "acc-b": {"tenant": "b"}}
    sent = {name: made.judged(bound) for name, bound in made.cases().items()}
    paths = {name: played.exercised[0].request.path for name, (_, played) in sent.items()}
    assert paths["account of another tenant"] == "/accounts/acc-b"
    assert paths["account of no tenant"] not in ("/accounts/acc-a", "/accounts/acc-b")
    assert {judgement for judgement, _ in sent.values()} == {None}
