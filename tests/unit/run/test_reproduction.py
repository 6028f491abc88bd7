from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from apicheck.model.exchange import (
    TRAVELLED,
    Credential,
    Exchange,
    Observation,
    Request,
    Response,
    Role,
    Transcript,
)
from apicheck.model.results import Results
from apicheck.report.wire import describe_context
from apicheck.run.reproduction import add_reproductions

BASE = "http://127.0.0.1:8080"
START = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
CREATED = Exchange(
    "c",
    Request("POST", "/contacts"),
    Response(201, (("Location", "/contacts/con_1"),)),
    None,
    0.1,
    0.2,
    Role.SETUP,
)
NOTE = "# con_1: this run created it and may have deleted it\n"


def _curl(results: Results, witness: Exchange, *others: Transcript) -> str:
    finding = replace(results.findings[0], evidence=(witness.id,), curl="")
    played = (Transcript("auth/challenge/x", (witness,)), *others)
    (found,) = add_reproductions(replace(results, findings=(finding,)), played, BASE).findings
    return found.curl


def _witness(request: Request) -> Exchange:
    return Exchange("w", request, Response(200), None, 1.0, 1.1, Role.TABLE)


@pytest.mark.parametrize(
    "response",
    [CREATED.response, Response(201, body=b'{"id":"con_1"}')],
    ids=["by Location", "by its id"],
)
def test_what_the_run_created_is_named_above_the_command(
    results: Results, response: Response
) -> None:
    made = Transcript("x", (replace(CREATED, response=response),))
    inside = _witness(Request("GET", "/contacts/con_1/notes"))
    assert _curl(results, inside, made).startswith(NOTE)
    body = Request("POST", "/messages", body=b'{"contact_id":"con_1"}')
    assert _curl(results, _witness(body), made).startswith(NOTE)


@pytest.mark.parametrize("path", ["/contacts/con_12", "/contacts"])
def test_an_object_that_existed_before_has_no_note(results: Results, path: str) -> None:
    command = _curl(results, _witness(Request("GET", path)), Transcript("x", (CREATED,)))
    assert command == f"curl -i {BASE}{path}"


@pytest.mark.parametrize("body", [b"", b"[1]", b'{"id":null}', b"{"])
def test_an_odd_response_to_a_creation_names_nothing(results: Results, body: bytes) -> None:
    made = Transcript("x", (replace(CREATED, response=Response(201, body=body)),))
    command = _curl(results, _witness(Request("GET", "/contacts/con_1")), made)
    assert command == f"curl -i {BASE}/contacts/con_1"


def test_a_token_that_the_run_obtained_is_described(results: Results) -> None:
    credential = Credential("b", "header", "Authorization", "Bearer $APICHECK_MINTED_3")
    minted = {
        "placeholder": "$APICHECK_MINTED_3",
        "rights": {"scopes": ["contacts:read"]},
        "tenant": "a",
        "state": "active",
    }
    request = Request("GET", "/contacts").with_bad_credentials(credential)
    command = _curl(results, _witness(request), Transcript("x", (), answers=(minted,)))
    note = "# APICHECK_MINTED_3: a token of tenant a with scopes contacts:read\n"
    assert command.startswith(note)


@pytest.mark.parametrize(
    ("moment", "said"), [("2080209599", "2035-12-02 11:59 UTC"), ("1e15", "9999-12-31 23:59 UTC")]
)
def test_a_command_of_another_day_says_which(results: Results, moment: str, said: str) -> None:
    seen = (Observation(TRAVELLED, "", moment),)
    witness = replace(_witness(Request("GET", "/contacts")), observations=seen)
    first, command = _curl(results, witness).splitlines()
    assert first == f"# first set the clock of the target to {said}"
    assert command == f"curl -i {BASE}/contacts"
    assert describe_context(witness, START).endswith(f" · the target's clock at {said}")
