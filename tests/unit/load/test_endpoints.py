"""Where an API is by TLS, by plain HTTP and for each region: said in the target file, or known."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.load import facts_from, load_policy, load_target, parse_spec
from apicheck.model.errors import PolicyError, TargetError
from apicheck.model.policy import Policy
from apicheck.model.target import Endpoints

SPEC = parse_spec(
    'openapi: "3.1.0"\ninfo: {title: t, version: "1"}\nservers: [{url: /v2}]\n'
    "paths: {/a: {get: {operationId: a, responses: {default: {description: d}}}}}\n",
    "openapi.yaml",
)
HOSTS = {"eu": "api.eu.example.com", "us": "api.us.example.com"}
SAID = """\
base_url = "http://127.0.0.1:8000"
[transport]
plain_credentials = true
https_url = "https://127.0.0.1:8443/v2/"
plain_url = "http://127.0.0.1:8080"
regions = {us = "https://us.test/v2"}
"""
POLICY = Policy("p", "1", "P", (), facts_from({"transport": {"hosts": HOSTS}}))


def load(tmp_path: Path, text: str) -> Endpoints:
    file = tmp_path / "apicheck.toml"
    file.write_text(text)
    return load_target(file, spec=SPEC, policy=POLICY, environ={}).endpoints


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('base_url = "http://127.0.0.1:8000"', Endpoints()),
        (
            'base_url = "https://api.example.com/v2"',
            Endpoints("https://api.example.com", "http://api.example.com"),
        ),
        (
            'base_url = "https://api.example.com:443/x"',
            Endpoints("https://api.example.com:443/x", "http://api.example.com/x"),
        ),
        ('base_url = "https://[::1]"', Endpoints("https://[::1]", "http://[::1]")),
        # What is at port 80 need not belong to what is at 8443.
        ('base_url = "https://api.example.com:8443"', Endpoints("https://api.example.com:8443")),
        (
            SAID,
            Endpoints(
                "https://127.0.0.1:8443",
                "http://127.0.0.1:8080",
                {"us": "https://us.test"},
                plain_credentials=True,
            ),
        ),
    ],
)
def test_endpoints_are_said_or_follow_from_the_base_url(
    tmp_path: Path, text: str, expected: Endpoints
) -> None:
    assert load(tmp_path, text) == expected


def test_the_host_of_a_region_is_known_where_apicheck_may_contact_it(tmp_path: Path) -> None:
    base = 'base_url = "https://api.us.example.com/v2"\n'
    assert load(tmp_path, base).regions == {"us": "https://api.us.example.com"}
    allowed = '[safety]\nhosts = ["api.us.example.com", "api.eu.example.com:443"]\n'
    assert load(tmp_path, base + allowed).regions == {
        "eu": "https://api.eu.example.com",
        "us": "https://api.us.example.com",
    }


def test_every_mistake_is_reported_with_its_line(tmp_path: Path) -> None:
    text = (
        'base_url = "https://api.example.com"\n[transport]\nhttps_url = "http://api.example.com"\n'
        'plain_url = "http://me:secret@api.example.com"\n'
        '[transport.regions]\nue = "https://api.eu.example.com"\nus = "https://[no"\n'
    )
    with pytest.raises(TargetError) as raised:
        load(tmp_path, text)
    found = {mistake.path: mistake for mistake in raised.value.mistakes}
    assert {path: mistake.line for path, mistake in found.items()} == {
        "transport.https_url": 3,
        "transport.plain_url": 4,
        "transport.regions.ue": 6,
        "transport.regions.us": 7,
    }
    assert "eu" in found["transport.regions.ue"].suggestion
    assert "credentials" in found["transport.plain_url"].message


@pytest.mark.parametrize(
    "text", ['tls: "1.4"', "tls: 1.2", "https: yes", 'hosts: {eu: "https://api.eu.example.com"}']
)
def test_a_fact_of_transport_that_nothing_can_keep_is_a_mistake(text: str, tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(f"policy: p\nfacts:\n  transport:\n    {text}\nclauses: {{}}\n")
    with pytest.raises(PolicyError) as raised:
        load_policy(file, SPEC)
    assert [mistake.line for mistake in raised.value.mistakes] == [4]
