"""Which subscriptions can be made, and what their receivers make of them."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from apicheck.model.facts import Targets
from reference_server.webhooks.targets import find_kinds, is_refused_target
from tests.unit.reference_server.test_webhooks import delivered, settle, subscribe

PUBLIC = Targets(("https",), ("loopback", "private", "link-local", "metadata"))


@pytest.mark.parametrize(
    ("host", "kinds"),
    [
        ("127.0.0.1", {"loopback"}),
        ("127.8.9.1", {"loopback"}),
        ("0.0.0.0", {"loopback", "private"}),
        ("2130706433", {"loopback"}),
        ("0x7f.1", {"loopback"}),
        ("::1", {"loopback"}),
        ("localhost", {"loopback"}),
        ("a.localhost", {"loopback"}),
        ("10.1.2.3", {"private"}),
        ("::ffff:192.168.1.1", {"private"}),
        ("fd12:3456:789a::1", {"private"}),
        ("169.254.1.1", {"link-local"}),
        ("fe80::1", {"link-local"}),
        ("169.254.169.254", {"link-local", "metadata"}),
        ("metadata.google.internal", {"metadata"}),
        ("93.184.216.34", set()),
        ("partner.example", set()),
        ("127.0.0.1.partner.example", set()),
    ],
)
def test_an_address_is_known_however_it_is_written(host: str, kinds: set[str]) -> None:
    assert kinds <= find_kinds(host)
    assert bool(find_kinds(host)) == bool(kinds)


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("https://partner.example/hooks", False),
        ("http://partner.example/hooks", True),
        ("https://[::1]/hooks", True),
        ("https://[", True),
        ("http://127.0.0.1:5555/hooks", False),
        ("https://127.0.0.1:5555/hooks", True),
    ],
)
def test_a_receiver_of_the_tests_is_let_in_and_no_other_address_inside(
    url: str, refused: bool
) -> None:
    assert is_refused_target(PUBLIC, url) is refused


def test_a_url_that_the_policy_rules_out_is_refused_as_promised(canonical: Any) -> None:
    value = {"url": "https://10.0.0.1/hooks", "events": ["contact.created"]}
    token = canonical.admin.token
    assert canonical.send("POST", "/v2/webhooks", token=token, value=value).status == 422


def test_an_app_has_ten_subscriptions_and_another_app_its_own(canonical: Any) -> None:
    made = [subscribe(canonical, "https://partner.example/hooks") for _ in range(10)]
    value = {"url": "https://partner.example/hooks", "events": ["contact.created"]}
    token, other = canonical.admin.token, canonical.identity("other").token
    assert canonical.send("POST", "/v2/webhooks", token=token, value=value).status == 422
    assert canonical.send("POST", "/v2/webhooks", token=other, value=value).status == 201
    gone = canonical.send("DELETE", f"/v2/webhooks/{made[0]['id']}", token=token)
    assert gone.status == 204
    assert canonical.send("POST", "/v2/webhooks", token=token, value=value).status == 201


def test_a_receiver_that_is_gone_gets_nothing_more(canonical: Any) -> None:
    def act(url: str) -> None:
        subscribe(canonical, url)
        for _ in range(2):
            canonical.create("createContact")
            settle(canonical)

    assert len(delivered(canonical, act, b"HTTP/1.1 410 Gone\r\n\r\n")) == 1


@pytest.mark.parametrize(("fault", "status"), [("", 307), ("webhooks/follows-redirects", 0)])
def test_a_redirect_is_followed_by_a_faulty_server_alone(
    canonical: Any, fault: str, status: int
) -> None:
    canonical.control("PUT", "/faults", {"on": [fault] if fault else []})

    def act(url: str) -> None:
        subscribe(canonical, url)
        canonical.create("createContact")

    nowhere = b"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:1/\r\n\r\n"
    delivered(canonical, act, nowhere)
    (logged,) = canonical.control("GET", "/deliveries").json["deliveries"]
    assert logged["status"] == status


def test_the_clock_ends_the_time_of_a_receiver_that_says_nothing(canonical: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        subscribe(canonical, f"http://127.0.0.1:{silent.getsockname()[1]}")
        canonical.create("createContact")
        assert canonical.control("GET", "/deliveries").json["deliveries"] == []
        canonical.control("POST", "/clock", {"advance": 5})
        (logged,) = canonical.control("GET", "/deliveries").json["deliveries"]
    assert logged["status"] == 0


def test_an_update_says_what_became_of_the_object(drive: Any) -> None:
    capsule = drive("capsule")

    def act(url: str) -> None:
        made = {"restHook": {"event": "party/updated", "targetUrl": url}}
        sent = capsule.send("POST", "/api/v2/resthooks", token=capsule.admin.token, value=made)
        assert sent.status == 201, sent
        capsule.grant("updateParty")

    ((_, _, body),) = delivered(capsule, act)
    told = json.loads(body)
    assert told["event"] == "party/updated"
    assert isinstance(told["payload"], list)
    assert told["payload"][0]["id"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("", ["c0", "c1", "c2"]), ("webhooks/delivers-newest-first", ["c2", "c1", "c0"])],
)
def test_events_that_wait_for_a_receiver_are_sent_in_their_order(
    canonical: Any, fault: str, expected: list[str]
) -> None:
    canonical.control("PUT", "/faults", {"on": [fault] if fault else []})
    operation = canonical.server.profile.spec.operation("createContact")

    async def cause() -> None:
        for number in range(3):
            data = {"id": f"c{number}"}
            canonical.server.subscriptions.deliver(operation, data, canonical.admin.tenant)

    def act(url: str) -> None:
        subscribe(canonical, url)
        canonical.runner.run(cause())

    told = [json.loads(body)["data"]["id"] for _, _, body in delivered(canonical, act)]
    assert told == expected


def test_what_waits_for_a_receiver_that_is_gone_is_not_sent(canonical: Any) -> None:
    def act(url: str) -> None:
        subscribe(canonical, url)
        for _ in range(3):
            canonical.create("createContact")

    assert len(delivered(canonical, act, b"HTTP/1.1 410 Gone\r\n\r\n")) == 1
