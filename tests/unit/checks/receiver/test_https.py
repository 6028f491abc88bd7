"""Which URLs of receivers are judged, and which say nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from apicheck.model.check import Applies
from apicheck.model.exchange import Exchange, Request, Response, Role, Transcript
from apicheck.model.subject import Subject
from apicheck.model.verdict import Failure, NotApplicable, NotTested
from apicheck.pages.setting import subject_of
from apicheck.registry import collect

CHECK = collect(entry_points=False)["receiver/https"]
RECEIVES = {"receiver": "createContact", "signature": "standard-webhooks"}


def subject(base_url: str = "http://127.0.0.1", https_url: str = "", **webhooks: Any) -> Subject:
    facts = {"webhooks": RECEIVES | {"https": "recommended"} | webhooks}
    endpoints = {"https_url": https_url} if https_url else {}
    given = {"facts": facts, "operation": "createContact", "endpoints": endpoints}
    found = subject_of(CHECK, given)
    return replace(found, context=replace(found.context, base_url=base_url))


def delivered() -> Transcript:
    request = Request("POST", "/contacts", operation="createContact")
    exchange = Exchange("x1", request, Response(200), None, 0, 1, Role.TABLE)
    return Transcript("p", (exchange,))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000", "http://127.9.9.9"]
)
def test_a_receiver_on_this_machine_is_not_judged_by_its_url(url: str) -> None:
    assert isinstance(CHECK.applies(subject(url)), NotTested)


def test_a_receiver_elsewhere_that_takes_deliveries_by_plain_http_is_insecure() -> None:
    found = subject("http://hooks.example.com")
    assert isinstance(CHECK.applies(found), Applies)
    assert CHECK.judge is not None
    judged = CHECK.judge(found, delivered())
    assert isinstance(judged, Failure)
    assert (judged.outcome, judged.detail) == ("insecure", "plain HTTP")


def test_a_receiver_with_https_is_judged_by_its_certificate() -> None:
    found = subject("https://127.0.0.1:8443", "https://127.0.0.1:8443")
    assert isinstance(CHECK.applies(found), Applies)
    assert CHECK.judge is not None
    assert CHECK.judge(found, delivered()) is None


def test_certificates_that_are_not_verified_are_not_judged() -> None:
    found = subject("https://hooks.example.com", "https://hooks.example.com")
    unverified = replace(found, context=replace(found.context, verifies_certificates=False))
    assert isinstance(CHECK.applies(unverified), NotTested)


def test_nothing_is_asked_of_receivers_for_which_no_policy_asks_it() -> None:
    silent = subject_of(CHECK, {"facts": {"webhooks": RECEIVES}, "operation": "createContact"})
    assert isinstance(CHECK.applies(silent), NotApplicable)
