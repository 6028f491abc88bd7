"""The oauth checks against servers that are unusual without being wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from apicheck.model.check import Applies
from apicheck.model.exchange import Response
from apicheck.model.target import Consent
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
    "revocation-client",
    "refresh",
    "refresh-scope",
    "refresh-binding",
    "refresh-reuse",
    "refresh-family",
    "token-method",
    "code",
    "code-reuse",
    "code-family",
    "code-binding",
    "code-redirect",
    "pkce-verifier",
    "pkce-method",
    "redirect-uri",
    "response-type",
    "authorization-state",
    "authorization-issuer",
    "metadata",
    "metadata-issuer",
    "metadata-endpoints",
    "metadata-offers",
)
CODES = tuple(n for n in ACTIVE if n.startswith(("code", "pkce", "redirect", "resp", "authori")))
REFRESHING = ("refresh", "refresh-scope", "refresh-binding", "refresh-reuse", "refresh-family")
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
@pytest.mark.parametrize("name", [name for name in ACTIVE if name not in CODES])
def test_no_response_makes_a_check_raise(
    oauth: Callable[..., dict[str, Any]], server: Any, name: str, status: int, body: bytes
) -> None:
    def answer(request: Any) -> Response:
        server.requests.append(request)
        return Response(status, (("WWW-Authenticate", '"'),), body)

    server.answer = answer
    kinds = (Failure, Inconclusive, NotTested, type(None))
    assert all(isinstance(one, kinds) for one in oauth(name).values())


@pytest.mark.parametrize("name", CODES)
def test_codes_need_a_way_to_approve_and_a_registered_redirect_uri(
    bench: Callable[..., Any], setting: dict[str, Any], name: str
) -> None:
    made = bench(f"oauth/{name}", **setting, operation="token")
    context = made.subject.context
    bare = tuple(replace(client, redirect_uri="") for client in context.clients)
    for without in (replace(context, consent=None), replace(context, clients=bare)):
        why = made.check.applies(replace(made.subject, context=without))
        assert isinstance(why, NotTested)
        assert "[consent]" in why.remedy


@pytest.mark.parametrize("name", CODES)
def test_codes_need_an_authorization_endpoint(
    bench: Callable[..., Any], setting: dict[str, Any], name: str
) -> None:
    setting["facts"] = _without_authorize(setting)
    made = bench(f"oauth/{name}", **setting, operation="token")
    assert isinstance(made.check.applies(made.subject), NotApplicable)


def _without_authorize(setting: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in setting["facts"]["oauth"].items() if key != "authorize"}
    return {"oauth": kept}


def test_an_endpoint_at_another_host_needs_a_command(
    bench: Callable[..., Any], setting: dict[str, Any]
) -> None:
    flows = {"authorizationCode": {"authorizationUrl": "https://login.example.com/authorize"}}
    setting["facts"] = _without_authorize(setting)
    setting["spec"] |= {"components": {"securitySchemes": {"bearer": {"flows": flows}}}}
    made = bench("oauth/code", **setting, operation="token")
    why = made.check.applies(made.subject)
    assert isinstance(why, NotTested)
    assert why.remedy.startswith("[consent]\ncommand")
    by_command = replace(made.subject.context, consent=Consent(command=("approve",)))
    applies = made.check.applies(replace(made.subject, context=by_command))
    assert isinstance(applies, Applies)


def test_a_server_that_issues_no_code_is_not_judged(
    oauth: Callable[..., dict[str, Any]], tokens: Any
) -> None:
    tokens._authorized = lambda _: Response(302, (("Location", "/login"),))
    for name in CODES:
        assert {type(one) for one in oauth(name).values()} == {Inconclusive}, name


@pytest.mark.parametrize(
    "location", ["", "/login", "https://[", "?code=%00", "x:?code&error=&state"]
)
@pytest.mark.parametrize("name", CODES)
def test_no_redirect_makes_a_check_raise(
    oauth: Callable[..., dict[str, Any]], tokens: Any, name: str, location: str
) -> None:
    tokens._authorized = lambda _: Response(302, (("Location", location),))
    kinds = (Failure, Inconclusive, NotTested, type(None))
    assert all(isinstance(one, kinds) for one in oauth(name).values())


@pytest.mark.parametrize(("scopes", "kind"), [(None, NotTested), (("contacts:read",), Applies)])
def test_a_scope_that_a_client_lacks_needs_a_client_that_lacks_one(
    bench: Callable[..., Any], scopes: tuple[str, ...] | None, kind: type
) -> None:
    made = bench("oauth/held-scope", facts={"oauth": {"token": "token"}}, operation="token")
    clients = tuple(replace(one, scopes=scopes) for one in made.subject.context.clients)
    context = replace(made.subject.context, clients=clients)
    assert isinstance(made.check.applies(replace(made.subject, context=context)), kind)


def test_a_command_approves_in_the_place_of_a_credential(
    bench: Callable[..., Any], setting: dict[str, Any], tokens: Any
) -> None:
    del tokens
    made = bench("oauth/code", **setting, operation="token")
    context = replace(made.subject.context, consent=Consent(command=("approve",)))
    judgement, transcript = made.judged(replace(made.subject, context=context))
    assert judgement is None
    (asked,) = (one for one in transcript.exchanges if one.request.path == "/oauth/authorize")
    assert asked.request.credentials == ()


def test_a_form_is_posted_with_the_credential_of_the_person(
    bench: Callable[..., Any], setting: dict[str, Any], tokens: Any
) -> None:
    del tokens
    made = bench("oauth/code", **setting, operation="token")
    consent = Consent("admin", form={"confirm": "yes"})
    context = replace(made.subject.context, consent=consent)
    judgement, transcript = made.judged(replace(made.subject, context=context))
    assert judgement is None
    (asked,) = (one for one in transcript.exchanges if one.request.path == "/oauth/authorize")
    assert (asked.request.method, asked.request.body) == ("POST", b"confirm=yes")
    assert asked.request.identity == "admin"


@pytest.mark.parametrize(
    ("per", "counted"), [("user", True), ("account", True), ("token", False), ("app", False)]
)
def test_the_token_of_a_code_counts_with_its_person_where_people_are_counted(
    bench: Callable[..., Any], setting: dict[str, Any], tokens: Any, per: str, counted: bool
) -> None:
    del tokens
    limits = {"rate_limits": {"per": per, "buckets": {"all": {"limit": 60}}}}
    made = bench("oauth/code", **setting | {"facts": setting["facts"] | limits}, operation="token")
    judgement, transcript = made.judged()
    assert judgement is None
    sent = [one.request for one in transcript.exchanges]
    (used,) = (one for one in sent if one.operation == "listContacts")
    assert (used.identity == "admin") is counted
