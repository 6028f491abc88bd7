"""The documents of a run against a receiver."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from apicheck.load import load_policy, load_spec, profile_dir
from apicheck.model.errors import PolicyError
from apicheck.model.facts import SIGNATURE_OPTIONS, Signature, Webhooks
from apicheck.model.operation import Spec
from apicheck.model.policy import Policy
from apicheck.model.verdict import Grade, Level
from apicheck.registry import collect
from apicheck.run import Promised, promise_of_provider, promise_of_scheme
from apicheck.run.receiver_documents import write_documents
from apicheck.run.receiver_promises import fill_signature

CHECKS = [
    f"{name}{outcome}"
    for name, check in collect().items()
    for outcome in ("", *(f"#{one.id}" for one in check.outcomes))
]


def load(
    promised: Promised, folder: Path, url: str = "http://a.example/hook"
) -> tuple[Spec, Policy]:
    written = write_documents(folder, url, promised)
    spec = load_spec(written.spec)
    return spec, load_policy(written.policy, spec, check_ids=CHECKS)


@pytest.mark.parametrize("scheme", sorted(SIGNATURE_OPTIONS.keys() - {"paypal"}))
def test_a_scheme_gives_a_policy_of_a_receiver(scheme: str, tmp_path: Path) -> None:
    spec, policy = load(promise_of_scheme(scheme, {"tolerance": "60s"}), tmp_path)
    assert policy.actor == "receiver"
    webhooks = policy.facts.webhooks
    assert isinstance(webhooks, Webhooks)
    assert isinstance(webhooks.signature, Signature)
    assert (webhooks.signature.scheme, webhooks.signature.tolerance_s) == (scheme, 60.0)
    assert [(one.id, one.path) for one in spec.operations] == [("deliver", "/hook")]
    assert {clause.actors for clause in policy.clauses} == {("receiver",)}
    assert spec.remarks == ()


@pytest.mark.parametrize(
    ("url", "tls"),
    [
        ("http://127.0.0.1:8000/hook", None),
        ("https://127.0.0.1:8000/hook", "1.2"),
        ("http://a.example/hook", "1.2"),
    ],
)
def test_tls_is_asked_for_unless_a_receiver_is_tried_out_on_this_machine(
    url: str, tls: str | None, tmp_path: Path
) -> None:
    _, policy = load(promise_of_scheme("github", {}), tmp_path, url)
    assert policy.facts.transport.tls == tls


def test_a_provider_gives_its_clauses_and_the_deliveries_of_its_document(tmp_path: Path) -> None:
    spec, policy = load(promise_of_provider(profile_dir("canonical")), tmp_path)
    own = {clause.id: clause for clause in policy.clauses if not clause.id.startswith("RECEIVER-")}
    assert own["HOOK-2"].quote == "Verify the signature before you read the body"
    assert own["HOOK-4"].level is Level.SHOULD
    assert "HOOK-1" not in own
    (media,) = spec.operations[0].body
    assert [one["type"] for one in media.examples] == ["contact.created", "message.sent"]
    webhooks = policy.facts.webhooks
    assert isinstance(webhooks, Webhooks)
    assert webhooks.delivery.timeout_s == 5


def test_events_can_be_chosen_and_an_unknown_one_is_named(tmp_path: Path) -> None:
    spec, _ = load(promise_of_provider(profile_dir("canonical"), ["message.sent"]), tmp_path)
    assert [one["type"] for one in spec.operations[0].body[0].examples] == ["message.sent"]
    with pytest.raises(PolicyError, match=r'no event "message\.send" \(did you mean'):
        promise_of_provider(profile_dir("canonical"), ["message.send"])


def test_what_the_author_of_a_policy_assumes_stays_an_assumption(tmp_path: Path) -> None:
    _, policy = load(promise_of_provider(profile_dir("capengage")), tmp_path)
    assert policy.grades["webhooks"] is Grade.ASSUMED


def test_a_name_that_a_policy_leaves_open_needs_its_value(tmp_path: Path) -> None:
    folder = profile_dir("webengage")
    with pytest.raises(PolicyError, match="licenseCode: the policy leaves its value open"):
        promise_of_provider(folder)
    with pytest.raises(PolicyError, match="licenceCode: the policy signs no such value"):
        promise_of_provider(folder, values={"licenseCode": "a", "licenceCode": "b"})
    _, policy = load(promise_of_provider(folder, values={"licenseCode": "abc"}), tmp_path)
    webhooks = policy.facts.webhooks
    assert isinstance(webhooks, Webhooks)
    assert isinstance(webhooks.signature, Signature)
    assert webhooks.signature.options["signed"] == "abc:{secret}"


def test_what_a_delivery_itself_gives_is_not_left_open() -> None:
    signature = Signature("hmac", {"signed": "{timestamp}.{id}.{body}"})
    assert fill_signature(signature, {}) == signature


def test_query_and_braces_of_a_url_are_those_of_the_request(tmp_path: Path) -> None:
    url = "http://a.example/{x}/hook?code=a%20b&code=c"
    spec, _ = load(promise_of_scheme("github", {}), tmp_path, url)
    (operation,) = spec.operations
    assert re.findall(r"\{", operation.path) == []
    assert [one.name for one in operation.parameters if one.place == "query"]


def test_deliveries_of_a_scheme_have_what_its_libraries_ask_for() -> None:
    shopify = promise_of_scheme("shopify", {}).sample
    names = ("API-Version", "Shop-Domain", "Topic", "Webhook-Id")
    assert {f"X-Shopify-{name}" for name in names} == set(shopify.headers)
    (body,) = promise_of_scheme("paddle", {}).sample.bodies
    assert isinstance(body, dict)
    assert {"event_id", "event_type", "occurred_at", "notification_id", "data"} == set(body)
