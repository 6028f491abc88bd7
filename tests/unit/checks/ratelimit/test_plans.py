"""Limits by plan: which limit a run expects of whom."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from apicheck.authoring import Mode, RunContext
from apicheck.checks.ratelimit._plans import bucket_for
from apicheck.load import facts_from, load_target, parse_spec
from apicheck.model.exchange import Exchange, Response, Transcript
from apicheck.model.plan import Options, Probe
from apicheck.model.policy import Clause, Policy
from apicheck.model.step import Send, Together, Wait
from apicheck.model.target import Identity, Limit, Target
from apicheck.model.verdict import Failure, Judgement
from apicheck.plan import plan
from apicheck.plan.context import build_context
from apicheck.registry import collect
from reference_server.state.limits import FixedWindow

SPEC = parse_spec(
    """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /orders: {get: {operationId: listOrders, responses: {default: {description: d}}}}
""",
    "openapi.yaml",
)
FACTS = facts_from(
    {
        "rate_limits": {
            "buckets": {"general": {"limit": 60, "ops": "*"}},
            "plans": {"free": {"general": 6}, "paid": {"general": 600}},
        }
    }
)


def context_of(limits: dict[str, Limit], **plans: str) -> RunContext:
    identities = {name: Identity(name, f"${name}", plan=plan) for name, plan in plans.items()}
    target = Target("t", "http://127.0.0.1", identities=identities, limits=limits)
    return build_context(
        SPEC,
        Policy("p", "", "", clauses=(), facts=FACTS),
        target,
        capabilities=frozenset(),
        mode=Mode.FULL,
        thorough=False,
    )


def limit_for(context: RunContext, identity: str) -> int | None:
    assert context.facts.rate_limits is not None
    return bucket_for(context, context.facts.rate_limits.buckets["general"], identity).limit


def test_each_identity_has_the_limit_of_its_plan() -> None:
    context = context_of({}, admin="paid", guest="free", other="")
    assert [limit_for(context, name) for name in ("admin", "guest")] == [600, 6]


def test_an_identity_without_a_plan_has_the_limit_of_the_first_that_names_one() -> None:
    assert limit_for(context_of({}, other="", guest="free"), "other") == 6
    assert limit_for(context_of({}, other=""), "other") == 60


def test_of_an_identity_that_the_run_made_no_limit_is_expected() -> None:
    assert limit_for(context_of({}, admin="paid"), "minted-1") is None


def test_a_limit_of_the_target_file_holds_for_every_plan() -> None:
    context = context_of({"general": Limit(3)}, admin="paid", guest="free")
    assert {limit_for(context, name) for name in ("admin", "guest", "minted-1")} == {3}


SECURED = parse_spec(
    """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /orders:
    get:
      operationId: listOrders
      security: [{key: []}]
      responses: {"200": {description: d}}
components: {securitySchemes: {key: {type: http, scheme: bearer}}}
""",
    "openapi.yaml",
)
BY_PLAN = {"free": 3, "paid": 8}
TARGET_FILE = """\
base_url = "http://127.0.0.1:1"
[identities.first]
token_env = "FREE_TOKEN"
plan = "free"
[identities.second]
token_env = "PAID_TOKEN"
plan = "paid"
"""


def probes_by_plan(tmp_path: Path) -> dict[str, Probe]:
    """The probes of `ratelimit/plan` on a target whose clock nobody moves."""
    sizes = {plan: {"general": limit} for plan, limit in BY_PLAN.items()}
    rates = {"window": "10s", "buckets": {"general": {}}, "plans": sizes, "refusal": 429}
    clause = Clause(id="PLAN", checks=("ratelimit/plan",))
    policy = Policy("p", "", "", clauses=(clause,), facts=facts_from({"rate_limits": rates}))
    (tmp_path / "apicheck.toml").write_text(TARGET_FILE)
    environ = {"FREE_TOKEN": "t0ken-free", "PAID_TOKEN": "t0ken-paid"}
    target = load_target(tmp_path / "apicheck.toml", spec=SECURED, policy=policy, environ=environ)
    made = plan(SECURED, policy, target, collect(), Options(), capabilities=frozenset())
    return {probe.subject.row.name: probe for probe in made.probes}


def judge(probe: Probe, limits: Mapping[str, int]) -> Judgement:
    """Play a probe on a server with these limits by identity, in fixed windows of ten seconds."""
    limiters = {name: FixedWindow(10.0) for name in limits}
    now, exchanges = 100.0, list[Exchange]()

    def respond(send: Send) -> Exchange:
        nonlocal now
        who = send.request.identity
        now += 0.01
        admitted = limiters[who].ask(now, limits[who], count=True).allowed
        name, response = f"e{len(exchanges)}", Response(200 if admitted else 429)
        exchanges.append(Exchange(name, send.request, response, None, now, now + 0.005, send.role))
        return exchanges[-1]

    assert probe.check.script is not None
    assert probe.check.judge is not None
    script, value = probe.check.script(probe.subject), None
    while True:
        try:
            step = script.send(value)
        except StopIteration:
            return probe.check.judge(probe.subject, Transcript("p", tuple(exchanges)))
        value = None
        match step:
            case Wait():
                now += step.seconds
            case Send():
                value = respond(step)
            case Together():
                value = tuple(respond(send) for send in step.sends)


def test_each_of_two_plans_is_tested_as_the_identity_of_the_target_file_that_has_it(
    tmp_path: Path,
) -> None:
    probes = probes_by_plan(tmp_path)
    assert set(probes) == {"free", "paid"}
    right = {"first": BY_PLAN["free"], "second": BY_PLAN["paid"]}
    assert [judge(probe, right) for probe in probes.values()] == [None, None]


@pytest.mark.parametrize(
    ("limits", "found"),
    [
        ({"first": 3, "second": 3}, {"paid": "too-few"}),
        ({"first": 8, "second": 8}, {"free": "too-many"}),
        ({"first": 8, "second": 3}, {"free": "too-many", "paid": "too-few"}),
    ],
)
def test_an_identity_with_the_limit_of_another_plan_is_found(
    tmp_path: Path, limits: dict[str, int], found: dict[str, str]
) -> None:
    judged = {name: judge(probe, limits) for name, probe in probes_by_plan(tmp_path).items()}
    failed = {name: one for name, one in judged.items() if isinstance(one, Failure)}
    assert {name: one.outcome for name, one in failed.items()} == found
    if "paid" in failed:
        assert failed["paid"].actual.endswith("on the plan paid, as on the plan free")
