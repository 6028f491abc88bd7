"""What lint says of the document, as a run would: by the checks that read it alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.load import load_policy, load_spec, parse_spec, profile_dir, profile_names
from apicheck.plan.lint import lint
from apicheck.registry import collect

CHECKS = collect(entry_points=False)
DOCUMENT = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: "https://api.example.com/v1"}, {url: "https://api.asia.example.com/v1"}]
paths: {/orders: {get: {operationId: listOrders, responses: {"200": {description: Orders}}}}}
"""


def remarks(tmp_path: Path, facts: str) -> dict[str, str]:
    spec = parse_spec(DOCUMENT, "openapi.yaml")
    path = tmp_path / "policy.yaml"
    path.write_text(f"policy: p\nfacts: {facts}")
    found = lint(spec, load_policy(path, spec), CHECKS).contradictions
    return {one.about: one.message for one in found}


def test_a_host_that_no_server_has_is_remarked(tmp_path: Path) -> None:
    facts = "{transport: {hosts: {eu: api.example.com, us: api.us.example.com}}}"
    found = remarks(tmp_path, facts)
    assert list(found) == ["transport.hosts.us"]
    assert found["transport.hosts.us"].startswith("expected a server api.us.example.com, came")
    assert found["transport.hosts.us"].endswith("(document/servers)")


@pytest.mark.parametrize(
    ("facts", "about"),
    [
        ("{document: {servers: https://other.example.com}}", "document.servers"),
        ("{document: {contact: true}}", "document.contact"),
        ("{document: {documentation: docs.example.com}}", "document.documentation"),
        ("{document: {resources: [/orders, /carts]}}", "document.resources"),
    ],
)
def test_what_the_document_lacks_of_the_policy_is_remarked(
    tmp_path: Path, facts: str, about: str
) -> None:
    assert list(remarks(tmp_path, facts)) == [about]


def test_of_a_document_of_which_the_policy_says_nothing_nothing_is_remarked(tmp_path: Path) -> None:
    assert remarks(tmp_path, "{}") == {}


@pytest.mark.parametrize("name", profile_names())
def test_the_documents_of_the_profiles_say_what_their_policies_promise(name: str) -> None:
    folder = profile_dir(name)
    spec = load_spec(folder / "openapi.yaml")
    policy = load_policy(folder / "policy.yaml", spec)
    said = [one.message for one in lint(spec, policy, CHECKS).contradictions]
    assert [message for message in said if "(document/" in message] == []
