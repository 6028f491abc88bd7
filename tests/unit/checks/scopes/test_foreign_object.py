from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from apicheck.authoring import Failure, Inconclusive, NotApplicable, NotTested, Request, Response

FACTS = {"authorization": {"foreign": {"tenant": 404}}}
OBJECT = "an object of another tenant"


@pytest.mark.parametrize("operation", ["getContact", "updateContact", "deleteContact"])
@pytest.mark.parametrize("promise", [404, "as-absent"])
def test_an_honest_server_hides_what_is_not_ours(
    bench: Callable[..., Any], operation: str, promise: Any
) -> None:
    facts = {"authorization": {"foreign": {"tenant": promise}}}
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
    assert isinstance(judgement, Failure)
    assert judgement.outcome == "accepted"


@pytest.mark.parametrize("promise", [404, "as-absent"])
def test_a_server_that_reveals_that_the_object_exists_is_caught(
    bench: Callable[..., Any], server: Any, promise: Any
) -> None:
    server.foreign = 403
    facts = {"authorization": {"foreign": {"tenant": promise}}}
    judgement = bench("scopes/foreign-object", facts=facts, operation="getContact").judgements()[
        OBJECT
    ]
    assert isinstance(judgement, Failure)
    assert judgement.outcome == "wrong-status"


def test_operations_that_name_no_object_are_not_tried(bench: Callable[..., Any]) -> None:
    made = bench("scopes/foreign-object", facts=FACTS, operation="listContacts")
    assert isinstance(made.check.applies(made.subject), NotApplicable)


def test_a_second_tenant_is_needed(bench: Callable[..., Any]) -> None:
    made = bench(
        "scopes/foreign-object",
        facts=FACTS,
        operation="getContact",
        identities={"admin": {"tenant": "a"}},
    )
    why = made.check.applies(made.subject)
    assert isinstance(why, NotTested)
    assert "tenant" in why.remedy


def test_an_unknown_id_that_is_accepted_proves_nothing(
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
    assert "no refusal of an unknown id" in judged.reason


@pytest.mark.parametrize("operation", ["getContact", "updateContact", "deleteContact"])
def test_ids_that_are_counted_for_each_tenant_name_our_own_object_too(
    bench: Callable[..., Any], server: Any, operation: str
) -> None:
    honest = server.answer

    def answer(request: Request) -> Response:
        # Every id in a path names an object of the caller.
        key = request.path.rpartition("/")[2]
        if request.path.startswith("/contacts/") and request.identity == "admin":
            return Response(200, body=f'{{"id": "{key}", "owner": "a"}}'.encode())
        return honest(request)  # type: ignore[no-any-return]  # the fixture has no type

    server.answer = answer
    made = bench("scopes/foreign-object", facts=FACTS, operation=operation)
    judgement = made.judgements()[OBJECT]
    assert isinstance(judgement, Inconclusive)
    assert "counted" in judgement.reason
