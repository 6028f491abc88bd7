"""Where the checks of deliveries apply, and which delivery repeats which."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from apicheck.checks.webhooks import _hooks, _retries
from apicheck.model.check import Applies, Check
from apicheck.model.exchange import Direction, Exchange, Request, Response, Role, Transcript
from apicheck.model.step import Ask, EndOfScript, Send
from apicheck.model.subject import Subject
from apicheck.model.target import Mode
from apicheck.model.verdict import Failure, NotApplicable, NotTested, NotTestedKind
from apicheck.pages.setting import subject_of
from apicheck.registry import collect

CHECKS = collect(entry_points=False)
BY_API = {"create": "createContact", "delete": "deleteContact"}
ACTIVE = [
    check
    for check in CHECKS.values()
    if check.id.startswith("webhooks/") and not check.passive and check.id != "webhooks/target"
]


def subject(check: Check, **webhooks: Any) -> Subject:
    facts = {
        "subscriptions": {
            **BY_API,
            "read": "getContact",
            "rotate": "updateContact",
            "secret_shown": "once",
            "limit": 5,
        },
        "signature": "standard-webhooks",
        "events": {"contact.updated": "updateContact", "contact.deleted": "deleteContact"},
        "payload": {"event": "/type", "id": "/id"},
        "delivery": {
            "within": "3s",
            "timeout": "5s",
            "acknowledged": "2xx",
            "retries": ["10s", "1m"],
            "redirects": "refused",
            "order": "guaranteed",
            "duplicates": "never",
            "ends_on": 410,
        },
        **webhooks,
    }
    promised = {"webhooks": facts, "authorization": {"foreign": {"tenant": 404}}}
    return subject_of(check, {"facts": promised, "subject": _name_subject(check)})


def _name_subject(check: Check) -> str:
    return "api" if check.subject_kind.value == "api" else "contact.updated"


def without(subject: Subject, *capabilities: str) -> Subject:
    kept = subject.context.capabilities - set(capabilities)
    return replace(subject, context=replace(subject.context, capabilities=kept))


def delivery(number: int, **payload: Any) -> Exchange:
    request = Request("POST", "/hooks/1", body=json.dumps(payload).encode())
    return Exchange(
        f"e{number}", request, Response(200), None, number, number, Role.TABLE,
        direction=Direction.IN,
    )  # fmt: skip


@pytest.mark.parametrize("check", ACTIVE, ids=lambda check: check.id)
def test_a_check_of_deliveries_applies_where_its_facts_are_promised(check: Check) -> None:
    assert isinstance(check.applies(subject(check)), Applies)


@pytest.mark.parametrize("check", ACTIVE, ids=lambda check: check.id)
def test_without_a_listener_nothing_is_tested(check: Check) -> None:
    why = check.applies(without(subject(check), "listener"))
    assert isinstance(why, NotTested)
    assert why.kind is NotTestedKind.NEEDS_LISTENER


@pytest.mark.parametrize("check", ACTIVE, ids=lambda check: check.id)
def test_nothing_is_subscribed_in_a_mode_that_changes_nothing(check: Check) -> None:
    asked = subject(check)
    careful = replace(asked, context=replace(asked.context, mode=Mode.REFUSALS))
    why = check.applies(careful)
    assert isinstance(why, NotTested)
    assert why.kind is NotTestedKind.READ_ONLY


@pytest.mark.parametrize("check", ACTIVE, ids=lambda check: check.id)
def test_a_policy_that_promises_only_events_is_held_to_nothing_else(check: Check) -> None:
    bare = subject(
        check, delivery={}, payload={}, signature="none", subscriptions={"create": "createContact"}
    )
    applies = check.applies(bare)
    expected = {"webhooks/delivered": Applies, "webhooks/other-tenant": Applies}
    assert isinstance(applies, expected.get(check.id, NotApplicable))


def test_an_order_of_each_object_needs_an_event_that_changes_one() -> None:
    check, per_object = CHECKS["webhooks/order"], {"order": "per-object"}
    assert isinstance(check.applies(subject(check, delivery=per_object)), Applies)
    made = {"contact.created": "createContact"}
    why = check.applies(subject(check, delivery=per_object, events=made))
    assert isinstance(why, NotTested)
    assert why.kind is NotTestedKind.NEEDS_REQUEST


def play_refusing(check: Check) -> None:
    """Play a script against an API that refuses the URL of the listener."""
    assert check.script is not None
    script, value = check.script(subject(check)), None
    while True:
        step = script.send(value)
        value = None
        if isinstance(step, Ask):
            value = {"url": "http://127.0.0.1:1/hooks/1", "path": "/hooks/1"}
        elif isinstance(step, Send):
            status = 403 if b"127.0.0.1" in (step.request.body or b"") else 200
            value = Exchange("e1", step.request, Response(status), None, 0.0, 0.1, step.role)


def test_where_no_subscription_is_accepted_the_run_says_what_to_write() -> None:
    with pytest.raises(EndOfScript) as ended:
        play_refusing(CHECKS["webhooks/delivered"])
    why = ended.value.why
    assert isinstance(why, NotTested)
    assert why.reason == "the API accepted no subscription (403)"
    assert '[fixtures."createContact"]' in why.remedy
    assert "public_url" in why.remedy


def test_retries_are_waited_for_where_no_clock_moves_and_only_for_so_long() -> None:
    check = CHECKS["webhooks/retried"]
    assert _retries.find_obstacle(without(subject(check), "clock")) is None
    applies = check.applies(without(subject(check), "clock"))
    assert isinstance(applies, Applies)
    assert applies.seconds == 17.0
    assert "clock" not in applies.claims.exclusive
    hours = subject(check, delivery={"retries": ["1h"]})
    why = _retries.find_obstacle(without(hours, "clock"))
    assert isinstance(why, NotTested)
    assert why.kind is NotTestedKind.NEEDS_CONTROL


def test_every_way_not_to_acknowledge_is_a_row_of_its_own() -> None:
    check = CHECKS["webhooks/retried"]
    assert check.cases is not None
    names = [case.name for case in check.cases(subject(check))]
    assert names == [
        "closes the connection",
        "refuses the connection",
        "sends no response",
        "responds 500",
        "responds 429",
        "responds 404",
    ]
    narrow = {"acknowledged": 200, "retries": ["10s"], "ends_on": 404}
    names = [case.name for case in check.cases(subject(check, delivery=narrow))]
    assert names == [
        "closes the connection",
        "refuses the connection",
        "responds 500",
        "responds 429",
        "responds 202",
        "responds 204",
    ]


def test_a_delivery_is_repeated_by_its_id_or_where_nothing_else_happens_by_what_it_says() -> None:
    alone = subject(CHECKS["webhooks/retried"])
    first = delivery(1, id="m1", data={"id": "c1"})
    stamped = delivery(2, id="m1", data={"id": "c1"}, attempt=2)
    renamed = delivery(3, id="m2", data={"id": "c1"})
    other = delivery(4, id="m3", data={"id": "c2"})
    came = (first, stamped, renamed, other)
    assert _hooks.repetitions(alone, came) == (first, stamped, renamed)
    assert _hooks.repetitions(without(alone, "clock"), came) == (first, stamped)


@pytest.mark.parametrize("check", ["acknowledged", "schedule", "id"])
def test_events_of_other_scripts_that_say_the_same_accuse_nobody(check: str) -> None:
    declared = CHECKS[f"webhooks/{check}"]
    assert declared.judge is not None
    asked = without(subject(declared, payload={}, id={"header": "x-id"}), "clock")
    if check != "id":
        asked = without(subject(declared, payload={}), "clock")
    cause = replace(delivery(0), direction=Direction.OUT)
    alike = tuple(
        replace(delivery(n), request=Request("POST", "/hooks/1", headers=(("x-id", str(n)),)))
        for n in (1, 2, 3)
    )
    last = replace(cause, sent_at=4.0)
    after = replace(alike[0], request=alike[0].request.with_header("x-id", "9"), sent_at=5.0)
    exchanges = (cause, *alike, last, after)
    answers = ({"path": "/hooks/1"}, {"path": "/hooks/1"})
    judged = declared.judge(asked, Transcript("p", exchanges, answers=answers))
    assert not isinstance(judged, Failure)


@pytest.mark.parametrize(
    ("body", "named"),
    [(b'{"type": "contact.updated"}', "contact.updated"), (b"{", ""), (b'{"type": 1}', "")],
)
def test_the_event_of_a_delivery_is_where_the_policy_says(body: bytes, named: str) -> None:
    webhooks = _hooks.facts_of(subject(CHECKS["webhooks/delivered"]))
    one = replace(delivery(1), request=Request("POST", "/hooks/1", body=body))
    assert _hooks.read_event(webhooks, one) == named


@pytest.mark.parametrize(
    "check", [one for one in ACTIVE if one.subject_kind.value == "api"], ids=lambda check: check.id
)
@pytest.mark.parametrize("promised", [{}, {"webhooks": "none"}])
def test_nothing_is_asked_where_the_policy_has_no_webhooks(
    check: Check, promised: dict[str, Any]
) -> None:
    facts = {**promised, "authorization": {"foreign": {"tenant": 404}}}
    silent = subject_of(check, {"facts": facts, "subject": "api"})
    assert isinstance(check.applies(silent), NotApplicable)
