from collections.abc import Callable
from typing import Any

import pytest

from apicheck.authoring import Failure, NotApplicable, Request, Response

FACTS = {"authorization": {"refusal": 403, "foreign": {"tenant": 404}}}


@pytest.mark.parametrize("operation", ["updateContact", "deleteContact"])
def test_an_honest_server_keeps_the_object_as_it_is(
    bench: Callable[..., Any], operation: str
) -> None:
    made = bench("scopes/effect-of-refusal", facts=FACTS, operation=operation)
    assert made.judgements() == {"without the right": None, "as another tenant": None}


@pytest.mark.parametrize("operation", ["updateContact", "deleteContact"])
def test_a_change_in_spite_of_the_refusal_is_caught(
    bench: Callable[..., Any], server: Any, operation: str
) -> None:
    honest = server.answer

    def answer(request: Request) -> Response:
        answered: Response = honest(request)
        found = server.objects.get(request.path.rpartition("/")[2])
        if answered.status in (403, 404) and found and request.method == "DELETE":
            del server.objects[found["id"]]
        if answered.status in (403, 404) and found and request.method == "PATCH":
            found["name"] = "Grace"
        return answered

    server.answer = answer
    judgements = bench("scopes/effect-of-refusal", facts=FACTS, operation=operation).judgements()
    assert {type(judged) for judged in judgements.values()} == {Failure}


def test_members_that_the_request_does_not_name_may_change(
    bench: Callable[..., Any], server: Any
) -> None:
    honest = server.answer

    def answer(request: Request) -> Response:
        found = server.objects.get(request.path.rpartition("/")[2])
        if found and request.method == "PATCH":
            found["asked"] = found.get("asked", 0) + 1
        return honest(request)  # type: ignore[no-any-return]  # the fixture has no type

    server.answer = answer
    made = bench("scopes/effect-of-refusal", facts=FACTS, operation="updateContact")
    assert set(made.judgements().values()) == {None}


def test_an_accepted_request_is_left_to_other_checks(
    bench: Callable[..., Any], server: Any
) -> None:
    server.allows = lambda *_: True
    made = bench("scopes/effect-of-refusal", facts=FACTS, operation="updateContact")
    assert isinstance(made.judgements()["without the right"], NotApplicable)


def test_operations_whose_object_cannot_be_read_are_not_tried(bench: Callable[..., Any]) -> None:
    made = bench("scopes/effect-of-refusal", facts=FACTS, operation="createContact")
    assert isinstance(made.check.applies(made.subject), NotApplicable)
