"""What the checks of the document take for kept, and what they do not judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from apicheck.model.verdict import Failure
from apicheck.pages.setting import subject_of
from apicheck.registry import collect

CHECKS = collect(entry_points=False)


def read(check: str, facts: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    """What a check says of a document: "pass", or the outcome, for each of its results."""
    setting = {"facts": facts, "spec": document}
    fold = CHECKS[check].fold
    assert fold is not None
    found = fold.finish(subject_of(CHECKS[check], setting).context, None)
    return [
        one.judgement.outcome if isinstance(one.judgement, Failure) else "pass" for one in found
    ]


def servers(*urls: str) -> Mapping[str, Any]:
    return {"servers": [{"url": url} for url in urls]}


@pytest.mark.parametrize(
    "urls",
    [
        (),
        ("/v1",),
        ("http://localhost:8000",),
        ("https://127.0.0.1:8443/v1",),
        ("http://[::1]:8000",),
        ("https://[broken",),
    ],
)
def test_a_document_that_does_not_say_where_the_api_is_is_not_judged(urls: tuple[str, ...]) -> None:
    facts = {"document": {"servers": "https://api.example.com"}}
    assert read("document/servers", facts, servers(*urls)) == []


@pytest.mark.parametrize(
    ("promised", "url", "says"),
    [
        ("https://api.example.com", "https://API.example.com/v1", "pass"),
        ("https://api.example.com/v1/", "https://api.example.com/v1", "pass"),
        ("https://api.example.com/v1", "https://api.example.com/v10", "missing"),
        ("https://api.example.com/contacts", "https://api.example.com", "pass"),
        ("https://api.example.com", "http://api.example.com", "missing"),
        ("https://api.example.com", "https://api.example.com.evil.example", "missing"),
        ("https://api.example.com:8443", "https://api.example.com", "missing"),
    ],
)
def test_scheme_host_and_path_are_compared(promised: str, url: str, says: str) -> None:
    assert read("document/servers", {"document": {"servers": promised}}, servers(url)) == [says]


@pytest.mark.parametrize("url", ["https://{tenant}.example.com", "https://api.example.com/{v}"])
def test_a_server_with_variables_may_be_any(url: str) -> None:
    facts = {"document": {"servers": "https://api.example.com/v1"}}
    variables = {"tenant": {"default": "acme"}, "v": {"default": "v2"}}
    document = {"servers": [{"url": url, "variables": variables}]}
    assert read("document/servers", facts, document) == []
    variables |= {"tenant": {"default": "api"}, "v": {"default": "v1"}}
    says = read(
        "document/servers", facts | {"document": {"servers": "https://api.example.com"}}, document
    )
    assert says == ["pass"]


def test_a_document_with_one_host_may_be_that_of_one_region() -> None:
    facts = {"transport": {"hosts": {"eu": "api.eu.example.com", "us": "api.us.example.com"}}}
    assert read("document/servers", facts, servers("https://api.eu.example.com")) == []
    both = servers("https://api.us.example.com", "https://api.eu.example.com")
    assert read("document/servers", facts, both) == ["pass", "pass"]


@pytest.mark.parametrize(
    ("contact", "says"),
    [
        ({"email": " Api@Example.com "}, "pass"),
        ({"email": ""}, "missing"),
        ({"email": ["api@example.com"]}, "missing"),
        ({"name": "Ada"}, "missing"),
        ("api@example.com", "missing"),
        (None, "missing"),
    ],
)
def test_a_contact_of_another_kind_is_none(contact: Any, says: str) -> None:
    facts = {"document": {"contact": {"email": "api@example.com"}}}
    assert read("document/contact", facts, {"info": {"contact": contact}}) == [says]


def test_no_contact_is_promised_by_false() -> None:
    subject = subject_of(CHECKS["document/contact"], {"facts": {"document": {"contact": False}}})
    assert subject.facts.document.contact is None


@pytest.mark.parametrize(
    ("promised", "url", "says"),
    [
        ("docs.example.com", "https://docs.example.com:443/a?b#c", "pass"),
        ("docs.example.com", "https://docs.example.com.evil.example/", "differs"),
        ("docs.example.com", "https://[broken", "differs"),
        ("https://docs.example.com/a", "https://docs.example.com/a/", "pass"),
        ("https://docs.example.com/a", "https://docs.example.com/b", "differs"),
        ("https://docs.example.com/a", 7, "missing"),
    ],
)
def test_of_a_url_the_policy_may_name_the_host_alone(promised: str, url: Any, says: str) -> None:
    facts = {"document": {"documentation": promised}}
    assert read("document/documentation", facts, {"externalDocs": {"url": url}}) == [says]


def test_a_resource_is_found_by_whole_segments() -> None:
    facts = {"document": {"resources": ["contacts", "/oauth/token/", "/oauth", "/tok", "/x/y"]}}
    assert read("document/resources", facts, {}) == ["pass", "pass", "pass", "missing", "missing"]


def create(example: Any) -> Mapping[str, Any]:
    """The operation that creates a contact, with this example, and no other JSON body."""
    body = {"content": {"application/json": {"example": example}}}
    post = {"requestBody": body, "responses": {"201": {"content": None}}}
    others = dict.fromkeys(("/contacts/{contactId}", "/status", "/oauth/token", "/oauth/revoke"))
    schema = {"required": ["id", "name"], "properties": {"name": {"maxLength": 5}}}
    return {
        "paths": {**others, "/contacts": {"get": None, "post": post}},
        "components": {"schemas": {"Contact": schema}},
    }


@pytest.mark.parametrize(
    ("example", "says"),
    [
        ({"name": "Ada"}, ["pass"]),
        ({"id": "1", "name": None}, ["invalid"]),
        ({"name": "Augusta", "email": 7}, ["invalid", "invalid"]),
        ("Ada", ["invalid"]),
        (None, ["missing"]),
    ],
)
def test_an_example_of_a_request_lacks_what_only_responses_have(
    example: Any, says: list[str]
) -> None:
    facts = {"document": {"examples": True}}
    assert read("document/examples", facts, create(example)) == says


def test_a_body_whose_schema_has_an_example_needs_no_other() -> None:
    document = create(None)
    document["components"]["schemas"]["Contact"]["example"] = {"name": "Ada"}
    assert read("document/examples", {"document": {"examples": True}}, document) == ["pass"]


def test_a_schema_that_cannot_be_compiled_says_nothing_of_an_example() -> None:
    document = create({"name": "Ada"})
    document["components"]["schemas"]["Contact"]["properties"]["name"] = {"pattern": "("}
    assert read("document/examples", {"document": {"examples": True}}, document) == ["pass"]
