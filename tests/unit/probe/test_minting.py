from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import sleep
from typing import Any
from urllib.parse import parse_qs

import pytest

from apicheck.authoring import Script, Subject, steps
from apicheck.model.exchange import Credential, Exchange, Request, Response, Role
from apicheck.model.plan import Plan, Probe
from apicheck.model.target import Identity, Minter, Secrets, Target
from apicheck.model.verdict import NotTested, NotTestedKind
from apicheck.probe import Session, discover
from apicheck.probe.earlier import Earlier

PlanFor = Callable[..., Plan]
ProbeOf = Callable[..., Probe]
CLIENT = ("client-a-0001", "client-secret-5e1f0c9b7a")


class TokenEndpoint:
    """An OAuth token endpoint beside the honest API; it takes clients by Basic or by body."""

    def __init__(self, api: Any) -> None:
        self.api = api
        self.tokens: list[str] = []
        self.basic = True
        self.lifetime = 3600
        self.delay_s = 0.0
        api.override = self.respond

    def respond(self, _: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        if path != "/oauth/token":
            return None
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        given = headers.get("authorization", "")
        pair = base64.b64encode(":".join(CLIENT).encode()).decode()
        by_body = (form.get("client_id"), form.get("client_secret")) == CLIENT
        if not (by_body or (self.basic and given == f"Basic {pair}")):
            return 401, {}, b'{"error": "invalid_client"}'
        token = f"minted-{len(self.tokens)}-7c1d9e3f5a2b4860"
        self.tokens.append(token)
        sleep(self.delay_s)
        issued = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "scope": form.get("scope", ""),
        }
        return 200, {}, json.dumps(issued).encode()


@pytest.fixture
def endpoint(api: Any) -> TokenEndpoint:
    return TokenEndpoint(api)


@pytest.fixture
def minting(target: Target) -> Target:
    minter = Minter("a", "/oauth/token", "$APICHECK_A_CLIENT_ID", "$APICHECK_A_CLIENT_SECRET")
    secrets = {"$APICHECK_A_CLIENT_ID": CLIENT[0], "$APICHECK_A_CLIENT_SECRET": CLIENT[1]}
    return replace(target, minters=(minter,), secrets=Secrets({**target.secrets.values, **secrets}))


def minted(*scopes: str, fresh: bool = False) -> Callable[[Subject], Script]:
    def script(_: Subject) -> Script:
        identity = yield from steps.mint(scopes=scopes, fresh=fresh)
        yield from steps.send(as_(identity))

    return script


def as_(identity: Identity) -> Request:
    credential = Credential("bearer", "header", "Authorization", f"Bearer {identity.placeholder}")
    request = Request("GET", "/things", operation="listThings")
    return request.with_credentials(identity.name, credential)


