"""Variations of a request line without a credential."""

from collections.abc import Callable
from typing import Any

from apicheck.authoring import Failure, Response

FACTS = {"authentication": {"refusal": 401}}


def test_every_row_changes_the_request_and_carries_no_credential(bench: Callable[..., Any]) -> None:
    made = bench("auth/bypass", facts=FACTS, operation="listContacts")
    sent = [made.judged(row)[1].exercised[0].request for row in made.cases().values()]
    lines = [(one.method, one.path, one.headers) for one in sent]
    assert len(set(lines)) == len(lines)
    assert ("GET", "/contacts", ()) not in lines
    assert {one.operation for one in sent} == {""}
    assert not any(one.credentials for one in sent)


def test_the_method_override_row_sends_the_real_method_in_a_header(
    bench: Callable[..., Any],
) -> None:
    made = bench("auth/bypass", facts=FACTS, operation="deleteContact")
    _, transcript = made.judged(made.cases()["method override"])
    request = transcript.exercised[0].request
    assert (request.method, dict(request.headers)["X-HTTP-Method-Override"]) == ("GET", "DELETE")


def test_a_page_for_all_unknown_paths_passes(bench: Callable[..., Any], server: Any) -> None:
    honest = server.answer

    def answer(request: Any) -> Response:
        page = Response(200, (("Content-Type", "text/html"),), b"<p>Hello</p>")
        return page if request.path == "/contacts/" else honest(request)

    server.answer = answer
    made = bench("auth/bypass", facts=FACTS, operation="listContacts")
    assert made.judged(made.cases()["trailing slash"])[0] is None


def test_the_response_of_the_operation_itself_fails(bench: Callable[..., Any], server: Any) -> None:
    honest = server.answer
    server.answer = lambda r: Response(200, body=b"[]") if r.path == "/contacts/" else honest(r)
    made = bench("auth/bypass", facts=FACTS, operation="listContacts")
    judgement, _ = made.judged(made.cases()["trailing slash"])
    assert isinstance(judgement, Failure)
    assert (judgement.outcome, judgement.detail) == ("accepted", "trailing slash")
