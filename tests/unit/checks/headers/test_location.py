"""The URL in Location is requested as the object's creator, and never from another host."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from apicheck.authoring import Failure, Inconclusive, NotApplicable, Request, Response

FACTS = {
    "responses": {
        "created": {"when": {"status": 201}, "headers": {"Location": {"format": "resolves"}}}
    }
}


@pytest.fixture
def created(bench: Callable[..., Any], server: Any) -> Callable[[str], Any]:
    """Judge a Location; {id} stands for the id of the new object."""
    honest = server.answer

    def judged(location: str) -> Any:
        def answer(request: Request) -> Response:
            response = honest(request)
            if response.status != 201:
                return response
            place = location.replace("{id}", f"c{server.made}")
            fields = (("Location", place), ("Content-Type", "application/json"))
            return replace(response, headers=fields)

        server.answer = answer
        return bench("headers/location", facts=FACTS, operation="createContact").judged()

    return judged


@pytest.mark.parametrize(
    "location", ["/contacts/{id}", "contacts/{id}", "http://127.0.0.1/contacts/{id}"]
)
def test_a_reference_is_followed_however_it_is_written(
    created: Callable[[str], Any], location: str
) -> None:
    judgement, transcript = created(location)
    assert judgement is None
    assert transcript.exchanges[-1].request.identity == "admin"


def test_a_url_of_another_object_of_the_caller_fails(
    created: Callable[[str], Any], server: Any
) -> None:
    server.objects["c0"] = {"id": "c0", "tenant": "a"}
    judgement, _ = created("/contacts/c0")
    assert isinstance(judgement, Failure)
    assert judgement.outcome == "other-object"


def test_an_undefined_path_fails_when_the_server_has_nothing_there(
    created: Callable[[str], Any],
) -> None:
    judgement, transcript = created("/elsewhere/none?view=full")
    assert isinstance(judgement, Failure)
    assert transcript.exchanges[-1].request.query == (("view", "full"),)


@pytest.mark.parametrize("location", ["https://other.example/contacts/{id}", "http://[nowhere/"])
def test_another_host_is_not_contacted(created: Callable[[str], Any], location: str) -> None:
    judgement, transcript = created(location)
    assert isinstance(judgement, Inconclusive)
    assert len(transcript.exchanges) == 1


def test_a_response_without_the_field_is_left_to_another_check(bench: Callable[..., Any]) -> None:
    judgement, _ = bench("headers/location", facts=FACTS, operation="createContact").judged()
    assert isinstance(judgement, NotApplicable)