def test_a_token_with_the_wanted_scopes_is_minted_used_and_never_recorded(
    api: Any, endpoint: TokenEndpoint, minting: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    plan = plan_for(minting)
    with Session(plan) as session:
        transcript = session.play(probe_of(plan, minted("read", "write")))
    assert api.requests[0][3] == b"grant_type=client_credentials&scope=read+write"
    assert api.requests[1][2]["authorization"] == f"Bearer {endpoint.tokens[0]}"
    recorded = repr(transcript)
    assert endpoint.tokens[0] not in recorded
    assert CLIENT[1] not in recorded
    assert [e.status for e in transcript.exchanges] == [200, 401]
    assert transcript.answers[0]["placeholder"].startswith("$APICHECK_ISSUED_")


def test_the_same_scopes_give_the_same_identity_unless_it_must_be_fresh(
    api: Any, endpoint: TokenEndpoint, minting: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    plan = plan_for(minting)
    with Session(plan) as session:
        for key in "ab":
            session.play(probe_of(plan, minted("read"), key=f"test/check/{key}"))
        assert len(endpoint.tokens) == 1
        session.play(probe_of(plan, minted("read", fresh=True)))
    assert len(endpoint.tokens) == 2


def test_a_client_whose_basic_credentials_are_refused_is_sent_in_the_body(
    api: Any, endpoint: TokenEndpoint, minting: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    endpoint.basic = False
    plan = plan_for(minting)
    with Session(plan) as session:
        session.play(probe_of(plan, minted("read")))
        session.play(probe_of(plan, minted("write")))
    posted = [sent for sent in api.requests if sent[1] == "/oauth/token"]
    assert len(posted) == 3  # Basic was refused once, and then not tried again
    assert b"client_secret=" + CLIENT[1].encode() in posted[1][3]


def test_an_expired_token_is_replaced_before_it_is_used(
    api: Any, endpoint: TokenEndpoint, minting: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    endpoint.lifetime = 1

    def script(_: Subject) -> Script:
        identity = yield from steps.mint(scopes=("read",))
        yield from steps.send(as_(identity))

    plan = plan_for(minting)
    with Session(plan) as session:
        session.play(probe_of(plan, script))
        secrets = session.redactor.all_secrets()
    assert len(endpoint.tokens) == 2
    assert api.requests[-1][2]["authorization"] == f"Bearer {endpoint.tokens[1]}"
    assert set(endpoint.tokens) <= set(secrets.values.values())


def test_a_request_with_a_token_that_is_being_replaced_waits_for_the_new_one(
    api: Any, endpoint: TokenEndpoint, minting: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    def only_minted(_: Subject) -> Script:
        yield from steps.mint(scopes=("read",))

    endpoint.lifetime = 1
    plan = plan_for(minting)
    probes = [probe_of(plan, minted("read"), key=f"test/check/{key}") for key in "ab"]
    with Session(plan) as session, ThreadPoolExecutor(2) as threads:
        session.play(probe_of(plan, only_minted))
        endpoint.lifetime, endpoint.delay_s = 3600, 0.1
        list(threads.map(session.play, probes))
    used = [headers["authorization"] for _, path, headers, _ in api.requests if path == "/things"]
    assert used == [f"Bearer {endpoint.tokens[1]}"] * 2
    assert len(endpoint.tokens) == 2


def test_a_script_that_cannot_mint_ends_as_not_tested(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    plan = plan_for(target)
    with Session(plan) as session:
        transcript = session.play(probe_of(plan, minted("read")))
    assert isinstance(transcript.stopped_by, NotTested)
    assert transcript.stopped_by.kind is NotTestedKind.NEEDS_IDENTITY
    assert transcript.answers == (None,)


def test_an_identity_of_the_target_file_is_used_where_it_fits(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    expired = Identity("old", "$APICHECK_OLD_TOKEN", state="expired")
    with_old = replace(
        target,
        identities={**target.identities, "old": expired},
        secrets=Secrets({**target.secrets.values, "$APICHECK_OLD_TOKEN": "old-token-1234567890ab"}),
    )
    seen: list[str] = []

    def script(_: Subject) -> Script:
        identity = yield from steps.mint(state="expired")
        seen.append(identity.name)

    plan = plan_for(with_old)
    with Session(plan) as session:
        session.play(probe_of(plan, script))
    assert seen == ["old"]


@pytest.fixture
def control(api: Any) -> list[tuple[str, str, Any]]:
    """The control protocol at the same server, under /control."""
    calls: list[tuple[str, str, Any]] = []
    clock = {"now": 1_000_000.0}

    def respond(method: str, path: str, _: Mapping[str, str], body: bytes) -> Any:
        if not path.startswith("/control"):
            return None
        what, value = path.removeprefix("/control"), json.loads(body or b"null")
        calls.append((method, what, value))
        if what == "/":
            offered = {"protocol": 1, "capabilities": ["mint", "clock", "effects", "listener"]}
            return 200, {}, json.dumps(offered).encode()
        if what == "/clock":
            clock["now"] += (value or {}).get("advance", 0)
            return 200, {}, json.dumps(clock).encode()
        if what == "/identities":
            made = {"id": "i7", "token": "control-made-5a6b7c8d9e", "tenant": "b"}
            return 201, {}, json.dumps(made).encode()
        if what == "/identities/i7/revoke":
            return 200, {}, b"{}"
        if what == "/effects":
            return 200, {}, b'{"count": 3}'
        return 404, {}, b'{"error": "unknown"}'

    api.override = respond
    return calls


def test_capabilities_are_what_control_minters_and_listener_offer(
    api: Any, minting: Target, control: object
) -> None:
    assert discover(minting) == {"mint"}
    with_control = replace(minting, control_url=f"{api.url}/control")
    assert discover(with_control) == {
        "mint",
        "mint_bare",
        "clock",
        "closed_port",
        "effects",
        "listener",
        "subscribe_by_hand",
    }


def test_the_control_protocol_mints_revokes_and_moves_the_clock(
    api: Any,
    target: Target,
    plan_for: PlanFor,
    probe_of: ProbeOf,
    control: list[tuple[str, str, Any]],
) -> None:
    controlled = replace(target, control_url=f"{api.url}/control")

    def script(_: Subject) -> Script:
        identity = yield from steps.mint(scopes=(), state="suspended", fresh=True)
        assert identity.tenant == "b"
        yield from steps.send(as_(identity))
        assert (yield from steps.ask("revoke", identity=identity.name)) == {}
        assert (yield from steps.ask("effects")) == {"count": 3}
        assert (yield from steps.ask("something else")) is None

    plan = plan_for(controlled, capabilities=discover(controlled))
    with Session(plan) as session:
        transcript = session.play(probe_of(plan, script))
        assert transcript.stopped_by is None
        session._driver._wait(90.0, "")
        assert session._clock.now() >= 90
    assert ("POST", "/identities/i7/revoke", {}) in control
    wanted = next(value for _, what, value in control if what == "/identities")
    assert wanted["scopes"] == []
    assert wanted["state"] == "suspended"
    moved = [value for method, what, value in control if (method, what) == ("POST", "/clock")]
    assert moved[0]["advance"] == pytest.approx(90, abs=0.1)
    assert "control-made" not in repr(transcript)


def test_only_the_authorization_server_at_another_origin_gets_the_client(
    api: Any, endpoint: TokenEndpoint, minting: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    elsewhere = replace(
        minting,
        base_url="http://127.0.0.1:9",
        minters=(replace(minting.minters[0], token_url=f"{api.url}/oauth/token"),),
    )
    plan = plan_for(elsewhere)
    with Session(plan) as session:
        transcript = session.play(probe_of(plan, minted("read")))
    assert [e.status for e in transcript.exchanges] == [200, 0]
    assert [sent[1] for sent in api.requests] == ["/oauth/token"]
    assert endpoint.tokens[0] not in repr(transcript)


REVOKING = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "paths": {
        "/things": {
            "get": {"operationId": "listThings", "responses": {"200": {"description": ""}}}
        },
        "/oauth/revoke": {
            "post": {"operationId": "revoke", "responses": {"200": {"description": ""}}}
        },
    },
}
"""A document with a revocation operation."""


class RevocationEndpoint:
    """An operation that revokes tokens, beside the token endpoint; notes them."""

    def __init__(self, endpoint: TokenEndpoint) -> None:
        self.endpoint = endpoint
        self.revoked: list[str] = []
        endpoint.api.override = self.respond

    def respond(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        if path == "/oauth/revoke":
            self.revoked.append(parse_qs(body.decode())["token"][0])
            return 200, {}, b""
        return self.endpoint.respond(method, path, headers, body)


def test_tokens_are_revoked_at_the_end_where_the_api_offers_revocation(
    endpoint: TokenEndpoint, minting: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    def script(_: Subject) -> Script:
        identity = yield from steps.mint(scopes=("read",))
        yield from steps.mint(scopes=("write",))
        assert (yield from steps.ask("revoke", identity=identity.name)) == {}
        assert (yield from steps.ask("revoke", identity="unknown")) is None

    revoking = RevocationEndpoint(endpoint)
    plan = plan_for(minting, {"oauth": {"revoke": "revoke"}}, document=REVOKING)
    with Session(plan) as session:
        transcript = session.play(probe_of(plan, script))
        assert transcript.stopped_by is None
        assert revoking.revoked == endpoint.tokens[:1]
        session.clean_up()
    assert revoking.revoked == endpoint.tokens


def test_at_the_end_no_token_is_revoked_that_has_ended_and_none_is_made_to_be_revoked(
    endpoint: TokenEndpoint,
    minting: Target,
    plan_for: PlanFor,
    probe_of: ProbeOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def script(_: Subject) -> Script:
        yield from steps.mint(scopes=("read",))

    revoking = RevocationEndpoint(endpoint)
    plan = plan_for(minting, {"oauth": {"revoke": "revoke"}}, document=REVOKING)
    # Whoever uses either token gets a new one in its place.
    monkeypatch.setattr("apicheck.probe.minting._EARLY_S", 7200.0)
    for lifetime in (0, 3600):
        endpoint.lifetime = lifetime
        with Session(plan) as session:
            session.play(probe_of(plan, script))
            session.clean_up()
    assert len(endpoint.tokens) == 2
    assert revoking.revoked == endpoint.tokens[1:]


def test_a_session_that_takes_over_gets_a_token_in_the_place_of_one_that_is_lost(
    api: Any, endpoint: TokenEndpoint, minting: Target, plan_for: PlanFor
) -> None:
    lost = Credential("bearer", "header", "Authorization", "Bearer $APICHECK_ISSUED_7")
    request = Request("POST", "/things", operation="createThing", body=b"{}")
    request = request.with_credentials("minted-3", lost)
    response = Response(201, (("Content-Type", "application/json"),), b'{"id": "t7"}')
    made = Exchange("e1", request, response, None, 1, 2, Role.SETUP)
    earlier = Earlier((made,), last=7)
    with Session(plan_for(replace(minting, identities={})), earlier=earlier) as session:
        session.take_over()
        assert [left.partition(" ")[0] for left in session.clean_up()] == ["/things/t7"]
    deletions = [sent for sent in api.requests if sent[0] == "DELETE"]
    assert [sent[1] for sent in deletions] == ["/things/t7"]
    assert deletions[0][2]["authorization"] == f"Bearer {endpoint.tokens[0]}"
