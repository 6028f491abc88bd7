"""Which origins are tried, and what a page of a promised origin needs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from apicheck.authoring import Applies, Failure, NotApplicable, Request, Response
from apicheck.pages.setting import subject_of

APP = "https://app.example.com"


def facts(**cors: Any) -> dict[str, Any]:
    return {"transport": {"cors": cors}}


def test_origins_that_look_like_a_promised_one_are_tried(bench: Callable[..., Any]) -> None:
    one = bench("headers/cors-foreign", facts=facts(origins=APP), operation="listContacts")
    tried = {name: subject.case.value for name, subject in one.cases().items()}
    assert tried == {
        "a stranger": "https://apicheck.invalid",
        "null": "null",
        "its name before another": "https://app.example.com.apicheck.invalid",
        "another before its name": "https://apicheck-app.example.com",
        "over plain HTTP": "http://app.example.com",
    }
    both = facts(origins=[APP, "http://app.example.com"])
    more = bench("headers/cors-foreign", facts=both, operation="listContacts")
    assert "over plain HTTP" not in more.cases()


@pytest.mark.parametrize(
    ("cors", "allowed", "outcome"),
    [
        ({"origins": APP}, {}, ""),
        ({"origins": APP}, {"Access-Control-Allow-Origin": APP}, ""),
        ({"origins": APP}, {"Access-Control-Allow-Origin": "*"}, "let-in"),
        ({"origins": "*"}, {"Access-Control-Allow-Origin": "*"}, ""),
        (
            {"origins": "*"},
            {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true"},
            "star-with-credentials",
        ),
    ],
)
def test_an_unknown_origin_is_admitted_only_where_every_origin_is_promised(
    bench: Callable[..., Any], server: Any, cors: Any, allowed: dict[str, str], outcome: str
) -> None:
    honest = server.answer

    def answer(request: Request) -> Response:
        return replace(honest(request), headers=tuple(allowed.items()))

    server.answer = answer
    one = bench("headers/cors-foreign", facts=facts(**cors), operation="listContacts")
    judgement, _ = one.judged(one.cases()["a stranger"])
    assert (judgement.outcome if isinstance(judgement, Failure) else "") == outcome


def test_only_one_operation_of_each_kind_is_asked(bench: Callable[..., Any]) -> None:
    def applies(check: str, operation: str, **setting: Any) -> object:
        one = bench(check, facts=facts(origins=APP), operation=operation, **setting)
        return one.check.applies(one.subject)

    assert isinstance(applies("headers/cors-foreign", "listContacts"), Applies)
    assert isinstance(applies("headers/cors-foreign", "getStatus"), Applies)
    assert isinstance(applies("headers/cors-foreign", "getContact"), NotApplicable)
    assert isinstance(applies("headers/cors-foreign", "getContact", thorough=True), Applies)
    assert isinstance(applies("headers/cors-promised", "deleteContact"), Applies)
    assert isinstance(applies("headers/cors-promised", "getContact"), NotApplicable)


def test_without_a_promise_no_check_of_cors_applies(bench: Callable[..., Any]) -> None:
    for check in ("headers/cors-foreign", "headers/cors-promised"):
        one = bench(check, operation="listContacts")
        assert isinstance(one.check.applies(one.subject), NotApplicable)
        assert subject_of(one.check, {"operation": "listContacts"}).facts.transport.cors is None


def _cors(request: Request, **changed: str | None) -> tuple[tuple[str, str], ...]:
    said: dict[str, str | None] = {
        "Access-Control-Allow-Origin": APP,
        "Access-Control-Allow-Methods": "PATCH, delete",
        "Access-Control-Allow-Headers": "Authorization,Content-Type",
        **{name.replace("_", "-"): value for name, value in changed.items()},
    }
    del request
    return tuple((name, value) for name, value in said.items() if value is not None)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({}, ""),
        ({"Access_Control_Allow_Origin": None}, "Access-Control-Allow-Origin: https"),
        ({"Access_Control_Allow_Origin": f"{APP}, {APP}"}, "Access-Control-Allow-Origin: https"),
        ({"Access_Control_Allow_Methods": "GET"}, "PATCH in Access-Control-Allow-Methods"),
        ({"Access_Control_Allow_Headers": "*"}, "authorization in Access-Control-Allow-Headers"),
        ({"Access_Control_Allow_Headers": "authorization"}, "content-type in"),
    ],
)
def test_a_preflight_lets_the_request_through_or_not(
    bench: Callable[..., Any], server: Any, changed: dict[str, str | None], complaint: str
) -> None:
    honest = server.answer

    def answer(request: Request) -> Response:
        if request.method != "OPTIONS":
            return Response(**{f: getattr(honest(request), f) for f in ("status", "body")})
        assert request.credentials == ()
        return Response(204, _cors(request, **changed))

    server.answer = answer
    one = bench("headers/cors-promised", facts=facts(origins=APP), operation="updateContact")
    judgement, _ = one.judged()
    assert (judgement is None) is (complaint == "")
    if complaint:
        assert isinstance(judgement, Failure)
        assert complaint in str(judgement.expected)
