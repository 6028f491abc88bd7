"""What is sent by plain HTTP, and what is made of the responses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apicheck.model.exchange import Request, Response, Via
from apicheck.model.verdict import Failure, Inconclusive, NotTested

HERE, THERE = "http://127.0.0.1:8080", "http://api.example.com"
STRICT = {"transport": {"https": "required", "plain": "refused"}}
LENIENT = {"transport": {"https": "required"}}


class OnPlain:
    """The server, and its response by plain HTTP; None: it serves that as well."""

    def __init__(self, server: Any, response: Response | None) -> None:
        self.answer_honestly, self.response = server.answer, response
        self.sent: list[Request] = []

    def __call__(self, request: Request) -> Response:
        if request.via is None or self.response is None:
            response: Response = self.answer_honestly(request)
        else:
            response = self.response
        if request.via is not None:
            self.sent.append(request)
        return response


@pytest.fixture
def judged(bench: Any, server: Any) -> Callable[..., tuple[Any, list[Request]]]:
    def play(
        url: str, response: Response | None, facts: Any = LENIENT, **more: Any
    ) -> tuple[Any, list[Request]]:
        server.answer = OnPlain(server, response)
        made = bench("transport/plain", facts=facts, endpoints={"plain_url": url, **more})
        judgement, _ = made.judged()
        return judgement, server.answer.sent

    return play


def credentials(requests: list[Request]) -> set[str]:
    return {one.value for request in requests for one in request.credentials}


def test_on_this_machine_the_credential_is_sent(judged: Any) -> None:
    judgement, sent = judged(HERE, Response(403))
    assert judgement is None
    assert credentials(sent) == {"Bearer $APICHECK_ADMIN_TOKEN"}
    assert [request.via for request in sent] == [Via(HERE), Via(HERE)]


def test_to_another_host_a_made_up_credential_is_sent(judged: Any) -> None:
    judgement, sent = judged(THERE, Response(403))
    assert judgement is None
    (value,) = credentials(sent)
    assert value.startswith("Bearer ")
    assert "$" not in value


def test_the_operator_may_allow_the_credential(judged: Any) -> None:
    _, sent = judged(THERE, Response(403), plain_credentials=True)
    assert credentials(sent) == {"Bearer $APICHECK_ADMIN_TOKEN"}


@pytest.mark.parametrize("url", [HERE, THERE])
def test_plain_http_that_is_served_fails_with_either_credential(judged: Any, url: str) -> None:
    judgement, _ = judged(url, None)
    assert isinstance(judgement, Failure)
    assert judgement.outcome == "served"


@pytest.mark.parametrize(
    ("facts", "outcome"), [(LENIENT, None), (STRICT, "redirected")], ids=["lenient", "strict"]
)
def test_a_redirect_fails_where_a_refusal_is_promised(
    judged: Any, facts: Any, outcome: str | None
) -> None:
    judgement, _ = judged(HERE, Response(301, (("Location", "https://127.0.0.1/"),)), facts)
    assert (judgement.outcome if judgement else None) == outcome


def test_a_refusal_of_all_plain_http_by_401_is_not_taken_for_the_apis_own(judged: Any) -> None:
    """The API's 401 has another challenge or media type than that of the server before it."""
    judgement, _ = judged(THERE, Response(401, (("Content-Type", "text/html"),)))
    assert judgement is None


def test_a_website_on_the_port_is_not_taken_for_the_api(judged: Any) -> None:
    judgement, _ = judged(HERE, Response(200, (("Content-Type", "text/html"),)))
    assert isinstance(judgement, Inconclusive)


def test_where_the_address_is_not_known_the_target_file_must_say_it(bench: Any) -> None:
    made = bench("transport/plain", facts=STRICT)
    applies = made.check.applies(made.subject)
    assert isinstance(applies, NotTested)
    assert "plain_url" in applies.remedy


def test_an_effect_is_not_looked_for_where_no_credential_may_be_sent(bench: Any) -> None:
    made = bench("transport/plain-effect", facts=STRICT, endpoints={"plain_url": THERE})
    applies = made.check.applies(made.subject)
    assert isinstance(applies, NotTested)
    assert "plain_credentials" in applies.remedy
