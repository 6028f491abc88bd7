import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apicheck.authoring import Fails, NotApplicable, NotTested
from apicheck.checks.scopes.foreign_object import absent_id

FACTS = {"authorization": {"foreign": {"tenant": 404}}}
OBJECT = "an object of another tenant"


@pytest.mark.parametrize("operation", ["getContact", "updateContact", "deleteContact"])
@pytest.mark.parametrize("answer", [404, "as-absent"])
def test_an_honest_server_hides_what_is_not_ours(
    bench: Callable[..., Any], operation: str, answer: Any
) -> None:
    facts = {"authorization": {"foreign": {"tenant": answer}}}
    made = bench("scopes/foreign-object", facts=facts, operation=operation)
    assert made.judgements() == {OBJECT: None}


def test_the_request_is_ours_and_the_object_is_theirs(
    bench: Callable[..., Any], server: Any
) -> None:
    made = bench("scopes/foreign-object", facts=FACTS, operation="updateContact")
    _, transcript = made.judged(made.cases()[OBJECT])
    request = transcript.exercised[0].request
    assert request.identity == "admin"
    assert server.objects[request.path.rpartition("/")[2]]["tenant"] == "b"


@pytest.mark.parametrize("operation", ["getContact", "updateContact", "deleteContact"])
def test_a_server_that_looks_up_by_id_alone_is_caught(
    bench: Callable[..., Any], server: Any, operation: str
) -> None:
    server.sees = lambda *_: True
    made = bench("scopes/foreign-object", facts=FACTS, operation=operation)
    judgement = made.judgements()[OBJECT]
    assert isinstance(judgement, Fails)
    assert judgement.outcome == "accepted"


@pytest.mark.parametrize("answer", [404, "as-absent"])
def test_a_server_that_says_it_is_there_is_caught(
    bench: Callable[..., Any], server: Any, answer: Any
) -> None:
    server.foreign = 403
    facts = {"authorization": {"foreign": {"tenant": answer}}}
    judgement = bench("scopes/foreign-object", facts=facts, operation="getContact").judgements()[
        OBJECT
    ]
    assert isinstance(judgement, Fails)
    assert judgement.outcome == "wrong-status"


def test_operations_that_name_nothing_are_not_asked(bench: Callable[..., Any]) -> None:
    made = bench("scopes/foreign-object", facts=FACTS, operation="listContacts")
    assert isinstance(made.check.applies(made.subject), NotApplicable)


def test_one_tenant_alone_is_not_enough(bench: Callable[..., Any]) -> None:
    made = bench(
        "scopes/foreign-object",
        facts=FACTS,
        operation="getContact",
        identities={"admin": {"tenant": "a"}},
    )
    why = made.check.applies(made.subject)
    assert isinstance(why, NotTested)
    assert "tenant" in why.remedy


def test_a_tenant_in_the_path_is_tried_with_anothers_and_with_nobodys(
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
        "scopes/foreign-object",
        facts=facts,
        operation="readAccount",
        identities=identities,
        spec={"paths": {"/accounts/{account}": {"get": operation}}},
        fixtures={"account": "acc-a"},
    )
    # The server of these tests has one object for each path that we may read.
    made.player.server.objects = {"acc-a": {"tenant": "a"}, "acc-b": {"tenant": "b"}}
    sent = {name: made.judged(bound) for name, bound in made.cases().items()}
    paths = {name: played.exercised[0].request.path for name, (_, played) in sent.items()}
    assert paths["account of another tenant"] == "/accounts/acc-b"
    assert paths["account of no tenant"] not in ("/accounts/acc-a", "/accounts/acc-b")
    assert {judgement for judgement, _ in sent.values()} == {None}


@given(st.text("0123456789abcdefxyz-_", min_size=1, max_size=20))
def test_an_id_that_nobody_has_is_another_one(known: str) -> None:
    assert absent_id(known) != known


@given(st.uuids())
def test_an_id_made_from_a_uuid_is_a_uuid(known: uuid.UUID) -> None:
    assert str(uuid.UUID(absent_id(str(known)))) == absent_id(str(known))


def test_an_absent_object_that_is_found_proves_nothing(
    bench: Callable[..., Any], server: Any
) -> None:
    facts = {"authorization": {"foreign": {"tenant": "as-absent"}}}
    made = bench("scopes/foreign-object", facts=facts, operation="getContact")
    _, transcript = made.judged(made.cases()[OBJECT])
    found = tuple(
        replace(e, response=replace(e.response, status=200)) if e.role.value == "setup" else e
        for e in transcript.exchanges
    )
    assert made.check.judge is not None
    judged = made.check.judge(made.cases()[OBJECT], replace(transcript, exchanges=found))
    assert "no answer for an absent object" in judged.reason
