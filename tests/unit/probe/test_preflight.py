from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from apicheck.authoring import Script, Subject
from apicheck.model.plan import Plan, Probe
from apicheck.model.subject import SubjectKind
from apicheck.model.target import Listener, Target
from apicheck.model.verdict import Verdict
from apicheck.probe import Session

PlanFor = Callable[..., Plan]
ProbeOf = Callable[..., Probe]
LIMITS = {
    "rate_limits": {
        "per": "token",
        "window": "60s",
        "headers": {"remaining": "X-Left"},
        "buckets": {"general": {"limit": 10}},
    }
}


def preflight(plan: Plan) -> dict[str, Any]:
    with Session(plan) as session:
        return {item.id: item for item in session.preflight()}


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_refused_identity_is_tried_on_another_operation(
    api: Any, target: Target, plan_for: PlanFor, status: int
) -> None:
    api.override = lambda _, path, *__: (status, {}, b"{}") if path == "/things" else None
    items = preflight(plan_for(target, document=DOCUMENT))
    assert items["identity/admin"].verdict is Verdict.PASS
    assert "/account" in items["identity/admin"].message


DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "security": [{"bearer": []}],
    "paths": {
        "/things": {
            "get": {"operationId": "listThings", "responses": {"200": {"description": "all"}}}
        },
        "/account": {
            "get": {"operationId": "getAccount", "responses": {"200": {"description": "one"}}}
        },
    },
    "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
}


@pytest.fixture(autouse=True)
def _account(api: Any) -> None:
    api.things["account"] = {"id": "account"}
    honest = api.respond

    def respond(method: str, path: str, headers: Any, body: bytes) -> Any:
        return honest(method, path.replace("/account", "/things/account"), headers, body)

    api.respond = respond


@pytest.mark.parametrize(
    ("left", "verdict"), [("7", Verdict.PASS), ("0", Verdict.INCONCLUSIVE), ("many", None)]
)
def test_the_requests_that_a_limit_leaves_are_reported(
    left: str, verdict: Verdict | None, api: Any, target: Target, plan_for: PlanFor
) -> None:
    api.override = lambda *_: (200, {"X-Left": left}, b"[]")
    items = preflight(plan_for(target, LIMITS))
    item = items.get("limit/general")
    assert (item.verdict if item else None) is verdict


def test_a_clock_that_differs_is_reported_and_corrected(
    api: Any, target: Target, plan_for: PlanFor
) -> None:
    with Session(plan_for(target)) as session:
        before = int(time.time())  # Date has whole seconds
        session._clock._monotonic = lambda: 0.0
        session._clock.synchronise(before + 3600)
        items = {item.id: item for item in session.preflight()}
        assert before - 1 <= session._clock.epoch() <= time.time() + 1
    found = re.search(r"(-3[56]\d\d) s", items["clock"].message)
    assert found is not None
    assert before - 1 <= before + 3600 + int(found[1]) <= time.time() + 1


def event_plan(plan: Plan, probe_of: ProbeOf) -> Plan:
    def script(_: Subject) -> Script:
        yield from ()

    probe = probe_of(plan, script)
    subject = replace(probe.subject, kind=SubjectKind.EVENT)
    return replace(plan, probes=(replace(probe, subject=subject),))


def test_webhooks_need_a_listener(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    without = event_plan(plan_for(target), probe_of)
    assert preflight(without)["listener"].verdict is Verdict.NOT_TESTED
    listening = replace(target, listener=Listener("127.0.0.1:0"))
    with_one = event_plan(plan_for(listening), probe_of)
    assert preflight(with_one)["listener"].verdict is Verdict.PASS
    broken = replace(target, listener=Listener("127.0.0.1:nowhere"))
    item = preflight(event_plan(plan_for(broken), probe_of))["listener"]
    assert item.verdict is Verdict.ERROR
    assert "[webhooks] listen" in item.message


def test_identities_that_are_not_active_are_not_tried(
    api: Any, target: Target, plan_for: PlanFor
) -> None:
    expired = replace(target.identities["admin"], state="expired")
    items = preflight(plan_for(replace(target, identities={"admin": expired})))
    assert "identity/admin" not in items


def test_a_preflight_does_not_wait_for_a_limit(api: Any, target: Target, plan_for: PlanFor) -> None:
    api.override = lambda *_: (429, {"Retry-After": "60"}, b"")
    slept: list[float] = []
    with Session(plan_for(target)) as session:
        session._clock._sleep = slept.append
        items = {item.id: item for item in session.preflight()}
    assert items["identity/admin"].verdict is Verdict.INCONCLUSIVE
    assert "429" in items["identity/admin"].message
    assert slept == []


PAGE = {"Content-Type": "text/html; charset=utf-8"}


def test_a_website_in_the_place_of_the_api_is_an_error(
    api: Any, target: Target, plan_for: PlanFor
) -> None:
    api.override = lambda *_: (200, PAGE, b"<html>Welcome</html>")
    item = preflight(plan_for(target, document=DOCUMENT))["identity/admin"]
    assert item.verdict is Verdict.ERROR
    assert "HTML page" in item.message
    assert "base_url" in item.message


def test_one_operation_that_responds_with_a_page_does_not_fail_the_identity(
    api: Any, target: Target, plan_for: PlanFor
) -> None:
    api.override = lambda _, path, *__: (200, PAGE, b"<html>") if path == "/things" else None
    items = preflight(plan_for(target, document=DOCUMENT))
    assert items["identity/admin"].verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("status", "words"),
    [(429, "wait until"), (500, "log"), (404, "base_url"), (302, "to /login; redirects")],
)
def test_the_item_of_an_unexpected_status_advises_what_to_do(
    status: int, words: str, api: Any, target: Target, plan_for: PlanFor
) -> None:
    api.override = lambda *_: (status, {"Location": "/login"}, b"")
    item = preflight(plan_for(target, document=DOCUMENT))["identity/admin"]
    assert item.verdict is Verdict.INCONCLUSIVE
    assert words in item.message
