"""Every type of security scheme that OpenAPI has, alone and together with another."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apicheck.model.verdict import Verdict
from apicheck.testing import Run, Server

SCHEMES: dict[str, dict[str, Any]] = {
    "oauth": {"type": "oauth2", "flows": {}},
    "login": {"type": "openIdConnect", "openIdConnectUrl": "https://login.example"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "mtls": {"type": "mutualTLS"},
}
SECURITY: dict[str, list[dict[str, list[str]]]] = {
    **{scheme: [{scheme: []}] for scheme in SCHEMES},
    "either": [{"header": []}, {"basic": []}],
    "both": [{"bearer": [], "header": []}],
}
ASKED = [name for name in SECURITY if name != "mtls"]
POLICY = """\
policy: schemes
version: "1"
title: Schemes
spec: openapi.yaml
sources: {page: {url: "https://schemes.example", grade: S}}
facts: {authentication: {refusal: 401}}
clauses:
  KEY-1: {section: "1", quote: Every request needs a credential, checks: auth/*}
"""


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One reading operation for each kind of security."""
    answers = {
        "200": {
            "description": ".",
            "content": {"application/json": {"example": {"of": "anybody"}}},
        },
        "401": {
            "description": ".",
            "content": {"application/json": {"example": {"message": "who?"}}},
        },
    }
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Schemes", "version": "1"},
        "components": {"securitySchemes": SCHEMES},
        "paths": {
            f"/{name}": {"get": {"operationId": name, "security": needed, "responses": answers}}
            for name, needed in SECURITY.items()
        },
    }
    folder = tmp_path_factory.mktemp("schemes")
    (folder / "openapi.yaml").write_text(json.dumps(document))
    (folder / "policy.yaml").write_text(POLICY)
    return folder


def test_each_type_of_scheme_is_asked_for_and_its_absence_refused(
    profile: Path, apicheck_server: Callable[..., Server], apicheck_run: Callable[..., Run]
) -> None:
    run = apicheck_run(apicheck_server(str(profile)).target_file, draws=5)
    run.assert_conformant()
    for check in ("auth/missing-credentials", "auth/bad-credentials"):
        verdicts = run.verdicts(check)
        assert {name: verdicts[name] for name in ASKED} == dict.fromkeys(ASKED, Verdict.PASS)
        assert verdicts["mtls"] is Verdict.NOT_TESTED
    assert run.verdicts("auth/alternatives")["either"] is Verdict.PASS
    assert run.verdicts("auth/combination")["both"] is Verdict.PASS


def test_a_client_certificate_is_not_tested_and_the_reason_says_what_to_do(
    profile: Path, apicheck_server: Callable[..., Server], apicheck_run: Callable[..., Run]
) -> None:
    run = apicheck_run(apicheck_server(str(profile)).target_file, operations=("mtls",), draws=1)
    results = [item for item in run.results.checks if item.subject == "mtls"]
    reasons = {item.reason for item in results if item.verdict is Verdict.NOT_TESTED}
    assert any("client certificate" in reason for reason in reasons), reasons


@pytest.mark.parametrize(
    ("fault", "check", "shown_by"),
    [
        ("auth/skips-authentication", "auth/missing-credentials", ASKED),
        ("auth/accepts-any-token", "auth/bad-credentials", ASKED),
        ("auth/part-of-a-combination-suffices", "auth/combination", ["both"]),
        ("auth/takes-first-alternative-alone", "auth/alternatives", ["either"]),
    ],
)
def test_what_is_accepted_wrongly_is_noticed_for_each_type_of_scheme(
    profile: Path,
    apicheck_server: Callable[..., Server],
    apicheck_run: Callable[..., Run],
    fault: str,
    check: str,
    shown_by: list[str],
) -> None:
    server = apicheck_server(str(profile), faults=(fault,))
    verdicts = apicheck_run(server.target_file, draws=2).verdicts(check)
    assert {name: verdicts[name] for name in shown_by} == dict.fromkeys(shown_by, Verdict.FAIL)
