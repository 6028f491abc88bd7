"""The catalogue of faults: what is declared, where it stands, and that it can be switched on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reference_server.call import Call, Reply
from reference_server.document.profile import read_profile
from reference_server.faults import other_statuses
from reference_server.faults.catalogue import (
    catalogue,
    fault_modules,
    faults_in,
    find_mistakes,
    select,
)
from reference_server.faults.fault import alters, fault
from reference_server.responses.success import finish_success
from reference_server.seam import seams

PLACED = [
    (module, declared)
    for module in fault_modules()
    if module is not other_statuses
    for declared in faults_in(module)
]
Finish = Callable[[Call, Reply], Reply]


def unchanged(honest: Finish, call: Call, reply: Reply) -> Reply:
    return honest(call, reply)


def one_more(call: Call, reply: Reply) -> Reply:
    return replace(reply, status=reply.status + 1)


def test_there_are_as_many_faults_as_declarations() -> None:
    assert len(PLACED) + len(other_statuses.FAULTS) == len(catalogue()) >= 230


def test_the_family_of_a_fault_is_the_folder_of_its_module() -> None:
    folders = {module.__name__.split(".")[-2] for module, _ in PLACED}
    misplaced = [
        declared.id
        for module, declared in PLACED
        if declared.id.partition("/")[0] != module.__name__.split(".")[-2]
    ]
    assert misplaced == []
    assert {declared.id.partition("/")[0] for declared in other_statuses.FAULTS} <= folders


def test_every_seam_is_replaced_by_some_fault() -> None:
    replaced = {seam for one in catalogue().values() for seam in one.replacements}
    own = {seam for seam in seams() if seam.__module__.startswith("reference_server.")}
    assert replaced == own


def test_every_mistake_of_the_declarations_is_named() -> None:
    declared = [
        fault(finish_success, fault_id="auth/twice", about="One.")(unchanged),
        fault(finish_success, fault_id="auth/twice", about="Another.")(unchanged),
        fault(finish_success, fault_id="Auth/Upper", about="Has capitals.")(unchanged),
        fault(finish_success, fault_id="auth/silent")(unchanged),
    ]
    assert list(find_mistakes(declared)) == [
        "auth/twice: declared 2 times",
        "Auth/Upper: an id is family/name, in lower case and with hyphens",
        "auth/silent: says in no sentence what it does",
    ]


def test_a_fault_of_a_function_that_is_no_seam_is_refused() -> None:
    with pytest.raises(TypeError, match=r"auth/x: .*unchanged.* is not a seam"):
        fault(unchanged, fault_id="auth/x")(lambda honest, *arguments: honest(*arguments))


def test_a_fault_has_its_id_and_its_sentence_from_its_function() -> None:
    @fault(finish_success, needs=("order",))
    def made_up(honest: Finish, call: Call, reply: Reply) -> Reply:
        """The sentence stands
        on two lines."""
        return honest(call, reply)

    assert (made_up.id, made_up.about, made_up.needs) == (
        "reference_server/made-up",
        "The sentence stands on two lines.",
        ("order",),
    )


def test_a_fault_that_alters_is_given_what_the_honest_function_returns() -> None:
    @alters(finish_success)
    def made_up(made: Reply, call: Call, reply: Reply) -> Reply:
        """The status is one more."""
        made.status += 1
        return made

    replacement = made_up.replacements[finish_success]
    call: Any = None
    assert replacement(one_more, call, Reply(200)).status == 202
    assert (made_up.id, made_up.about) == ("reference_server/made-up", "The status is one more.")


def test_a_fault_may_replace_several_seams() -> None:
    name = "auth/method-override-skips-authentication"
    replaced = {seam.__name__ for seam in catalogue()[name].replacements}
    assert replaced == {"match_operation", "authenticate"}


def test_two_faults_in_one_seam_are_both_on(canonical: Any) -> None:
    on = ["headers/sends-banner", "headers/omits-request-id"]
    canonical.control("PUT", "/faults", {"on": on})
    answer = canonical.send("GET", "/v2/account", token=canonical.admin.token)
    assert (answer["Server"] is None, answer["X-Request-Id"]) == (False, None)


def test_a_fault_that_is_switched_off_shows_no_more(canonical: Any) -> None:
    statuses = []
    for on in (["auth/skips-authentication"], []):
        canonical.control("PUT", "/faults", {"on": on})
        statuses.append(canonical.send("GET", "/v2/account").status)
    assert statuses == [200, 401]


def test_a_fault_of_one_server_is_none_of_another(drive: Callable[[str], Any]) -> None:
    faulty, honest = drive("canonical"), drive("canonical")
    faulty.control("PUT", "/faults", {"on": ["auth/skips-authentication"]})
    assert [one.send("GET", "/v2/account").status for one in (faulty, honest)] == [200, 401]


ELSEWHERE = {
    "capsule": {
        "formats/ignores-since",
        "formats/list-of-deleted-has-all",
        "formats/list-of-deleted-misses-the-newest",
        "formats/refuses-unknown-embed",
        "formats/since-in-the-local-zone",
    },
    "dahimail": {
        "formats/insists-on-accept",
        "ratelimit/changes-before-it-refuses",
        "ratelimit/deletes-before-it-refuses",
        "ratelimit/writes-cost-nothing",
        "scopes/counts-what-others-have",
    },
    "webengage": {
        "formats/changes-the-label-alone",
        "formats/errors-in-the-chosen-format",
        "formats/ignores-the-chosen-format",
        "formats/refuses-other-formats",
        "ratelimit/sends-before-it-refuses",
    },
}
"""Profile -> faults in what its source promises, for which canonical would need more operations."""
UNPROMISED = {"webhooks/follows-no-redirect"}
"""Faults in what no profile promises: tests/e2e/test_deliveries_otherwise.py shows them."""


def test_every_fault_can_show_in_canonical_or_where_else_its_facts_are(canonical: Any) -> None:
    shown = (canonical.server.profile, read_profile("receiver"))
    hidden = {one.id for one in catalogue().values() if not any(map(one.applicable, shown))}
    assert hidden == UNPROMISED.union(*ELSEWHERE.values())
    for name, faults in ELSEWHERE.items():
        profile = read_profile(name)
        assert [one for one in faults if not catalogue()[one].applicable(profile)] == []


def test_a_profile_without_scopes_or_deprecations_hides_their_faults(webengage: Any) -> None:
    profile = webengage.server.profile
    assert not catalogue()["versioning/deprecation-true"].applicable(profile)
    assert not catalogue()["auth/challenge-malformed"].applicable(profile)
    assert catalogue()["auth/skips-authentication"].applicable(profile)


def test_an_unknown_fault_is_named() -> None:
    with pytest.raises(KeyError, match="auth/no-such"):
        select(["auth/no-such"])
