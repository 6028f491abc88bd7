from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from apicheck.cli import main
from apicheck.model.errors import RecordingError, RunDirectoryError
from apicheck.model.results import Results
from apicheck.model.verdict import NotTestedKind, RunWord, Verdict
from apicheck.report import render
from apicheck.run import RunConfig, RunResult, audit, clean, judge_saved
from apicheck.run.progress import Silent

POLICY = """\
policy: orders
version: "1"
facts:
  responses:
    all:
      headers:
        X-Request-Id: {unique: true}
  authentication:
    refusal: 401
clauses:
  ID:
    quote: Every response has an id
    checks: [headers/request-id]
  AUTH:
    quote: A credential is due
    checks: [auth/missing-credentials]
  DOC:
    quote: Responses are as documented
    checks: [conformance/response]
"""
SECRET = "s3cr3t-of-ada-0123"
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Orders", "version": "1"},
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    "security": [{"token": []}],
    "paths": {
        "/orders": {
            "get": {
                "operationId": "listOrders",
                "responses": {
                    "200": {
                        "description": "a list",
                        "content": {"application/json": {"schema": {"type": "array"}}},
                    }
                },
            }
        },
        "/users": {
            "post": {"operationId": "createUser", "responses": {"201": {"description": "one"}}}
        },
    },
}


def entry(number: int, url: str, body: str = "[]", *, unique: bool = True) -> dict[str, Any]:
    headers = [{"name": "Content-Type", "value": "application/json"}]
    if unique:
        headers.append({"name": "X-Request-Id", "value": f"r-{number}"})
    return {
        "startedDateTime": f"2026-11-29T10:00:{number:02}Z",
        "time": 5,
        "request": {
            "method": "GET",
            "url": url,
            "headers": [{"name": "Authorization", "value": f"Bearer {SECRET}"}],
        },
        "response": {
            "status": 200,
            "statusText": "OK",
            "headers": headers,
            "content": {"size": len(body), "text": body},
        },
    }


@pytest.fixture
def config(tmp_path: Path) -> RunConfig:
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "openapi.yaml").write_text(json.dumps(DOCUMENT))
    return RunConfig(policy=tmp_path / "policy.yaml", out=tmp_path / "run")


def record(tmp_path: Path, *entries: Any) -> Path:
    path = tmp_path / "a.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": list(entries)}}))
    return path


def verdicts(results: Results) -> dict[str, Verdict]:
    return {item.clause.id: item.verdict for item in results.clauses}


ORDERS = "https://api.example.com/orders"


@pytest.fixture
def audited(tmp_path: Path, config: RunConfig) -> RunResult:
    file = record(
        tmp_path,
        entry(1, ORDERS),
        entry(2, ORDERS, '{"total": 1}', unique=False),
        entry(3, "https://cdn.example.net/app.js"),
    )
    return audit(config, file)


def test_passive_checks_judge_and_the_others_say_that_nothing_was_sent(audited: RunResult) -> None:
    assert verdicts(audited.results) == {
        "ID": Verdict.FAIL,
        "AUTH": Verdict.NOT_TESTED,
        "DOC": Verdict.FAIL,
    }
    asked = next(one for one in audited.results.checks if one.check == "auth/missing-credentials")
    assert asked.kind is NotTestedKind.READ_ONLY
    assert asked.reason == "recorded traffic is judged: what the check asks was not sent"
    assert audited.results.tasks == ()
    assert audited.results.word.word is RunWord.NOT_CONFORMANT
    assert audited.results.run.requests == 0


def test_an_operation_without_an_accepted_response_is_not_judged(audited: RunResult) -> None:
    found = {one.operation: one for one in audited.results.operations}
    assert found["listOrders"].standing.value == "accepted"
    assert found["createUser"].reason == ("the recording has no accepted response of the operation")


def test_the_page_gives_recorded_traffic_no_time_of_its_own(audited: RunResult) -> None:
    page = (audited.directory / "report.html").read_text()
    assert "UTC (+" not in page
    assert "· +1.000 s ·" in page
    assert "The run sent nothing; it judged 2 recorded exchanges" in page


def test_what_was_left_out_is_said(audited: RunResult) -> None:
    said = {item.id: item.message for item in audited.results.preflight}
    assert said == {
        "recording": "2 recorded requests to the API, 2 of them to its operations",
        "recording/left-out": "entries left out: 1 to other hosts",
    }


def test_an_audit_is_judged_again_with_the_same_bytes(audited: RunResult) -> None:
    again = render(judge_saved(audited.directory), (), "json")
    assert again == (audited.directory / "results.json").read_bytes()


def test_no_file_of_an_audit_has_a_credential(audited: RunResult) -> None:
    assert audited.leaks == ()
    written = [path for path in audited.directory.rglob("*") if path.is_file()]
    assert len(written) > 5
    assert [path for path in written if SECRET.encode() in path.read_bytes()] == []


def test_nothing_that_others_created_is_ever_deleted(audited: RunResult, config: RunConfig) -> None:
    with pytest.raises(RunDirectoryError, match="not ours to delete"):
        clean(audited.directory, config, Silent())


def test_a_recording_of_another_api_is_refused(tmp_path: Path, config: RunConfig) -> None:
    file = record(tmp_path, entry(1, "https://cdn.example.net/app.js"))
    with pytest.raises(RecordingError, match="no request to an operation of the document"):
        audit(config, file)
    with pytest.raises(RecordingError, match=r"no request to https://api.example.com"):
        audit(config, file, "https://api.example.com/")


def test_a_good_recording_is_excused_for_what_it_cannot_show(
    tmp_path: Path, config: RunConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    file = record(tmp_path, *(entry(number, ORDERS) for number in range(1, 4)))
    common = ["audit", str(file), "--policy", str(config.policy)]
    assert main([*common, "--out", str(tmp_path / "a")]) == 3
    excused = [*common, "--allow-incomplete", "read-only", "--out", str(tmp_path / "b")]
    assert main([*excused, "--format", "markdown"]) == 0
    assert "conformant" in (tmp_path / "b" / "summary.md").read_text()
    assert "not-tested" in capsys.readouterr().out
