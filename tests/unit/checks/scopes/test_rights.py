from collections.abc import Callable
from typing import Any

import pytest

from apicheck.authoring import Failure, NotApplicable, NotTested

IMPLIED = {
    "authorization": {"refusal": 403, "implies": {"contacts:write": "contacts:read"}},
}
ROLES = {
    "authorization": {"refusal": 403, "roles": {"owner": "*", "clerk": "getContact", "guest": []}}
}


def test_what_implies_a_right_is_left_out_with_it(bench: Callable[..., Any]) -> None:
    cases = bench("scopes/denied", facts=IMPLIED, operation="listContacts").cases()
    assert cases["all scopes but contacts:read"].case.value == {"scopes": ["campaigns"]}


def test_where_just_the_needed_rights_are_allowed_more_is_a_row_too(
    bench: Callable[..., Any],
) -> None:
    facts = {"authorization": {"refusal": 403, "needs": "exact"}}
    cases = bench("scopes/denied", facts=facts, operation="listContacts").cases()
    assert set(cases["all scopes"].case.value["scopes"]) == {
        "contacts:read", "contacts:write", "campaigns",
    }  # fmt: skip


def test_what_implies_a_scope_is_granted_in_its_place(
    bench: Callable[..., Any], server: Any
) -> None:
    server.allows = lambda holder, scope: bool(holder.scopes & {scope, "contacts:write"})
    made = bench("scopes/granted", facts=IMPLIED, operation="listContacts")
    assert made.judgements() == {
        "what is needed": None,
        "contacts:write in the place of what it implies": None,
    }


def test_a_server_that_forgets_what_is_implied_is_caught(bench: Callable[..., Any]) -> None:
    judgements = bench("scopes/granted", facts=IMPLIED, operation="listContacts").judgements()
    refused = judgements["contacts:write in the place of what it implies"]
    assert isinstance(refused, Failure)
    assert judgements["what is needed"] is None


def test_each_role_that_is_enough_is_tried_with_just_what_is_needed(
    bench: Callable[..., Any],
) -> None:
    cases = bench("scopes/granted", facts=ROLES, operation="getContact").cases()
    assert [case.case.value["roles"] for case in cases.values()] == [["owner"], ["clerk"]]


def test_roles_that_are_not_enough_are_tried_together(bench: Callable[..., Any]) -> None:
    made = bench("scopes/roles", facts=ROLES, operation="deleteContact")
    assert {name: bound.case.value for name, bound in made.cases().items()} == {
        "no role": {"roles": []},
        "every role that is not enough": {"roles": ["clerk", "guest"]},
    }


def test_an_operation_without_roles_is_not_asked_for_one(bench: Callable[..., Any]) -> None:
    facts = {"authorization": {"refusal": 403, "roles": {"owner": "deleteContact"}}}
    made = bench("scopes/roles", facts=facts, operation="getContact")
    assert isinstance(made.check.applies(made.subject), NotApplicable)


FLAWED: dict[str, Callable[[Any, str], bool]] = {
    "the beginning": lambda h, s: any(s.startswith(held) for held in h.scopes if held),
    "a continuation": lambda h, s: any(held.startswith(s) for held in h.scopes),
    "the end": lambda h, s: any(held.endswith(s) for held in h.scopes),
    "another case": lambda h, s: s.lower() in {held.lower() for held in h.scopes},
    "a list with a comma": lambda h, s: any(s in held.split(",") for held in h.scopes),
    "the first part": lambda h, s: any(s in (x, f"{x}:read", f"{x}:write") for x in h.scopes),
    "a wildcard in the place": lambda h, s: any(
        s == held or (held.endswith(":*") and s.startswith(held[:-1])) for held in h.scopes
    ),
    "a wildcard in the place of all": lambda h, s: bool(h.scopes & {s, "*"}),
}


@pytest.mark.parametrize("way", FLAWED)
def test_every_way_to_look_like_a_scope_is_caught(
    bench: Callable[..., Any], server: Any, way: str
) -> None:
    server.allows = FLAWED[way]
    made = bench("scopes/near-miss", facts=IMPLIED, operation="listContacts")
    judgement = made.judgements()[f"{way} of contacts:read"]
    assert isinstance(judgement, Failure)
    assert (judgement.outcome, judgement.detail) == ("accepted", way)


def test_scopes_that_are_compared_whole_pass_and_one_operation_is_enough(
    bench: Callable[..., Any],
) -> None:
    made = bench("scopes/near-miss", facts=IMPLIED, operation="listContacts")
    assert set(made.judgements().values()) == {None}
    other = bench("scopes/near-miss", facts=IMPLIED, operation="deleteContact")
    assert isinstance(other.check.applies(other.subject), NotApplicable)
    thorough = bench("scopes/near-miss", facts=IMPLIED, operation="deleteContact", thorough=True)
    assert not isinstance(thorough.check.applies(thorough.subject), NotApplicable | NotTested)


def test_a_server_without_scopes_is_left_to_the_check_of_scopes(
    bench: Callable[..., Any], server: Any
) -> None:
    server.allows = lambda *_: True
    made = bench("scopes/near-miss", facts=IMPLIED, operation="listContacts")
    assert all(isinstance(judged, NotApplicable) for judged in made.judgements().values())
