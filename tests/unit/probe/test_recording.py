from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from apicheck.load import facts_from, read_spec
from apicheck.model.exchange import Caller, Role
from apicheck.model.operation import Spec
from apicheck.model.policy import Policy
from apicheck.model.recording import RecordedEntry
from apicheck.probe.recording import Imported, find_operation, import_recording


def _basic(pair: str) -> str:
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


BASE = "https://api.example.com"
SECRET = "s3cr3t-of-ada-0123"
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Orders", "version": "1"},
    "servers": [{"url": "/v1"}],
    "components": {
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Orders"}}
    },
    "paths": {
        "/orders": {"get": {"operationId": "listOrders", "responses": {"200": {}}}},
        "/orders/{id}": {"get": {"operationId": "getOrder", "responses": {"200": {}}}},
        "/orders/latest": {"get": {"operationId": "latest", "responses": {"200": {}}}},
    },
}
ENTRY = RecordedEntry(0, "GET", f"{BASE}/v1/orders", 1000.0, 0.5, 200, response_body=b"[]")


@pytest.fixture(scope="module")
def spec() -> Spec:
    return read_spec(DOCUMENT)


@pytest.fixture
def take(spec: Spec) -> Any:
    policy = Policy("orders", "1", "", (), facts_from({}))

    def run(*entries: RecordedEntry) -> Imported:
        return import_recording(entries, BASE, spec, policy)

    return run


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/v1/orders", "listOrders"),
        ("/v1/orders?limit=2", "listOrders"),
        ("/v1/orders/o-7", "getOrder"),
        ("/v1/orders/latest", "latest"),
        ("/v1/orders/o-7/lines", None),
        ("/orders", None),
    ],
)
def test_a_request_is_of_the_operation_with_the_fewest_parameters(
    path: str, operation: str | None, spec: Spec
) -> None:
    found = find_operation(spec, replace(ENTRY, url=BASE + path), BASE)
    assert (found.id if found else None) == operation


def test_times_count_from_the_first_request_in_order_of_sending(take: Any) -> None:
    later = replace(ENTRY, started=1010.0)
    exchanges = take(later, ENTRY).transcript.exchanges
    assert [(one.sent_at, one.received_at) for one in exchanges] == [(0.0, 0.5), (10.0, 10.5)]


def test_only_what_is_below_the_base_url_is_taken(take: Any) -> None:
    elsewhere = replace(ENTRY, url="https://api.example.com.evil.test/v1/orders")
    other_port = replace(ENTRY, url="https://api.example.com:8443/v1/orders")
    assert len(take(ENTRY, elsewhere, other_port).transcript.exchanges) == 1


def test_an_accepted_request_is_a_control_and_no_other_one_is(take: Any) -> None:
    refused = replace(ENTRY, status=404, started=1001.0)
    silent = replace(ENTRY, status=0, started=1002.0)
    roles = [one.role for one in take(ENTRY, refused, silent).transcript.exchanges]
    assert roles == [Role.CONTROL, Role.TABLE, Role.TABLE]


def test_a_request_without_a_response_is_an_error(take: Any) -> None:
    (exchange,) = take(replace(ENTRY, status=0)).transcript.exchanges
    assert exchange.response is None
    assert exchange.error.message == "the recording has no response"


@pytest.mark.parametrize(
    ("headers", "status", "caller"),
    [
        ((("Authorization", f"Bearer {SECRET}"),), 200, Caller.AUTHENTICATED),
        ((("Authorization", f"Bearer {SECRET}"),), 401, Caller.BAD),
        ((("X-Orders", SECRET),), 401, Caller.BAD),
        ((("Cookie", f"sid={SECRET}"),), 401, Caller.BAD),
        ((), 401, Caller.ANONYMOUS),
        # Browsers leave credentials out of what they export.
        ((), 200, Caller.AUTHENTICATED),
    ],
)
def test_the_caller_is_what_the_response_shows(
    headers: Any, status: int, caller: Caller, take: Any
) -> None:
    (exchange,) = take(replace(ENTRY, headers=headers, status=status)).transcript.exchanges
    assert exchange.request.caller is caller


