"""How long a passive check says that its reading took."""

from types import SimpleNamespace
from typing import Any

from apicheck.authoring import Check, folds
from apicheck.judge.results import judge_passive
from apicheck.model.exchange import Exchange, Request, Response, Role
from apicheck.model.facts import Facts
from apicheck.model.operation import Spec
from apicheck.model.plan import Options
from apicheck.model.subject import RunContext

CONTEXT = RunContext(Spec("t", "1", "3.1.0", (), {}, {}), Facts(), {}, {}, {})


def exchange(number: int, operation: str, took: float) -> Exchange:
    request = Request("GET", "/", operation=operation)
    return Exchange(f"e{number}", request, Response(200), None, number, number + took, Role.TABLE)


def test_a_passive_check_took_as_long_as_the_exchanges_of_each_operation() -> None:
    check = Check(
        title="A test",
        outcomes=(),
        proven_by={},
        id="test/reading",
        fold=folds.per_exchange(lambda *_: [("", None)]),
    )
    plan: Any = SimpleNamespace(passive=(check,), options=Options(), context=CONTEXT)
    exchanges = (exchange(1, "list", 0.25), exchange(2, "list", 0.5), exchange(3, "read", 0.125))
    results = {one.subject: one for one in judge_passive(plan, exchanges)}
    assert {name: one.seconds_read for name, one in results.items()} == {
        "list": 0.75,
        "read": 0.125,
    }
    assert {one.seconds for one in results.values()} == {0.0}
