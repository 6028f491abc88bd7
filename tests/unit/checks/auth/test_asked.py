"""Which operations the checks of credentials ask."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from apicheck.authoring import Applies, NotApplicable

FACTS = {"authentication": {"refusal": 401, "several": 400, "credential_in": ["header"]}}


def applied(bench: Callable[..., Any], check: str, **setting: Any) -> dict[str, Any]:
    made = bench(check, **{"facts": FACTS, "operation": "listContacts", **setting})
    context = made.subject.context
    return {
        operation.id: made.check.applies(replace(made.subject, operation=operation))
        for operation in context.spec.operations
    }


def test_how_credentials_are_read_is_asked_of_the_plainest_operations(
    bench: Callable[..., Any],
) -> None:
    asked = applied(bench, "auth/two-credentials")
    chosen = [name for name, applies in asked.items() if isinstance(applies, Applies)]
    assert chosen == ["listContacts", "createContact"]
    assert (
        asked["getContact"].reason
        == "tested on listContacts, which has the same security (--thorough tests every operation)"
    )


def test_thoroughly_it_is_asked_of_all(bench: Callable[..., Any]) -> None:
    asked = applied(bench, "auth/two-credentials", thorough=True)
    chosen = [name for name, applies in asked.items() if isinstance(applies, Applies)]
    assert len(chosen) == 5


@pytest.mark.parametrize("check", ["auth/missing-credentials", "auth/bypass", "auth/order"])
def test_what_anybody_may_call_is_not_guarded(bench: Callable[..., Any], check: str) -> None:
    facts = {
        "order": ["credential", "object"],
        "authorization": {"absent": 404},
        "authentication": {"refusal": 401, "anonymous_may": "getContact"},
    }
    asked = applied(bench, check, facts=facts)
    assert isinstance(asked["getContact"], NotApplicable)
    assert isinstance(asked["deleteContact"], Applies)
    assert isinstance(applied(bench, "auth/public", facts=facts)["getContact"], Applies)
