"""Five providers, as unlike as they come: their facts load, and mean what is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from apicheck.load import load_policy, load_spec
from apicheck.model.facts import NEVER, Event, Facts, Signature
from apicheck.model.json import Json
from apicheck.model.policy import Policy
from apicheck.model.verdict import Grade

FACTS = Path(__file__).parents[2] / "fixtures" / "facts"
PROVIDERS = ("capengage", "capsule", "dahimail", "emitrr", "webengage")


class Plain(yaml.SafeLoader):
    """Dates stay text."""


Plain.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def policy_of(provider: str, *readings: str) -> Policy:
    spec = load_spec(FACTS / f"{provider}.openapi.yaml")
    return load_policy(FACTS / f"{provider}.yaml", spec, readings=readings)


def facts_of(provider: str, *readings: str) -> Facts:
    return policy_of(provider, *readings).facts


def leaves(value: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    else:
        yield path.replace("rate_limits.buckets.", "rate_limits."), value


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_fact_that_is_written_is_in_force_with_its_value_and_line(provider: str) -> None:
    text = (FACTS / f"{provider}.yaml").read_text()
    written = dict(leaves(yaml.load(text, Plain)["facts"]))  # a SafeLoader
    lines = text.splitlines()
    rows = {row.path: row for row in policy_of(provider).origins if row.kind == "policy"}
    assert {path: rows[path].value for path in rows} == written
    for path, row in rows.items():
        file, _, line = row.place.rpartition(":")
        assert Path(file).name == f"{provider}.yaml"
        assert path.rpartition(".")[2] in lines[int(line) - 1]


@pytest.mark.parametrize(
    ("provider", "reading"),
    [("dahimail", "lenient"), ("emitrr", "lenient"), ("emitrr", "docs"), ("webengage", "docs")],
)
def test_a_reading_changes_what_it_names_and_nothing_else(provider: str, reading: str) -> None:
    document = yaml.load((FACTS / f"{provider}.yaml").read_text(), Plain)  # a SafeLoader
    named = dict(leaves(document["readings"][reading]))
    before = {row.path: row.value for row in policy_of(provider).origins}
    after = {row.path: row.value for row in policy_of(provider, reading).origins}
    changed = {path for path in before | after if before.get(path, ...) != after.get(path, ...)}
    assert changed
    for path in changed:
        assert any(path.startswith(name) or name.startswith(path) for name in named), path


def test_capengage_has_limits_by_plan_and_states_of_a_key() -> None:
    facts = facts_of("capengage")
    assert facts.rate_limits is not None
    assert facts.rate_limits.buckets["general"].limit is None
    assert facts.rate_limits.plans["growth"]["general"] == 600
    assert facts.rate_limits.retry_after == "seconds"
    assert {s: str(a.statuses) for s, a in facts.authentication.states.items()} == {
        "suspended": "403",
        "terminated": "401",
    }
    assert facts.authentication.revoked_within_s == 0.0


def test_capengage_signs_with_parts_of_its_own_and_has_an_event_without_a_cause() -> None:
    webhooks = facts_of("capengage").webhooks
    assert webhooks not in (None, NEVER)
    assert isinstance(webhooks.signature, Signature)
    assert webhooks.signature.scheme == "hmac"
    assert webhooks.signature.options["signed"] == "{timestamp}.{body}"
    assert webhooks.signature.tolerance_s == 300.0
    assert webhooks.events["campaign.sent"] == Event("campaign.sent")
    assert webhooks.delivery.retries_s == (1.0, 10.0, 60.0)


def test_capengage_announces_the_end_of_its_first_version() -> None:
    versioning = facts_of("capengage").versioning
    assert versioning is not None
    (deprecation,) = versioning.deprecations
    assert deprecation.ops.items == ("/v1/**",)
    assert (deprecation.since, deprecation.sunset) == ("2026-01-01", "2027-02-01")


def test_capsule_needs_scopes_by_method_and_hides_hooks_of_other_apps() -> None:
    authorization = facts_of("capsule").authorization
    assert authorization.scopes["read"].items == ("GET /**",)
    assert authorization.permissions["registered-app"].items == ("createHook",)
    assert str(authorization.foreign["app"].response.statuses) == "404"
    assert authorization.foreign["app"].ops.items == ("getHook", "deleteHook")
    assert authorization.refusal.challenge.error == "insufficient_scope"


def test_capsule_is_silent_on_retry_after_and_signs_nothing() -> None:
    facts = facts_of("capsule")
    assert facts.rate_limits.retry_after is None
    assert facts.rate_limits.buckets["general"].window_s == 3600.0
    assert facts.rate_limits.per == "user"
    assert facts.webhooks.signature is NEVER
    assert facts.webhooks.subscriptions.url == "/restHook/targetUrl"
    assert 410 in facts.webhooks.delivery.ends_on
    assert facts.webhooks.events["kase/created"].aliases == ("project/created",)


def test_dahimail_allows_retry_after_with_some_statuses_only() -> None:
    limits = facts_of("dahimail").rate_limits
    assert (limits.retry_after, limits.retry_after_only.exact) == ("seconds", (429,))
    assert limits.buckets["transfer"].ops.items == ("importContacts", "exportContacts")
    assert limits.headers_when.caller is None
    assert facts_of("dahimail", "lenient").rate_limits.headers_when.caller == "authenticated"


def test_dahimail_excepts_responses_without_data_from_a_rule() -> None:
    rule = facts_of("dahimail").responses["data"]
    assert 200 in rule.when.statuses
    assert 204 in rule.when.except_
    assert rule.when.ops.items == ("json_reads",)


def test_emitrr_has_two_tenant_parameters_and_promises_no_webhooks() -> None:
    facts = facts_of("emitrr")
    assert [t.parameter for t in facts.authorization.tenants] == ["account_id", "location_id"]
    assert facts.webhooks is NEVER
    assert facts.rate_limits.headers is None
    assert facts.rate_limits.refusal.statuses.exact == (429,)
    assert facts_of("emitrr", "docs").rate_limits.refusal.statuses.exact == (403,)


def test_webengage_requires_every_permission_and_refuses_with_401() -> None:
    authorization = facts_of("webengage").authorization
    assert set(authorization.permissions) == {"account-management", "update-data"}
    assert authorization.refusal.statuses.exact == (401,)
    (tenant,) = authorization.tenants
    assert tenant.foreign.statuses.exact == (401, 404)


def test_webengage_has_two_rate_headers_no_subscriptions_and_one_acknowledgement() -> None:
    facts = facts_of("webengage")
    assert facts.rate_limits.headers.reset is None
    assert facts.webhooks.subscriptions is None
    assert facts.webhooks.delivery.acknowledged.exact == (200,)
    assert facts.webhooks.signature.options["parameter"] == "secret"


def test_grades_reach_the_facts_below_them() -> None:
    grades = {row.path: row.grade for row in policy_of("capsule").origins}
    assert grades["oauth.lifetime"] is Grade.THIRD_PARTY
    assert grades["rate_limits.window"] is Grade.SOURCE
