"""How each limit is tested, and what that costs, before anything is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apicheck.load import facts_from, parse_spec
from apicheck.model.plan import Options, Plan
from apicheck.model.policy import Clause, Policy
from apicheck.model.target import Identity, Limit, Target
from apicheck.plan import plan
from apicheck.plan.prices import CLOCK, LOWERED, ONE_PASS, PASSIVE, Price, list_prices
from apicheck.registry import collect

SPEC = parse_spec(
    """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /orders:
    get:
      operationId: listOrders
      security: [{key: []}]
      responses: {"200": {description: d}}
    post:
      operationId: createOrder
      security: [{key: []}]
      responses: {"201": {description: d}}
components: {securitySchemes: {key: {type: http, scheme: bearer}}}
""",
    "openapi.yaml",
)
FACTS = facts_from(
    {
        "rate_limits": {
            "window": "10s",
            "refusal": 429,
            "buckets": {
                "reads": {"limit": 20, "ops": "listOrders"},
                "writes": {"limit": 4, "ops": "createOrder"},
                "unused": {"limit": 1, "ops": "/nowhere"},
            },
        }
    }
)
LOWERED_ONCE = f"{LOWERED}, and {ONE_PASS}"
QUOTA = Clause(id="RATE", checks=("ratelimit/quota",))


def planned(*, clock: bool = False, **limits: Limit) -> Plan:
    us = Identity("us", "$APICHECK_US_TOKEN")
    target = Target("t", "http://127.0.0.1", identities={"us": us}, limits=limits)
    policy = Policy("p", "", "", clauses=(QUOTA,), facts=FACTS)
    can = frozenset({"clock"}) if clock else frozenset[str]()
    return plan(SPEC, policy, target, collect(), Options(), capabilities=can)


def prices(made: Plan) -> dict[str, Price]:
    return {price.bucket: price for price in list_prices(made)}


def test_a_limit_is_tested_by_the_clock_or_by_waiting_and_writes_are_counted() -> None:
    by_clock, real = prices(planned(clock=True)), prices(planned())
    assert set(real) == {"reads", "writes"}
    assert [by_clock[name].strategy for name in by_clock] == [CLOCK, CLOCK]
    assert [by_clock[name].seconds for name in by_clock] == [0.0, 0.0]
    assert [real[name].strategy for name in real] == [ONE_PASS, ONE_PASS]
    assert real["reads"].effects == 0
    assert real["writes"].effects == real["writes"].requests > 4


def test_a_limit_of_the_target_file_goes_before_that_of_the_policy() -> None:
    lowered, usual = (prices(made)["reads"] for made in (planned(reads=Limit(3)), planned()))
    assert lowered.strategy.startswith(LOWERED)
    assert lowered.limit == 3
    assert lowered.requests < usual.requests


def test_a_large_limit_on_a_real_clock_is_not_attempted_and_its_price_is_said() -> None:
    price = prices(planned(reads=Limit(4000, 3600.0)))["reads"]
    assert (price.strategy, price.requests) == (PASSIVE, 0)
    assert "8018 requests and 25200 s" in price.reason
    assert "use_up = true" in price.reason


def test_a_large_limit_is_reached_where_the_target_file_allows_it() -> None:
    made = planned(reads=Limit(4000, 3600.0, use_up=True))
    price = prices(made)["reads"]
    assert (price.strategy, price.requests, price.seconds) == (LOWERED_ONCE, 8018, 25200.0)
    assert price.effects == 0
    assert made.estimate.seconds >= price.seconds


@pytest.mark.parametrize("clock", [True, False])
def test_buckets_are_tested_at_the_same_time_where_no_clock_is_moved(*, clock: bool) -> None:
    one, other = (probe.applies.claims.exclusive for probe in planned(clock=clock).probes)
    assert bool(one & other) is clock


def test_the_estimate_counts_waits_that_overlap_once() -> None:
    made = planned()
    longest = max(price.seconds for price in list_prices(made))
    assert longest <= made.estimate.seconds < longest + 1
    alone = replace(made.options, concurrency=1)
    in_turns = plan(SPEC, made.policy, made.target, collect(), alone).estimate.seconds
    assert in_turns > 1.9 * longest
