from collections.abc import Callable
from typing import Any

import pytest

from apicheck.authoring import Failure, NotApplicable, Request, Response

FACTS = {"authorization": {"absent": 404, "foreign": {"tenant": "as-absent"}}}
CASE = "an object of another tenant"


def refusals(server: Any, foreign: Callable[[int, str], Response]) -> None:
    """Make the server refuse unknown ids plainly, and foreign objects as given."""
    honest, numbers = server.answer, iter(range(1000))

    def answer(request: Request) -> Response:
        answered: Response = honest(request)
        key, number = request.path.rpartition("/")[2], next(numbers)
        if answered.status != 404:
            return answered
        return foreign(number, key) if key in server.objects else plain(number, key)

    server.answer = answer


def plain(number: int, key: str) -> Response:
    body = f'{{"error": "there is no {key}", "request": {number}}}'
    return Response(404, (("X-Request-Id", f"r{number}"),), body.encode())


def with_header(number: int, key: str) -> Response:
    same = plain(number, key)
    return Response(404, (*same.headers, ("Vary", "Authorization")), same.body)


def without_header(number: int, key: str) -> Response:
    return Response(404, (), plain(number, key).body)


def with_words(number: int, key: str) -> Response:
    return Response(404, plain(number, key).headers, b'{"error": "not yours", "request": 1}')


def with_member(number: int, key: str) -> Response:
    body = plain(number, key).body[:-1] + b', "owner": "b"}'
    return Response(404, plain(number, key).headers, body)


@pytest.mark.parametrize(
    ("foreign", "outcome", "names"),
    [
        (with_header, "headers", "vary"),
        (without_header, "headers", "x-request-id"),
        (with_words, "body", "/error"),
        (with_member, "body", "/owner"),
    ],
)
def test_the_difference_between_the_two_responses_is_named(
    bench: Callable[..., Any],
    server: Any,
    foreign: Callable[[int, str], Response],
    outcome: str,
    names: str,
) -> None:
    refusals(server, foreign)
    made = bench("scopes/foreign-indistinguishable", facts=FACTS, operation="getContact")
    judgement = made.judgements()[CASE]
    assert isinstance(judgement, Failure)
    assert judgement.outcome == outcome
    assert names in judgement.actual


@pytest.mark.parametrize("operation", ["getContact", "updateContact", "deleteContact"])
def test_ids_and_what_changes_by_itself_do_not_count(
    bench: Callable[..., Any], server: Any, operation: str
) -> None:
    refusals(server, plain)
    made = bench("scopes/foreign-indistinguishable", facts=FACTS, operation=operation)
    assert made.judgements() == {CASE: None}


def test_another_status_is_left_to_another_check(bench: Callable[..., Any], server: Any) -> None:
    server.foreign = 403
    made = bench("scopes/foreign-indistinguishable", facts=FACTS, operation="getContact")
    assert isinstance(made.judgements()[CASE], NotApplicable)


def test_a_promise_of_the_status_alone_is_no_promise_of_the_rest(
    bench: Callable[..., Any],
) -> None:
    facts = {"authorization": {"absent": 404, "foreign": {"tenant": 404}}}
    made = bench("scopes/foreign-indistinguishable", facts=facts, operation="getContact")
    assert isinstance(made.check.applies(made.subject), NotApplicable)
