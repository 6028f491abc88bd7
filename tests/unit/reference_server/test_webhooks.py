"""Deliveries over real connections, to receivers of every kind."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from reference_server.webhooks.delivery import Outgoing, Received, send

Streams = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(streams: Streams) -> AsyncIterator[str]:
    server = await asyncio.start_server(streams, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def receiver(got: list[tuple[str, dict[str, str], bytes]], *answers: bytes) -> Streams:
    """Notes (request line, fields, body) of each delivery; answers with each of these, then 200."""
    left = iter(answers)

    async def streams(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        exact = dict(line.split(": ", 1) for line in head[1:] if line)
        body = await reader.readexactly(int(fields["content-length"]))
        got.append((head[0], {key.lower(): value for key, value in exact.items()}, body))
        writer.write(next(left, b"HTTP/1.1 200 OK\r\n\r\n"))
        writer.close()

    return streams


async def post(url: str, timeout_s: float, *, query: Any = (), headers: Any = ()) -> Received:
    return await send(Outgoing(url, "POST", query, headers, b"{}"), asyncio.timeout(timeout_s))


def settle(driver: Any) -> None:
    """Let every delivery under way come to its end."""

    async def settled() -> None:
        if running := driver.server.subscriptions._running:
            await asyncio.wait(running, timeout=5)

    driver.runner.run(settled())


def delivered(driver: Any, act: Callable[[str], None], *answers: bytes) -> Any:
    """What a receiver gets when `act` is done with its URL."""
    got: list[tuple[str, dict[str, str], bytes]] = []

    async def open_receiver() -> tuple[Any, str]:
        context = listening(receiver(got, *answers))
        return context, await context.__aenter__()

    context, url = driver.runner.run(open_receiver())
    act(url)
    settle(driver)
    driver.runner.run(context.__aexit__(None, None, None))
    return got


def subscribe(driver: Any, url: str, *events: str) -> Any:
    value = {"url": url, "events": list(events) or ["contact.created"]}
    answer = driver.send("POST", "/v2/webhooks", token=driver.admin.token, value=value)
    assert answer.status == 201, answer
    return answer.json


def test_a_subscriber_gets_what_happened_and_can_verify_it(canonical: Any) -> None:
    made: dict[str, Any] = {}

    def act(url: str) -> None:
        made["hook"] = subscribe(canonical, f"{url}/hooks?a=b")
        made["contact"] = canonical.create("createContact")

    ((line, fields, body),) = delivered(canonical, act)
    assert line == "POST /hooks?a=b HTTP/1.1"
    verified = Webhook(made["hook"]["secret"]).verify(body, fields)
    assert verified["type"] == "contact.created"
    assert verified["data"]["id"] == made["contact"]
    (logged,) = canonical.control("GET", "/deliveries").json["deliveries"]
    assert (logged["event"], logged["status"]) == ("contact.created", 200)


def test_the_secret_is_shown_once(canonical: Any) -> None:
    hook = subscribe(canonical, "http://127.0.0.1:1/")
    read = canonical.send("GET", f"/v2/webhooks/{hook['id']}", token=canonical.admin.token)
    listed = canonical.send("GET", "/v2/webhooks", token=canonical.admin.token)
    assert hook["secret"].startswith("whsec_")
    assert hook["secret"].encode() not in read.content + listed.content


def test_others_events_and_others_tenants_stay_untold(canonical: Any) -> None:
    other = canonical.identity("other")

    def act(url: str) -> None:
        subscribe(canonical, f"{url}/mine", "message.sent")
        canonical.create("createContact")
        canonical.create("createContact", other)
        canonical.create("sendMessage")

    got = delivered(canonical, act)
    assert [json.loads(body)["type"] for _, _, body in got] == ["message.sent"]


def test_a_subscription_that_was_deleted_gets_nothing(canonical: Any) -> None:
    def act(url: str) -> None:
        hook = subscribe(canonical, f"{url}/gone")
        subscribe(canonical, f"{url}/kept")
        path = f"/v2/webhooks/{hook['id']}"
        assert canonical.send("DELETE", path, token=canonical.admin.token).status == 204
        canonical.create("createContact")

    assert [line for line, _, _ in delivered(canonical, act)] == ["POST /kept HTTP/1.1"]


def test_a_listener_set_up_by_hand_gets_every_event(canonical: Any) -> None:
    def act(url: str) -> None:
        made = canonical.control("POST", "/listeners", {"url": url})
        assert made.status == 201
        assert made.json["secret"].startswith("whsec_")
        canonical.create("sendMessage")

    got = delivered(canonical, act)
    assert {json.loads(body)["type"] for _, _, body in got} == {"contact.created", "message.sent"}


def test_a_policy_that_signs_in_the_query_is_kept(webengage: Any) -> None:
    def act(url: str) -> None:
        webengage.control("POST", "/listeners", {"url": url, "events": None})
        webengage.play(webengage.request("trackEvent"), webengage.admin.token)

    ((line, fields, _),) = delivered(webengage, act)
    assert line.split()[1].startswith("/?secret=")
    assert fields["x-request-id"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("unsigned", "Missing required headers"),
        ("signs-with-other-secret", "No matching signature"),
        ("signs-parsed-body", "No matching signature"),
        ("stale-timestamp", "too old"),
    ],
)
def test_a_library_that_is_not_ours_refuses_what_a_faulty_server_delivers(
    canonical: Any, fault: str, reason: str
) -> None:
    made: dict[str, Any] = {}
    canonical.control("PUT", "/faults", {"on": [f"webhooks/{fault}"]})

    def act(url: str) -> None:
        made["hook"] = subscribe(canonical, url)
        canonical.create("createContact")

    ((_, fields, body),) = delivered(canonical, act)
    with pytest.raises(WebhookVerificationError, match=reason):
        Webhook(made["hook"]["secret"]).verify(body, fields)


def test_what_is_not_acknowledged_is_tried_again_when_its_time_has_come(canonical: Any) -> None:
    def act(url: str) -> None:
        subscribe(canonical, url)
        canonical.create("createContact")
        settle(canonical)
        canonical.control("POST", "/clock", {"advance": 9})
        canonical.control("POST", "/clock", {"advance": 1})
        settle(canonical)
        canonical.control("POST", "/clock", {"advance": 60})

    refusal = b"HTTP/1.1 503 Busy\r\n\r\n"
    got = delivered(canonical, act, refusal, refusal)
    statuses = [d["status"] for d in canonical.control("GET", "/deliveries").json["deliveries"]]
    assert statuses == [503, 503, 200]
    assert len({fields["webhook-id"] for _, fields, _ in got}) == 1
    times = [int(fields["webhook-timestamp"]) for _, fields, _ in got]
    assert times[1] - times[0] >= 10
    assert times[2] - times[1] >= 60


def test_a_delivery_is_signed_under_the_faults_that_are_on_when_it_is_signed(
    canonical: Any,
) -> None:
    def switch(*faults: str) -> None:
        canonical.control("PUT", "/faults", {"on": faults})

    def act(url: str) -> None:
        subscribe(canonical, url)
        switch("webhooks/unsigned")
        canonical.create("createContact")
        settle(canonical)
        switch()
        canonical.control("POST", "/clock", {"advance": 10})
        settle(canonical)
        switch("webhooks/unsigned")
        canonical.control("POST", "/clock", {"advance": 60})

    refusal = b"HTTP/1.1 503 Busy\r\n\r\n"
    got = delivered(canonical, act, refusal, refusal)
    assert ["webhook-signature" in fields for _, fields, _ in got] == [False, True, False]


def test_a_name_that_nobody_can_have_is_not_looked_up() -> None:
    assert asyncio.run(post("https://partner.example/x", 1)) == Received(0)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/", "http://127.0.0.1:port/", "http://[", "no url", "http://127.0.0.1:1/é"],
)
def test_a_receiver_that_is_not_there_is_no_status(url: str) -> None:
    received = asyncio.run(post(url, 1))
    assert received == Received(0, refused=url.startswith("http://127.0.0.1:1/"))


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", 302),
        (b"", 0),
        (b"junk\r\n", 0),
        (b"\x00" * 200_000, 0),
        (b"HTTP/1.1 2xx\r\n", 0),
    ],
)
def test_whatever_a_receiver_answers_a_delivery_ends(answer: bytes, status: int) -> None:
    async def scene() -> Received:
        async with listening(receiver([], answer)) as url:
            return await post(url, 2, query=(("a", "b c"),), headers=(("X-A", "b"),))

    assert asyncio.run(scene()).status == status


def test_a_receiver_that_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert asyncio.run(post(url, 0.05)) == Received(0, timed_out=True)
