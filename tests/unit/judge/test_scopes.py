"""What came of each scope that an operation needs."""

from types import SimpleNamespace
from typing import Any

import pytest

from apicheck.judge.scopes import list_scope_uses
from apicheck.model.check import Applies, Check
from apicheck.model.exchange import Exchange, Request, Response, Role, Transcript
from apicheck.model.facts import Authorization, Facts
from apicheck.model.json import Json
from apicheck.model.operation import Operation, Spec
from apicheck.model.plan import Probe
from apicheck.model.results import ScopeUse
from apicheck.model.subject import Case, RunContext, Subject, SubjectKind
from apicheck.model.target import Identity

LIST = Operation("list", "GET", "/things", "/paths/~1things/get")
SPEC = Spec("t", "1", "3.1.0", (LIST,), {}, {})
AUTHORIZATION = Authorization(implies={"admin": ("read",)})
IDENTITIES = {
    "clerk": Identity("clerk", "$A", scopes=("write",)),
    "expired": Identity("expired", "$B", scopes=("write",), state="expired"),
    "owner": Identity("owner", "$C", scopes=None),
}
CONTEXT = RunContext(
    SPEC,
    Facts(authorization=AUTHORIZATION),
    IDENTITIES,
    {},
    {},
    required_scopes={"list": ("read",)},
)
CHECK = Check(title="x", outcomes=(), proven_by={}, id="scopes/any")


def uses(value: Json, *statuses: int, role: Role = Role.TABLE, method: str = "GET") -> Any:
    subject = Subject(
        SubjectKind.OPERATION, "list", CONTEXT, operation=LIST, case=Case("row", value)
    )
    plan: Any = SimpleNamespace(
        probes=(Probe("p", CHECK, subject, Applies()),),
        context=CONTEXT,
        spec=SPEC,
        policy=SimpleNamespace(facts=CONTEXT.facts),
    )
    request = Request(method, "/things", operation="list")
    played = (
        Exchange(f"e{n}", request, Response(status), None, 0, 0.1, role)
        for n, status in enumerate(statuses)
    )
    (use,) = list_scope_uses(plan, [Transcript("p", tuple(played))])
    return use


@pytest.mark.parametrize(
    ("value", "lacking", "holding"),
    [
        ({"scopes": []}, (403,), ()),
        ({"scopes": ["write"]}, (403,), ()),
        ({"scopes": ["read", "write"]}, (), (403,)),
        ({"scopes": ["admin"]}, (), (403,)),
        ({"permissions": []}, (), ()),
        ({"identity": "clerk"}, (403,), ()),
        ({"identity": "expired"}, (), ()),
        ({"identity": "owner"}, (), ()),
        ({"identity": "nobody"}, (), ()),
        ("a word", (), ()),
        (None, (), ()),
    ],
)
def test_a_row_says_which_scopes_its_caller_holds(
    value: Json, lacking: tuple[int, ...], holding: tuple[int, ...]
) -> None:
    assert uses(value, 403) == ScopeUse("list", "read", lacking, holding)


def test_every_status_is_told_once() -> None:
    assert uses({"scopes": []}, 403, 200, 403).lacking == (200, 403)


def test_only_valid_requests_of_the_row_count() -> None:
    assert uses({"scopes": []}, 403, role=Role.CONTROL).lacking == ()
    assert uses({"scopes": []}, 403, method="POST").lacking == ()
