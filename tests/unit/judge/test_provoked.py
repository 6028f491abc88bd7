"""A failure that a check provokes is marked for the passive checks."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from apicheck.judge.results import select_for_passive
from apicheck.model.check import Applies, Check
from apicheck.model.exchange import Exchange, Request, Response, Role, Transcript
from apicheck.model.facts import Facts
from apicheck.model.operation import Spec
from apicheck.model.plan import Probe
from apicheck.model.subject import RunContext, Subject, SubjectKind

CONTEXT = RunContext(Spec("t", "1", "3.1.0", (), {}, {}), Facts(), {}, {}, {})
CHECK = Check(title="x", outcomes=(), proven_by={}, id="errors/odd", provokes=frozenset({500}))
PROBE = Probe("errors/odd/op", CHECK, Subject(SubjectKind.OPERATION, "op", CONTEXT), Applies())
PLAN: Any = SimpleNamespace(probes=(PROBE,), provoking=())


def exchange(number: int, status: int, role: Role) -> Exchange:
    return Exchange(f"e{number}", Request("GET", "/"), Response(status), None, 0, 0.1, role)


def provoked(*exchanges: Exchange, probe: str = PROBE.key) -> list[str]:
    seen = select_for_passive(PLAN, [Transcript(probe, exchanges)])
    return [one.id for one in seen if one.observed("provoked")]


def test_a_provoked_response_is_marked_and_that_of_a_control_is_not() -> None:
    exchanges = [
        exchange(1, 500, Role.CONTROL),
        exchange(2, 500, Role.DRAWN),
        exchange(3, 500, Role.SHRINK),
        exchange(4, 502, Role.TABLE),
    ]
    assert provoked(*exchanges) == ["e2", "e3"]


def test_an_unprovoked_response_is_not_marked() -> None:
    assert provoked(exchange(1, 500, Role.TABLE), probe="control/op") == []


def test_an_exchange_in_two_transcripts_counts_once() -> None:
    one = exchange(1, 500, Role.DRAWN)
    transcripts = [Transcript(PROBE.key, (one,)), Transcript("another", (replace(one),))]
    seen = select_for_passive(PLAN, transcripts)
    assert [(e.id, len(e.observations)) for e in seen] == [("e1", 1)]


@pytest.mark.parametrize("roles", [(Role.CONTROL, Role.TABLE), (Role.TABLE, Role.CONTROL)])
def test_what_is_the_control_of_one_script_and_tests_the_property_of_another_is_the_latter(
    roles: tuple[Role, Role],
) -> None:
    transcripts = [Transcript(f"a/b/{role}", (exchange(1, 403, role),)) for role in roles]
    assert [one.role for one in select_for_passive(PLAN, transcripts)] == [Role.TABLE]
