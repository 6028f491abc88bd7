"""The profiles that come with apicheck: complete documents, and policies that fit them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest

from apicheck.load import load_policy, load_spec, profile_dir, profile_names
from apicheck.model.facts import NEVER, Webhooks
from apicheck.model.operation import Media, Spec
from apicheck.model.policy import Policy
from apicheck.schemas import find_schema_errors

PROFILES = ("canonical", "capengage", "capsule", "dahimail", "emitrr", "webengage")


@cache
def profile(name: str) -> tuple[Spec, Policy]:
    folder = profile_dir(name)
    spec = load_spec(folder / "openapi.yaml")
    return spec, load_policy(folder / "policy.yaml", spec)


def media_of(spec: Spec) -> Iterator[tuple[str, Media]]:
    for operation in spec.operations:
        for media in operation.body:
            yield f"{operation.id} request", media
        for response in operation.responses:
            for media in response.media:
                yield f"{operation.id} {response.status}", media


def test_the_shipped_profiles_are_listed() -> None:
    assert set(PROFILES) <= set(profile_names())


@pytest.mark.parametrize("name", PROFILES)
def test_every_example_of_the_document_is_valid(name: str) -> None:
    spec, _ = profile(name)
    examples = [(where, m, value) for where, m in media_of(spec) for value in m.examples]
    assert len(examples) > 40
    wrong = [
        f"{where}: {error.pointer} {error.message}"
        for where, media, value in examples
        for error in find_schema_errors(spec.document, media.schema, value)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", PROFILES)
def test_every_response_with_a_json_body_has_an_example(name: str) -> None:
    spec, _ = profile(name)
    bare = [where for where, m in media_of(spec) if "json" in m.media_type and not m.examples]
    assert bare == []


@pytest.mark.parametrize("name", PROFILES)
def test_every_secured_operation_documents_its_refusals(name: str) -> None:
    spec, policy = profile(name)
    for operation in spec.operations:
        if not operation.secured:
            continue
        for refusal in (policy.facts.authentication.bad, policy.facts.authorization.refusal):
            due = {str(s) for s in refusal.statuses.exact} if refusal else set()
            assert due <= {response.status for response in operation.responses}, operation.id


@pytest.mark.parametrize("name", PROFILES)
def test_every_clause_has_a_section_and_a_statement_in_other_words(name: str) -> None:
    _, policy = profile(name)
    folder = str(profile_dir(name))
    own = [clause for clause in policy.clauses if clause.file.startswith(folder)]
    assert [c.id for c in own if not (c.section and c.statement)] == []


YES_OR_NO = {"Is", "Are", "Was", "Were", "Does", "Do", "Did", "Has", "Have", "Can", "Would"}
TRAPS = {"any", "anything", "anybody", "anywhere", "ever"}


@pytest.mark.parametrize("name", PROFILES)
def test_whoever_attests_says_yes_where_a_clause_is_kept(name: str) -> None:
    """A "no" to "is any key shared?" would be recorded as a broken clause."""
    for clause in profile(name)[1].clauses:
        asked, mark, _ = clause.attest.partition("?")
        words = asked.replace(",", "").split()
        if clause.attest:
            assert mark, clause.id
            assert words[0] in YES_OR_NO, clause.id
            assert TRAPS.isdisjoint(words), clause.id


def test_webengage_has_every_clause_of_the_page() -> None:
    _, policy = profile("webengage")
    page = [clause for clause in policy.clauses if clause.source == "page"]
    assert len(page) == 59
    assert all(clause.quote for clause in page)


def test_dahimail_has_every_clause_of_the_page() -> None:
    spec, policy = profile("dahimail")
    page = [clause for clause in policy.clauses if clause.source == "page"]
    numbers = Counter(clause.id.split("-")[1] for clause in page)
    counted = {"1": 2, "4": 3, "5": 12, "6": 10, "7": 2, "9": 6, "12": 2, "13": 2}
    once = ("2", "3", "8", "10", "11", "14", "15")
    assert numbers == counted | dict.fromkeys(once, 1)
    assert sum(numbers.values()) == 46
    assert all(clause.quote for clause in page)
    assert len(spec.operations) == 29


def test_every_clause_of_dahimail_is_tested_attested_or_another_actors() -> None:
    _, policy = profile("dahimail")
    silent = [c for c in policy.clauses if not c.checks and not c.attest]
    assert {actor for clause in silent for actor in clause.actors} <= {"client"}


def test_emitrr_has_every_clause_of_the_page() -> None:
    _, policy = profile("emitrr")
    numbers = Counter(clause.id.split("-")[1] for clause in policy.clauses)
    assert numbers == {
        "1": 1,
        "2": 5,
        "3": 3,
        "4": 4,
        "5": 6,
        "6": 6,
        "7": 2,
        "8": 3,
        "9": 1,
        "10": 2,
        "11": 2,
        "12": 2,
        "13": 1,
    }
    assert all(clause.quote for clause in policy.clauses)
    silent = [c for c in policy.clauses if not c.checks and not c.attest]
    assert {actor for clause in silent for actor in clause.actors} <= {"client", "provider"}


def test_capengage_has_every_clause_of_the_page() -> None:
    _, policy = profile("capengage")
    own = [clause for clause in policy.clauses if clause.source == "page"]
    assert Counter(clause.section.split(" ")[0] for clause in own) == {
        "1": 1,
        "2.1": 6,
        "2.2": 3,
        "2.3": 2,
        "3": 8,
        "4.1": 6,
        "4.2": 6,
        "4.3": 3,
        "5": 5,
        "6.1": 4,
        "6.2": 1,
        "7": 5,
        "8": 5,
        "9": 1,
    }
    assert all(clause.quote for clause in own)
    silent = [clause for clause in own if not clause.checks and not clause.attest]
    assert {actor for clause in silent for actor in clause.actors} == {"client"}


def test_capsule_has_every_clause_of_the_page() -> None:
    spec, policy = profile("capsule")
    quoted = [clause.id for clause in policy.clauses if clause.quote]
    assert quoted == [f"CA-{n:02}" for n in range(1, 48)]
    assert len(spec.operations) == 31
    limits, webhooks = policy.facts.rate_limits, policy.facts.webhooks
    assert limits is not None
    (bucket,) = limits.buckets.values()
    assert (bucket.limit, bucket.window_s, bucket.per) == (4000, 3600.0, "user")
    assert isinstance(webhooks, Webhooks)
    assert webhooks.signature is NEVER
    assert webhooks.delivery.retries_s == (5.0, 60.0, 300.0, 900.0, 900.0)


def test_the_limits_of_emitrr_are_300_a_minute_for_each_endpoint() -> None:
    _, policy = profile("emitrr")
    limits = policy.facts.rate_limits
    assert limits is not None
    assert {b.name: (b.limit, b.window_s) for b in limits.buckets.values()} == {
        "message": (300, 60.0),
        "email": (300, 60.0),
    }


def test_a_scope_a_bucket_and_a_wrong_request_of_dahimail_are_facts() -> None:
    spec, policy = profile("dahimail")
    scopes = {scope for operation in spec.operations for scope in operation.scopes}
    assert len(scopes) == 9
    assert policy.facts.rate_limits is not None
    limits = {name: b.limit for name, b in policy.facts.rate_limits.buckets.items()}
    assert limits == {
        "general": 60, "transfer": 5, "send": 5, "reply": 10, "sentiment": 20, "scrape": 3
    }  # fmt: skip
    assert {"syntax", "schema", "method", "unknown_path", "failure"} <= set(policy.facts.requests)


def test_a_created_object_of_canonical_leads_to_all_that_can_be_done_with_it() -> None:
    spec, _ = profile("canonical")
    created = spec.operation("createContact").response_for(201)
    assert created is not None
    linked = {link.operation for link in created.links}
    assert linked >= {"getContact", "updateContact", "deleteContact", "sendMessage", "createNote"}
