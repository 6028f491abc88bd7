"""Which operations the credential checks apply to."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from apicheck.authoring import Applies, ExpectedResponse, NotApplicable

FACTS = {"authentication": {"refusal": 401, "several": 400, "credential_in": ["header"]}}


def applicability(bench: Callable[..., Any], check: str, **setting: Any) -> dict[str, Any]:
    made = bench(check, **{"facts": FACTS, "operation": "listContacts", **setting})
    context = made.subject.context
    return {
        operation.id: made.check.applies(replace(made.subject, operation=operation))
        for operation in context.spec.operations
    }


def test_the_plainest_operations_stand_for_all_with_the_same_security(
    bench: Callable[..., Any],
) -> None:
    found = applicability(bench, "auth/two-credentials")
    chosen = [name for name, applies in found.items() if isinstance(applies, Applies)]
    assert chosen == ["listContacts", "createContact"]
    assert (
        found["getContact"].reason
        == "tested on listContacts, which has the same security (--thorough tests every operation)"
    )


def test_a_thorough_run_tests_every_operation(bench: Callable[..., Any]) -> None:
    found = applicability(bench, "auth/two-credentials", thorough=True)
    chosen = [name for name, applies in found.items() if isinstance(applies, Applies)]
    assert len(chosen) == 5


@pytest.mark.parametrize("check", ["auth/missing-credentials", "auth/bypass", "auth/order"])
def test_an_operation_that_the_policy_opens_to_all_needs_no_credential(
    bench: Callable[..., Any], check: str
) -> None:
    facts = {
        "order": ["credential", "object"],
        "authorization": {"absent": 404},
        "authentication": {"refusal": 401, "anonymous_may": "getContact"},
    }
    found = applicability(bench, check, facts=facts)
    assert isinstance(found["getContact"], NotApplicable)
    assert isinstance(found["deleteContact"], Applies)
    assert isinstance(applicability(bench, "auth/public", facts=facts)["getContact"], Applies)


@pytest.mark.parametrize(
    ("check", "authentication", "promised"),
    [
        ("auth/missing-credentials", {"refusal": 401}, "401"),
        ("auth/two-credentials", {"several": 400}, "400"),
    ],
)
def test_a_check_carries_the_promised_refusal_and_needs_one(
    bench: Callable[..., Any], check: str, authentication: Any, promised: str
) -> None:
    found = applicability(bench, check, facts={"authentication": authentication})["listContacts"]
    assert isinstance(found.promise, ExpectedResponse)
    assert str(found.promise.statuses) == promised
    silent = applicability(bench, check, facts={"authentication": {}})["listContacts"]
    assert isinstance(silent, NotApplicable)
    assert silent.reason.startswith("the policy promises no response to")
