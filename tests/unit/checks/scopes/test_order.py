from collections.abc import Callable
from typing import Any

from apicheck.authoring import Failure, NotApplicable, Response

FACTS = {
    "order": ["credential", "scope", "media", "body", "object"],
    "authorization": {"refusal": 403, "absent": 404},
    "requests": {"media": 415, "syntax": 400},
}


def test_every_second_mistake_that_the_order_names_is_tried(bench: Callable[..., Any]) -> None:
    made = bench("scopes/order", facts=FACTS, operation="updateContact")
    assert made.judgements() == {
        "an unknown object": None,
        "another media type": None,
        "a body that cannot be parsed": None,
    }


def test_an_order_that_does_not_decide_is_not_tried(bench: Callable[..., Any]) -> None:
    facts = {**FACTS, "order": ["credential", ["scope", "object"]]}
    made = bench("scopes/order", facts=facts, operation="getContact")
    assert isinstance(made.check.applies(made.subject), NotApplicable)


def test_where_the_right_comes_later_the_other_refusal_is_due(bench: Callable[..., Any]) -> None:
    facts = {**FACTS, "order": ["credential", "object", "scope"]}
    judgement = bench("scopes/order", facts=facts, operation="getContact").judgements()
    failed = judgement["an unknown object"]
    assert isinstance(failed, Failure)
    assert (failed.expected, failed.actual) == ("404", "403")


def test_a_server_that_looks_up_first_is_caught(bench: Callable[..., Any], server: Any) -> None:
    honest = server.answer

    def answer(request: Any) -> Response:
        key = request.path.rpartition("/")[2]
        missing = request.path.startswith("/contacts/") and key not in server.objects
        return Response(404) if missing else honest(request)

    server.answer = answer
    judgements = bench("scopes/order", facts=FACTS, operation="deleteContact").judgements()
    assert isinstance(judgements["an unknown object"], Failure)
