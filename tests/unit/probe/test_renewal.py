"""A credential that ends while the run goes on is renewed where it can be."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from apicheck.authoring import Script, Subject, steps
from apicheck.model.codec import from_json
from apicheck.model.ending import Ending
from apicheck.model.exchange import Credential, Request, Transcript
from apicheck.model.plan import Plan, Probe
from apicheck.model.target import Identity, Minter, Secrets, Target
from apicheck.probe import Session

PlanFor = Callable[..., Plan]
ProbeOf = Callable[..., Probe]
FIRST, SECOND = "given-1-7c1d9e3f5a2b4860", "given-2-0b9d8f7a6c5e4132"


class Issuer:
    """An API that issues tokens; creating a thing ends the token of the caller."""

    def __init__(self, api: Any) -> None:
        self.alive = {FIRST}
        self.issued = 0
        self.used: list[str] = []
        api.override = self.respond

    def respond(self, method: str, path: str, headers: Mapping[str, str], _: bytes) -> Any:
        if path == "/oauth/token":
            self.issued += 1
            token = f"minted-{self.issued}-7c1d9e3f5a2b4860"
            self.alive.add(token)
            return 200, {}, json.dumps({"access_token": token, "token_type": "Bearer"}).encode()
        token = headers.get("authorization", "").removeprefix("Bearer ")
        self.used.append(token)
        if token not in self.alive:
            return 401, {"WWW-Authenticate": "Bearer"}, b"{}"
        if method == "POST":
            self.alive.discard(token)
        return 200, {}, b"[]"


@pytest.fixture
def issuer(api: Any) -> Issuer:
    return Issuer(api)


@pytest.fixture
def target_with(target: Target) -> Callable[..., Target]:
    """A target with one identity, and with a minter unless it is left out."""

    def build(*, minter: bool = True, **identity: Any) -> Target:
        one = Identity("one", "$APICHECK_ONE", tenant="a", **identity)
        client = Minter("a", "/oauth/token", "$APICHECK_ID", "$APICHECK_SECRET", tenant="a")
        secrets = {"$APICHECK_ONE": FIRST, "$APICHECK_ID": "id-51e0", "$APICHECK_SECRET": "s-88ab"}
        return replace(
            target,
            identities={"one": one},
            minters=(client,) if minter else (),
            secrets=Secrets(secrets),
        )

    return build


def send(method: str, who: Identity) -> Request:
    credential = Credential("bearer", "header", "Authorization", f"Bearer {who.placeholder}")
    request = Request(method, "/things", body=b"{}" if method == "POST" else None)
    return request.with_credentials(who.name, credential)


def play(
    plan: Plan, probe_of: ProbeOf, script: Callable[[Subject], Script], **session: Any
) -> tuple[Transcript, list[Ending]]:
    """The transcript of a script, and the endings that the sentinel recorded."""
    watched: list[Transcript] = []
    with Session(plan, watch=watched.append, **session) as open_session:
        transcript = open_session.play(probe_of(plan, script))
    return transcript, [from_json(Ending, one) for each in watched for one in each.answers]


def end_and_go_on(who: Identity) -> Script:
    for method in ("GET", "POST", "GET", "GET"):
        yield from steps.send(send(method, who))


def by_given(subject: Subject) -> Script:
    yield from end_and_go_on(subject.context.identities["one"])


def by_minted(_: Subject) -> Script:
    yield from end_and_go_on((yield from steps.mint(scopes=("read",))))


def by_used_up(_: Subject) -> Script:
    yield from end_and_go_on((yield from steps.mint(fresh=True)))


def test_a_given_credential_is_made_again_by_a_client(
    issuer: Issuer, target_with: Any, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    transcript, (ending,) = play(plan_for(target_with()), probe_of, by_given)
    assert [exchange.status for exchange in transcript.exchanges] == [200, 200, 401, 200, 200]
    assert "ended after POST /things" in ending.reason
    assert ending.reason.endswith("it was renewed")
    assert ending.until is not None
    assert issuer.used[-1] == "minted-1-7c1d9e3f5a2b4860"


def test_a_given_credential_is_read_again_from_where_it_came(
    issuer: Issuer, target_with: Any, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    def reload() -> Secrets:
        issuer.alive.add(SECOND)
        return Secrets({"$APICHECK_ONE": SECOND})

    plan = plan_for(target_with(minter=False))
    transcript, (ending,) = play(plan, probe_of, by_given, reload=reload)
    assert [exchange.status for exchange in transcript.exchanges] == [200, 200, 401, 200, 200]
    assert ending.until is not None
    assert issuer.used[-1] == SECOND


def test_what_cannot_be_renewed_is_asked_no_more(
    issuer: Issuer, target_with: Any, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    plan = plan_for(target_with(minter=False))
    same = Secrets({"$APICHECK_ONE": FIRST})
    transcript, (ending,) = play(plan, probe_of, by_given, reload=lambda: same)
    assert [exchange.status for exchange in transcript.exchanges] == [200, 200, 401]
    assert ending.until is None
    assert transcript.stopped_by is not None
    assert issuer.used == [FIRST] * 4


def test_a_credential_that_the_run_made_is_watched_and_renewed_too(
    issuer: Issuer, target_with: Any, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    plan = plan_for(target_with())
    transcript, (ending,) = play(plan, probe_of, by_minted)
    assert [e.status for e in transcript.exchanges] == [200, 200, 200, 401, 200, 200]
    assert ending.identity.startswith("minted-")
    assert ending.until is not None
    assert issuer.issued == 2


def test_a_disposable_credential_is_watched_until_a_script_may_use_it_up(
    issuer: Issuer, target_with: Any, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    plan = plan_for(target_with(minter=False, disposable=True))
    _, endings = play(plan, probe_of, by_given)
    assert [ending.identity for ending in endings] == ["one"]
    issuer.alive.add(FIRST)
    transcript, endings = play(plan, probe_of, by_used_up)
    assert [exchange.status for exchange in transcript.exchanges] == [200, 200, 401, 401]
    assert endings == []
