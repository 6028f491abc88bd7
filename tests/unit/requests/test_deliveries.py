"""Deliveries to a receiver, as a plan lists them without knowing the secret."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace

import pytest

from apicheck.load import facts_from, read_spec
from apicheck.model.policy import Policy
from apicheck.model.subject import Subject, SubjectKind
from apicheck.model.target import Mode, Target
from apicheck.plan.context import build_context
from apicheck.requests.deliveries import (
    build_delivery,
    describe_near_misses,
    describe_rotations,
    receives,
)
from apicheck.signatures import Delivery, Signing
from apicheck.signatures.near_misses import list_near_misses

SECRETS = {
    "standard-webhooks": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "public key": "whsk_" + base64.b64encode(bytes(range(32))).decode(),
}
SCHEMES: Mapping[str, Mapping[str, str]] = {
    "standard-webhooks": {},
    "public key": {"scheme": "standard-webhooks", "version": "v1a"},
    "stripe": {},
    "github": {},
    "slack": {},
    "shopify": {},
    "paddle": {},
    "twilio": {},
    "http-message-signatures": {"components": "@method @target-uri content-digest"},
    "hmac": {"signed": "{timestamp}.{body}", "timestamp": "X-Time"},
    "md5-query": {},
}
ELSEWHERE = {"url-another", "target-another"}
"""Near misses that were signed for another path."""
LENIENT = {"twilio": {"version-unknown"}}


def subject_of(options: Mapping[str, str], receiver: str = "deliver") -> Subject:
    operation = {
        "operationId": "deliver",
        "requestBody": {"content": {"application/json": {"example": {"id": "1", "text": "a b"}}}},
        "responses": {"2XX": {"description": "Fine"}},
    }
    document = {
        "openapi": "3.1.0",
        "info": {"title": "A receiver", "version": "1"},
        "paths": {"/hook": {"post": operation}},
    }
    facts = facts_from({"webhooks": {"receiver": receiver, "signature": dict(options)}})
    spec = read_spec(document)
    policy = Policy("receiver", "", "", clauses=(), facts=facts)
    target = Target("t", "http://127.0.0.1")
    context = build_context(
        spec, policy, target, capabilities=frozenset(), mode=Mode.FULL, thorough=False
    )
    return Subject(SubjectKind.OPERATION, "deliver", context, operation=spec.operations[0])


@pytest.mark.parametrize("name", SCHEMES)
def test_the_names_are_those_of_the_real_secret(name: str) -> None:
    subject = subject_of({"scheme": name, **SCHEMES[name]})
    signature = receives(subject)
    assert signature is not None
    request = build_delivery(subject)
    unsigned = Delivery(
        "POST", "/hook", (("Host", "a"), *request.wire_headers), request.body or b"", "https"
    )
    signing = Signing(signature, SECRETS.get(name, "a secret of some length"), 1e9, {"id": "1"})
    strict = {one.name for one in list_near_misses(signing, unsigned) if not one.lenient}
    assert set(describe_near_misses(subject)) == strict - ELSEWHERE - LENIENT.get(name, set())


def test_an_hmac_has_several_signatures_only_where_the_policy_separates_them() -> None:
    assert describe_rotations(subject_of({"scheme": "hmac"})) == {}
    assert len(describe_rotations(subject_of({"scheme": "hmac", "separator": ";"}))) == 2


def test_an_operation_that_receives_nothing_has_no_deliveries() -> None:
    subject = subject_of({"scheme": "github"}, receiver="another")
    assert receives(subject) is None
    assert describe_near_misses(subject) == {}
    provider = facts_from({"webhooks": {"signature": {"scheme": "github"}}})
    sends = replace(subject, context=replace(subject.context, facts=provider))
    assert receives(sends) is None
