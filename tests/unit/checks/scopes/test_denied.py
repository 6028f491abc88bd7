from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from apicheck.authoring import Failure, Identity, NotApplicable, NotTested

FACTS = {"authorization": {"refusal": 403}}


@pytest.mark.parametrize(
    "operation", ["listContacts", "createContact", "getContact", "updateContact", "deleteContact"]
)
def test_an_honest_server_refuses_every_row(bench: Callable[..., Any], operation: str) -> None:
    judgements = bench("scopes/denied", facts=FACTS, operation=operation).judgements()
    assert len(judgements) == 2
    assert set(judgements.values()) == {None}


def test_a_thorough_run_tries_each_other_right_alone(bench: Callable[..., Any]) -> None:
    made = bench("scopes/denied", facts=FACTS, operation="listContacts", thorough=True)
    assert set(made.cases()) == {
        "no scopes",
        "all scopes but contacts:read",
        "contacts:write alone",
        "campaigns alone",
    }


def test_the_right_that_lets_the_caller_in_is_named(bench: Callable[..., Any], server: Any) -> None:
    server.allows = lambda holder, scope: bool(holder.scopes & {scope, "contacts:read"})
    judgements = bench("scopes/denied", facts=FACTS, operation="createContact").judgements()
    accepted = judgements["all scopes but contacts:write"]
    assert isinstance(accepted, Failure)
    assert (accepted.outcome, accepted.detail) == ("accepted", "contacts:read")
    assert judgements["no scopes"] is None


def test_a_server_that_requires_no_right_at_all_is_one_cause(
    bench: Callable[..., Any], server: Any
) -> None:
    server.allows = lambda *_: True
    judgements = bench("scopes/denied", facts=FACTS, operation="deleteContact").judgements()
    assert {j.detail for j in judgements.values() if isinstance(j, Failure)} == {""}
    assert all(isinstance(j, Failure) and j.outcome == "accepted" for j in judgements.values())


@pytest.mark.parametrize(("refusal", "objects"), [(403, 1), (404, 2)])
def test_rows_that_are_refused_share_an_object_unless_it_would_be_missed_alike(
    bench: Callable[..., Any], server: Any, refusal: int, objects: int
) -> None:
    facts = {"authorization": {"refusal": refusal}}
    made = bench("scopes/denied", facts=facts, operation="deleteContact")
    assert len(made.judgements()) == 2
    created = [one for one in server.requests if (one.method, one.identity) == ("POST", "admin")]
    assert len(created) == objects


def test_objects_are_created_by_an_identity_with_the_right(
    bench: Callable[..., Any], server: Any
) -> None:
    made = bench("scopes/denied", facts=FACTS, operation="getContact")
    assert set(made.judgements().values()) == {None}
    creators = {r.identity for r in server.requests if r.method == "POST"}
    assert creators == {"admin"}


def test_an_unpromised_status_is_wrong(bench: Callable[..., Any], server: Any) -> None:
    made = bench("scopes/denied", facts={"authorization": {"refusal": 404}}, operation="getContact")
    assert {j.outcome for j in made.judgements().values() if isinstance(j, Failure)} == {
        "wrong-status"
    }


def test_a_target_that_cannot_mint_is_tried_with_its_own_underprivileged_identities(
    bench: Callable[..., Any], server: Any
) -> None:
    made = bench("scopes/denied", facts=FACTS, operation="createContact")
    reader = Identity("reader", "$APICHECK_READER_TOKEN", scopes=("contacts:read",), tenant="a")
    server.holders[reader.placeholder] = replace(
        server.holders["$APICHECK_ADMIN_TOKEN"], scopes=frozenset({"contacts:read"})
    )
    context = made.subject.context
    identities = {**context.identities, "reader": reader}
    made.subject = replace(
        made.subject, context=replace(context, identities=identities, capabilities=frozenset())
    )
    assert made.judgements() == {"identity reader": None}
    made.subject = replace(made.subject, context=replace(context, capabilities=frozenset()))
    assert isinstance(made.check.applies(made.subject), NotTested)


def test_permissions_are_rights_like_scopes(bench: Callable[..., Any]) -> None:
    facts = {"authorization": {"refusal": 401, "permissions": {"manage": "*", "update": "writes"}}}
    unscoped = {"paths": {"/contacts": {"post": {"security": [{"bearer": []}]}}}}
    made = bench("scopes/denied", facts=facts, operation="createContact", spec=unscoped)
    assert set(made.cases()) == {
        "no permissions",
        "all permissions but manage",
        "all permissions but update",
    }


def test_operations_that_need_no_right_are_not_tried(bench: Callable[..., Any]) -> None:
    made = bench("scopes/denied", facts=FACTS, operation="getStatus")
    assert isinstance(made.check.applies(made.subject), NotApplicable)


def test_where_a_policy_says_exact_more_scopes_than_needed_are_refused_too(
    bench: Callable[..., Any], server: Any
) -> None:
    facts = {"authorization": {"refusal": 403, "needs": "exact"}}
    server.allows = lambda holder, scope: holder.scopes == {scope}
    exact = bench("scopes/denied", facts=facts, operation="listContacts")
    assert set(exact.judgements()) == {"no scopes", "all scopes but contacts:read", "all scopes"}
    assert set(exact.judgements().values()) == {None}


def test_a_server_that_takes_more_scopes_than_the_exact_ones_is_caught(
    bench: Callable[..., Any],
) -> None:
    facts = {"authorization": {"refusal": 403, "needs": "exact"}}
    judgements = bench("scopes/denied", facts=facts, operation="listContacts").judgements()
    failed = {row: j.outcome for row, j in judgements.items() if isinstance(j, Failure)}
    assert failed == {"all scopes": "accepted"}
