"""The oauth checks against servers that are unusual without being wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from apicheck.model.exchange import Response
from apicheck.model.verdict import Failure, Inconclusive, NotApplicable, NotTested

ACTIVE = (
    "token-errors",
    "client-authentication",
    "client-place",
    "client-methods",
    "granted-scope",
    "revocation",
    "revocation-answer",
    "revocation-of-others",
    "refresh",
    "refresh-scope",
    "refresh-binding",
    "refresh-reuse",
)
REFRESHING = ("refresh", "refresh-scope", "refresh-binding", "refresh-reuse")
HOSTILE = (b"", b"<html>", b"[]", b'"text"', b"null", b'{"access_token": 7, "scope": [1]}',
           b'{"access_token": "$APICHECK_X", "refresh_token": {}, "error": []}',
           b"[" * 100_000)  # fmt: skip


@pytest.mark.parametrize("name", ACTIVE)
def test_an_honest_server_passes(oauth: Callable[..., dict[str, Any]], name: str) -> None:
    judged = oauth(name)
    assert set(judged.values()) == {None}


@pytest.mark.parametrize("name", [name for name in ACTIVE if name != "client-methods"])
def test_a_client_authenticates_in_the_body_where_the_server_refuses_basic(
    oauth: Callable[..., dict[str, Any]], tokens: Any, name: str
) -> None:
    tokens.by_basic = False
    assert set(oauth(name).values()) == {None}


def test_only_client_methods_fails_a_server_that_refuses_basic(
    oauth: Callable[..., dict[str, Any]], tokens: Any
) -> None:
    tokens.by_basic = False
    judged = oauth("client-methods")
    assert isinstance(judged["header"], Failure)
    assert judged["body"] is None


@pytest.mark.parametrize("name", REFRESHING)
def test_a_grant_without_a_refresh_token_is_not_tested(
    oauth: Callable[..., dict[str, Any]], tokens: Any, name: str
) -> None:
    tokens.refreshes = False
    assert all(isinstance(one, NotTested) for one in oauth(name).values())


@pytest.mark.parametrize("name", REFRESHING)
def test_refresh_checks_need_the_promise_of_refresh_tokens(
    bench: Callable[..., Any], name: str
) -> None:
    subject = bench(f"oauth/{name}", facts={"oauth": {"token": "token"}}, operation="token")
    assert isinstance(subject.check.applies(subject.subject), NotApplicable)


def test_the_unknown_scope_row_needs_a_promise(
    oauth: Callable[..., dict[str, Any]],
) -> None:
    assert "unknown scope" not in oauth("token-errors")
    assert oauth("token-errors", bad_scope=400)["unknown scope"] is None


@pytest.mark.parametrize("clients", [0, 1])
def test_the_remedy_names_the_missing_client(bench: Callable[..., Any], clients: int) -> None:
    made = bench("oauth/refresh-binding", facts={"oauth": {"token": "token", "refresh": "yes"}},
                 operation="token")  # fmt: skip
    context = replace(made.subject.context, clients=made.subject.context.clients[:clients])
    why = made.check.applies(replace(made.subject, context=context))
    assert isinstance(why, NotTested)
    assert why.remedy.startswith("[mint.b]" if clients else "[mint.a]")


@pytest.mark.parametrize("body", HOSTILE)
@pytest.mark.parametrize("status", [200, 204, 401, 500])
@pytest.mark.parametrize("name", ACTIVE)
def test_no_response_makes_a_check_raise(
    oauth: Callable[..., dict[str, Any]], server: Any, name: str, status: int, body: bytes
) -> None:
    def answer(request: Any) -> Response:
        server.requests.append(request)
        return Response(status, (("WWW-Authenticate", '"'),), body)

    server.answer = answer
    kinds = (Failure, Inconclusive, NotTested, type(None))
    assert all(isinstance(one, kinds) for one in oauth(name).values())
