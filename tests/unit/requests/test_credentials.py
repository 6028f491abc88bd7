"""Which credentials a request carries, for every kind of security."""

from typing import Any

import pytest

from apicheck.authoring import Identity, credentials
from apicheck.load import facts_from, read_spec
from apicheck.model.policy import Policy
from apicheck.model.subject import RunContext
from apicheck.model.target import Mode, Target, Tls
from apicheck.plan.context import build_context

SCHEMES = {
    "oauth": {"type": "oauth2", "flows": {}},
    "login": {"type": "openIdConnect", "openIdConnectUrl": "https://login.example"},
    "basic": {"type": "http", "scheme": "basic"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "mtls": {"type": "mutualTLS"},
}


def context(
    security: list[dict[str, list[str]]], *identities: Identity, **target: Any
) -> RunContext:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Keys", "version": "1"},
        "components": {"securitySchemes": SCHEMES},
        "paths": {"/me": {"get": {"operationId": "me", "security": security}}},
    }
    return build_context(
        read_spec(document),
        Policy("keys", "", "", clauses=(), facts=facts_from({})),
        Target("t", "http://127.0.0.1", {one.name: one for one in identities}, **target),
        capabilities=frozenset(),
        mode=Mode.FULL,
        thorough=False,
    )


def sent(made: RunContext, identity: Identity) -> list[tuple[str, str, str]]:
    found = credentials.credentials_of(made, "me", identity)
    return [(one.place, one.name, one.value) for one in found]


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("oauth", ("header", "Authorization", "Bearer $T")),
        ("login", ("header", "Authorization", "Bearer $T")),
        ("basic", ("header", "Authorization", "Basic $T")),
        ("header", ("header", "X-Key", "$T")),
        ("query", ("query", "key", "$T")),
        ("cookie", ("cookie", "sid", "$T")),
    ],
)
def test_a_credential_stands_where_its_scheme_has_it(
    scheme: str, expected: tuple[str, str, str]
) -> None:
    made = context([{scheme: []}], Identity("admin", "$T"))
    assert sent(made, made.identities["admin"]) == [expected]
    assert made.actors == {"me": "admin"}


def test_the_alternative_is_chosen_that_the_identity_can_fill_in() -> None:
    made = context([{"oauth": []}, {"header": []}], Identity("admin", "$K", scheme="header"))
    assert sent(made, made.identities["admin"]) == [("header", "X-Key", "$K")]


def test_credentials_that_are_needed_together_are_sent_together() -> None:
    whole = Identity("admin", "$T", scheme="oauth", credentials={"header": "$K"})
    made = context([{"oauth": [], "header": []}], whole)
    assert sent(made, whole) == [
        ("header", "Authorization", "Bearer $T"),
        ("header", "X-Key", "$K"),
    ]


def test_one_secret_is_not_taken_for_two_that_are_needed_together() -> None:
    made = context([{"oauth": [], "header": []}], Identity("admin", "$T"))
    assert made.actors == {}


def test_a_value_takes_the_place_of_the_first_secret_alone() -> None:
    whole = Identity("admin", "$T", scheme="oauth", credentials={"header": "$K"})
    made = context([{"oauth": [], "header": []}], whole)
    found = credentials.credentials_of(made, "me", whole, "garbage")
    assert [one.value for one in found] == ["Bearer garbage", "$K"]


def test_a_bearer_token_fits_another_bearer_scheme_that_nobody_has_a_token_of() -> None:
    admin = Identity("admin", "$T", scheme="oauth")
    assert context([{"login": []}], admin).actors == {"me": "admin"}
    person = Identity("person", "$P", scheme="login")
    assert context([{"login": []}], admin, person).actors == {"me": "person"}


def test_a_client_certificate_is_the_connection_s() -> None:
    admin = Identity("admin", "$T", scheme="oauth")
    without = context([{"mtls": [], "oauth": []}], admin)
    assert without.actors == {}
    made = context([{"mtls": [], "oauth": []}], admin, tls=Tls(client_cert="client.pem"))
    assert credentials.satisfies(made, admin, ("mtls", "oauth"))
    assert sent(made, admin) == [("header", "Authorization", "Bearer $T")]


def test_the_policy_s_scheme_goes_over_the_document_s() -> None:
    made = context([{"oauth": []}, {"header": []}], Identity("admin", "$T"))
    assert made.alternatives["me"] == (("oauth",), ("header",))
