"""Limits by plan: which limit a run expects of whom."""

from __future__ import annotations

from apicheck.authoring import Mode, RunContext
from apicheck.checks.ratelimit._plans import bucket_for
from apicheck.load import facts_from, parse_spec
from apicheck.model.policy import Policy
from apicheck.model.target import Identity, Limit, Target
from apicheck.plan.context import build_context

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
