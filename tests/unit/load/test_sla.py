"""SLA4OAI documents: their limits are facts, and each mistake in them is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.load import load_policy, parse_spec
from apicheck.model.errors import Mistake, PolicyError
from apicheck.model.policy import Policy

SPEC = parse_spec(
    """\
openapi: 3.1.0
info: {title: Pets, version: "1"}
paths:
  /pets:
    get: {operationId: listPets, responses: {default: {description: d}}}
    post: {operationId: createPet, responses: {default: {description: d}}}
  /pets/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {default: {description: d}}
""",
    "openapi.yaml",
)
HEAD = "context: {id: pets, sla: '1.0', type: plans}\nmetrics: {requests: {type: integer}}\n"


def load(tmp_path: Path, sla: str, facts: str = "") -> Policy:
    (tmp_path / "plans.yaml").write_text(HEAD + sla)
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"policy: pets\ninclude: [plans.yaml]\n{facts}")
    return load_policy(policy, SPEC)


def mistakes_of(tmp_path: Path, sla: str, facts: str = "") -> list[Mistake]:
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, sla, facts)
    return list(caught.value.mistakes)


PLANS = """\
rates:
  /pets/{id}: {get: {requests: [{max: 1, period: secondly, scope: ip}]}}
plans:
  base:
    rates: {/pets: {get: {requests: [{max: 10, period: minutely}]}}}
  free:
    rates: {/pets: {get: {requests: [{max: 5, period: {amount: 1, unit: minute}}]}}}
  pro:
    quotas:
      /pets:
        get:
          requests:
            - {max: 20, period: minutely}
            - {max: 100, period: hourly, scope: tenant}
            - {max: 9000, period: monthly}
        post:
          requests: [{max: 7}]
          animalTypes: [{max: 5}]
"""


def test_the_limits_of_requests_are_buckets_and_plans(tmp_path: Path) -> None:
    limits = load(tmp_path, PLANS).facts.rate_limits
    assert limits is not None
    shown = {
        name: (one.limit, one.window_s, one.per, one.also) for name, one in limits.buckets.items()
    }
    assert shown == {
        "GET /pets/{id}-1s-ip": (1, 1.0, "ip", ()),
        "listPets-1m": (10, 60.0, "token", ("listPets-1h-account", "listPets-1month")),
        "listPets-1h-account": (None, 3600.0, "account", ()),
        "listPets-1month": (None, 31 * 86400.0, "token", ()),
    }
    assert limits.plans == {
        "free": {"listPets-1m": 5},
        "pro": {"listPets-1m": 20, "listPets-1h-account": 100, "listPets-1month": 9000},
    }


def test_the_policy_wins_over_the_document_and_adds_to_it(tmp_path: Path) -> None:
    facts = "facts: {rate_limits: {per: user, buckets: {listPets-1m: {limit: 12}}}}\n"
    limits = load(tmp_path, PLANS, facts).facts.rate_limits
    assert limits is not None
    bucket = limits.buckets["listPets-1m"]
    assert (bucket.limit, bucket.per, bucket.window_s) == (12, "user", 60.0)


def test_each_fact_says_which_document_it_is_from(tmp_path: Path) -> None:
    origins = {one.path: one.place for one in load(tmp_path, PLANS).origins}
    assert origins["rate_limits.plans.free.listPets-1m"] == "plans.yaml"


def test_every_mistake_is_named_with_its_line_in_one_message(tmp_path: Path) -> None:
    sla = """\
plans:
  free:
    rates:
      /pet: {get: {requests: [{max: 1, period: hourly}]}}
      /pets:
        delete: {requests: [{max: 1, period: hourly}]}
        get:
          requests:
            - {max: 0, period: hourly}
            - {max: 1, period: fortnightly}
            - {max: 1, period: {amount: 1, unit: moon}}
            - {max: 1, period: 60}
            - {max: 1, period: daily, scope: planet}
            - {max: 1, period: weekly}
            - {max: 2, period: weekly}
        post: {requests: {max: 1, period: hourly}}
  pro: [rates]
"""
    found = {(one.line, one.message, one.suggestion) for one in mistakes_of(tmp_path, sla)}
    assert found == {
        (6, "GET /pet is no operation of the document", 'did you mean "/pets"?'),
        (8, "DELETE /pets is no operation of the document", ""),
        (11, "expected a whole number, 1 or more", ""),
        (
            12,
            'unknown period "fortnightly"',
            "known: daily, hourly, minutely, monthly, secondly, weekly, yearly",
        ),
        (13, 'unknown unit "moon"', 'did you mean "month"?'),
        (14, "expected a period such as minutely, or {amount, unit}", ""),
        (15, 'unknown scope "planet"', "known: account, app, ip, key, tenant, token, user"),
        (17, "line 16 limits the same requests in 1w already", "leave one of the two out"),
        (18, "expected a list of {max, period, scope}", ""),
        (19, "expected a mapping", ""),
    }


def test_a_limit_that_cannot_be_reached_is_named_where_the_document_has_it(tmp_path: Path) -> None:
    sla = (
        "rates: {/pets: {get: {requests: [{max: 60, period: minutely}, {max: 9, period: daily}]}}}"
    )
    (mistake,) = mistakes_of(tmp_path, sla)
    assert "can never be reached" in mistake.message
    assert (Path(mistake.file).name, mistake.line) == ("plans.yaml", 3)


def test_limits_of_months_and_years_are_facts_with_the_longest_window(tmp_path: Path) -> None:
    sla = """\
rates:
  /pets:
    get:
      requests:
        - {max: 9000, period: monthly}
        - {max: 20000, period: {amount: 3, unit: month}}
        - {max: 50000, period: yearly}
"""
    limits = load(tmp_path, sla).facts.rate_limits
    assert limits is not None
    days = {name: (one.window_s / 86400, one.calendar) for name, one in limits.buckets.items()}
    assert days == {
        "listPets-1month": (31, True),
        "listPets-3months": (93, True),
        "listPets-1year": (366, True),
    }


def test_what_is_not_read_is_said_with_its_line(tmp_path: Path) -> None:
    sla = """\
quotas:
  /pets:
    get:
      requests:
        - {max: 7}
        - {max: 8, period: {amount: 1, unit: forever}}
        - {max: 9, period: {amount: 2, unit: year}}
      animalTypes: [{max: 5, period: daily}]
"""
    policy = load(tmp_path, sla)
    assert policy.facts.rate_limits is None or not policy.facts.rate_limits.buckets
    no_end = "not read: it has no period after which it admits requests again"
    assert [(one.line, one.message) for one in policy.unread] == [
        (10, 'not read: apicheck counts requests, and this limits "animalTypes"'),
        (7, no_end),
        (8, no_end),
        (9, 'not read: a window of "2 years" is longer than 1 year'),
    ]
