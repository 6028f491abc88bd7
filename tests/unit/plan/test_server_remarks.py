"""What lint says of hosts, HTTPS and places of credentials that differ from the document's."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.load import load_policy, load_spec, parse_spec, profile_dir, profile_names
from apicheck.plan.servers import find_server_remarks

DOCUMENT = """\
openapi: 3.1.0
info: {{title: Shop, version: "1"}}
servers: [{{url: "{url}"}}, {{url: "{second}"}}]
paths: {{}}
components: {{securitySchemes: {{key: {{type: apiKey, in: query, name: k}}}}}}
"""


def remarks(
    tmp_path: Path, facts: str, url: str = "https://api.example.com/v1", second: str = ""
) -> dict[str, str]:
    spec = parse_spec(DOCUMENT.format(url=url, second=second or url), "openapi.yaml")
    path = tmp_path / "policy.yaml"
    path.write_text(f"policy: p\nfacts: {facts}")
    return dict(find_server_remarks(spec, load_policy(path, spec)))


@pytest.mark.parametrize(
    ("url", "remarked"),
    [
        ("https://api.example.com", False),
        ("http://api.example.com", True),
        ("http://localhost:8000", False),
        ("http://[::1]:8000", False),
        ("/v1", False),
    ],
)
def test_a_server_by_plain_http_contradicts_required_https(
    tmp_path: Path, url: str, remarked: bool
) -> None:
    found = remarks(tmp_path, "{transport: {https: required}}", url)
    assert ("transport.https" in found) is remarked


def test_a_host_that_clients_must_call_is_compared_too(tmp_path: Path) -> None:
    assert remarks(tmp_path, "{client: {hosts: api.example.com}}") == {}
    found = remarks(tmp_path, "{client: {hosts: other.example.com}}")
    assert "api.example.com" in found["client.hosts"]


def test_a_key_in_the_query_contradicts_a_policy_that_takes_none_there(tmp_path: Path) -> None:
    found = remarks(tmp_path, "{authentication: {credential_in: [header]}}")
    assert "the scheme key" in found["authentication.credential_in"]
    assert remarks(tmp_path, "{authentication: {credential_in: [header, query]}}") == {}


@pytest.mark.parametrize("name", profile_names())
def test_the_packaged_documents_fit_their_policies(name: str) -> None:
    folder = profile_dir(name)
    spec = load_spec(folder / "openapi.yaml")
    assert list(find_server_remarks(spec, load_policy(folder / "policy.yaml", spec))) == []