def test_every_request_has_an_identity_of_its_own(take: Any) -> None:
    exchanges = take(ENTRY, replace(ENTRY, started=1001.0)).transcript.exchanges
    assert len({one.request.identity for one in exchanges}) == 2


def everything(imported: Imported) -> str:
    return repr(imported.transcript)


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": (("Authorization", f"Bearer {SECRET}"),)},
        {"headers": (("authorization", f"Token token={SECRET}"),)},
        {"headers": (("Authorization", f'Digest username="ada", response="{SECRET}", nc=1'),)},
        {"headers": (("Authorization", _basic(f"ada:{SECRET}")),)},
        {"headers": (("X-Orders", SECRET),)},
        {"headers": (("X-Amz-Security-Token", SECRET),)},
        {"headers": (("Cookie", f'a=1; sid="{SECRET}"'),)},
        {"url": f"{BASE}/v1/orders?access_token={SECRET}"},
        {"url": f"{BASE}/v1/orders?code={SECRET}&state=x"},
        {"body": f'{{"user": {{"password": "{SECRET}"}}}}'.encode()},
        {"body": f"grant_type=authorization_code&code={SECRET}".encode()},
        {"body": f"client_secret={SECRET}".encode()},
        {"response_headers": (("Set-Cookie", f"sid={SECRET}; Path=/\nb=2"),)},
        {"response_body": f'{{"access_token": "{SECRET}"}}'.encode()},
        {"response_body": f'[{{"id": 1, "refreshToken": "{SECRET}"}}]'.encode()},
    ],
)
def test_a_secret_is_nowhere_in_what_is_kept(changes: Any, take: Any) -> None:
    repeated = base64.b64encode(SECRET.encode())
    other = replace(
        ENTRY, started=1001.0, response_body=f'{{"seen": "{SECRET}"}}'.encode() + repeated
    )
    imported = take(replace(ENTRY, **changes), other)
    assert SECRET not in everything(imported)
    assert repeated.decode() not in everything(imported)
    assert SECRET in imported.secrets.values.values()
    assert "$APICHECK_RECORDED_1" in everything(imported)


def test_a_response_that_repeats_a_credential_is_noticed(take: Any) -> None:
    echoed = replace(
        ENTRY,
        status=400,
        headers=(("Authorization", f"Bearer {SECRET}"),),
        response_body=f'{{"got": "{SECRET}"}}'.encode(),
    )
    (exchange,) = take(echoed).transcript.exchanges
    assert [one.value for one in exchange.observed("leaks")] == ["body"]


def test_a_token_that_is_handed_out_is_no_leak(take: Any) -> None:
    issued = replace(ENTRY, response_body=f'{{"access_token": "{SECRET}"}}'.encode())
    (exchange,) = take(issued).transcript.exchanges
    assert exchange.observed("leaks") == ()


def test_the_distance_of_a_date_is_measured_from_when_it_was_recorded(take: Any) -> None:
    dated = replace(ENTRY, response_headers=(("Date", "Thu, 01 Jan 1970 00:17:40 GMT"),))
    (exchange,) = take(dated).transcript.exchanges
    assert [one.value for one in exchange.observed("date-differs")] == ["60"]


@pytest.mark.parametrize(
    "mark", ["[Filtered]", "Bearer [REDACTED]", "***", "Bearer ********", "<redacted>", "xxxxxxxx"]
)
def test_what_a_tool_put_in_the_place_of_a_secret_is_none(mark: str, take: Any) -> None:
    refused = replace(
        ENTRY, status=401, headers=(("Authorization", mark),), response_body=mark.encode()
    )
    imported = take(refused)
    assert imported.secrets.values == {}
    (exchange,) = imported.transcript.exchanges
    assert exchange.observed("leaks") == ()
    assert exchange.request.caller is Caller.BAD


def test_placeholders_of_an_earlier_run_are_no_secrets(take: Any) -> None:
    again = replace(ENTRY, headers=(("Authorization", "Bearer $APICHECK_ADMIN_TOKEN"),))
    assert take(again).secrets.values == {}


def test_a_long_body_is_cut_as_in_a_run(take: Any) -> None:
    (exchange,) = take(replace(ENTRY, response_body=b"x" * 300_000)).transcript.exchanges
    assert exchange.received.truncated
    assert len(exchange.received.body) == 256 * 1024
