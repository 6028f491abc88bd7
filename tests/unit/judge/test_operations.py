from __future__ import annotations

from typing import Any

import pytest

from apicheck.judge.operations import find_wrong_base, judge_operations
from apicheck.load import facts_from, read_spec
from apicheck.model.exchange import (
    Caller,
    Exchange,
    Request,
    Response,
    Role,
    Transcript,
    TransportError,
    TransportErrorKind,
)
from apicheck.model.plan import Options, Plan
from apicheck.model.policy import Policy
from apicheck.model.results import OperationResult, Standing
from apicheck.model.target import Identity, Mode, Safety, Target
from apicheck.model.verdict import NotTested, NotTestedKind
from apicheck.plan import plan

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "security": [{"bearer": []}],
    "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    "paths": {
        "/a": {
            "get": {
                "operationId": "getA",
                "responses": {"200": {"description": "ok"}, "302": {"description": "moved"}},
            },
            "delete": {"operationId": "dropA", "responses": {"204": {"description": "gone"}}},
        },
    },
}


def planned(options: Options | None = None, **target: Any) -> Plan:
    policy = Policy("p", "1", "p", (), facts_from({}))
    identities = {"admin": Identity("admin", "$APICHECK_ADMIN_TOKEN")}
    made = Target("t", "http://127.0.0.1", **{"identities": identities, **target})
    return plan(read_spec(DOCUMENT), policy, made, {}, options or Options())


def exchange(
    status: int,
    role: Role = Role.CONTROL,
    caller: Caller = Caller.AUTHENTICATED,
    number: int = 1,
    body: bytes = b"",
) -> Exchange:
    request = Request("GET", "/a", operation="getA", caller=caller)
    error = None if status else TransportError(TransportErrorKind.TIMEOUT, "timed out")
    response = Response(status, body=body) if status else None
    return Exchange(f"e{number}", request, response, error, 0.0, 0.1, role)


def judged(*exchanges: Exchange, stopped_by: NotTested | None = None) -> OperationResult:
    transcript = Transcript("control/getA", exchanges, stopped_by=stopped_by)
    return judge_operations(planned(), [transcript])[0]


def test_every_operation_of_the_document_is_judged_once_in_its_order() -> None:
    assert [one.operation for one in judge_operations(planned(), [])] == ["getA", "dropA"]


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        (200, Standing.ACCEPTED),
        (302, Standing.ACCEPTED),
        (303, Standing.REFUSED),
        (404, Standing.REFUSED),
        (500, Standing.REFUSED),
        (0, Standing.NO_RESPONSE),
    ],
)
def test_the_response_to_a_valid_request_decides(status: int, standing: Standing) -> None:
    assert judged(exchange(status)).standing is standing


def test_one_accepted_request_is_enough() -> None:
    got = judged(exchange(404), exchange(200, number=2), exchange(0, number=3))
    assert (got.standing, got.status, got.evidence) == (Standing.ACCEPTED, 200, ("e2",))
    assert got.requests == 3


@pytest.mark.parametrize("caller", [Caller.ANONYMOUS, Caller.BAD])
def test_a_secured_operation_that_serves_a_stranger_has_accepted_no_valid_request(
    caller: Caller,
) -> None:
    assert judged(exchange(200, caller=caller)).standing is Standing.NOT_SENT


def test_a_request_that_should_be_refused_is_no_valid_one() -> None:
    assert judged(exchange(200, role=Role.TABLE)).standing is Standing.NOT_SENT


def test_a_refusal_has_the_servers_own_words_and_what_would_help() -> None:
    lines = '[fixtures]\nid = "an existing one"'
    stop = NotTested(NotTestedKind.NEEDS_REQUEST, "no accepted request", lines)
    got = judged(exchange(404, body=b'{"error": "no such a"}'), stopped_by=stop)
    assert got.reason == '404: {"error": "no such a"}'
    assert (got.kind, got.remedy) == (NotTestedKind.NEEDS_REQUEST, lines)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_no_other_values_are_asked_for_where_the_server_fails_or_throttles(status: int) -> None:
    assert judged(exchange(status)).kind is None


def test_what_stopped_the_control_is_why_it_was_not_sent() -> None:
    stop = NotTested(NotTestedKind.NEEDS_REQUEST, "no accepted request for POST /a (422: no)")
    got = judged(stopped_by=stop)
    assert (got.standing, got.reason) == (Standing.NOT_SENT, stop.reason)


@pytest.mark.parametrize(
    ("options", "target", "kind"),
    [
        (Options(operations=("dropA",)), {}, NotTestedKind.SELECTED_OUT),
        (Options(), {"safety": Safety(mode=Mode.PASSIVE)}, NotTestedKind.READ_ONLY),
        (Options(), {"identities": {}}, NotTestedKind.NEEDS_IDENTITY),
    ],
    ids=["not selected", "passive", "no identity"],
)
def test_the_plan_says_why_an_operation_gets_no_request(
    options: Options, target: dict[str, Any], kind: NotTestedKind
) -> None:
    made = planned(options, **target)
    assert made.unsent["getA"].kind is kind
    assert "getA" not in made.controls
    (got, _) = judge_operations(made, [])
    assert (got.standing, got.kind) == (Standing.NOT_SENT, kind)


def test_a_mode_that_only_reads_leaves_out_what_writes() -> None:
    made = planned(safety=Safety(mode=Mode.READ_ONLY))
    assert made.controls == ("getA",)
    assert made.unsent["dropA"].kind is NotTestedKind.READ_ONLY


def sent(path: str, status: int, method: str = "GET") -> OperationResult:
    standing = Standing.ACCEPTED if status == 200 else Standing.REFUSED
    return OperationResult(path, method, path, standing, status)


@pytest.mark.parametrize(
    ("operations", "wrong"),
    [
        ((sent("/a", 404), sent("/b/{id}", 404)), True),
        ((sent("/a", 301), sent("/b", 308)), True),
        ((sent("/a", 404), sent("/a", 405, "POST"), sent("/b", 501, "PUT")), True),
        ((sent("/a", 404), sent("/b", 405)), False),
        ((sent("/a", 405, "POST"),), False),
        ((sent("/b/{id}", 404),), False),
        ((sent("/a", 404), sent("/b", 401)), False),
        ((sent("/a", 404), sent("/b", 200)), False),
        ((), False),
    ],
)
def test_a_base_url_is_wrong_where_no_path_of_the_document_is(
    operations: tuple[OperationResult, ...], wrong: bool
) -> None:
    assert bool(find_wrong_base(planned(), operations)) is wrong
