"""Limits that no server could keep: each is refused with its place, all in one message."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.load import load_policy, parse_spec
from apicheck.model.errors import Mistake, PolicyError

SPEC = parse_spec(
    """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /orders:
    get: {operationId: listOrders, responses: {default: {description: d}}}
    post: {operationId: createOrder, responses: {default: {description: d}}}
  /orders/export:
    get: {operationId: exportOrders, responses: {default: {description: d}}}
""",
    "openapi.yaml",
)


def mistakes_of(tmp_path: Path, text: str) -> tuple[Mistake, ...]:
    path = tmp_path / "policy.yaml"
    path.write_text(text)
    with pytest.raises(PolicyError) as caught:
        load_policy(path, SPEC)
    return caught.value.mistakes


def test_every_impossible_limit_of_a_file_is_named_with_its_line_in_one_message(
    tmp_path: Path,
) -> None:
    text = """\
policy: p
facts:
  rate_limits:
    window: 0s
    algorithm: fixed
    headers: {reset: {name: X-Reset, unit: fortnights}}
    buckets:
      none: {limit: 0}
      age: {limit: 5, window: 100 years, ops: exportOrders}
      unknown: {limit: 5, window: 3 moons, ops: createOrder}
      sudden: {limit: 5, burst: 9, ops: "/orders"}
      reads: {limit: 9, ops: reads}
    plans: {free: {none: 0, nowhere: 3}}
"""
    found = {(m.line, m.path): f"{m.message}; {m.suggestion}" for m in mistakes_of(tmp_path, text)}
    parts = {
        (4, "facts.rate_limits.window"): '"0s" is over before a request comes',
        (6, "facts.rate_limits.headers.reset.unit"): "expected epoch-seconds, epoch-milliseconds",
        (8, "facts.rate_limits.buckets.none.limit"): "expected a whole number, 1 or more",
        (9, "facts.rate_limits.buckets.age.window"): '"100 years" is longer than 1 year',
        (10, "facts.rate_limits.buckets.unknown.window"): "expected a duration such as",
        (11, "facts.rate_limits.buckets.sudden.burst"): "counts by fixed has no burst",
        (12, "facts.rate_limits.buckets.reads.ops"): '"sudden" takes listOrders too',
        (13, "facts.rate_limits.plans.free.none"): "expected a whole number, 1 or more",
        (13, "facts.rate_limits.plans.free.nowhere"): 'unknown bucket "nowhere"',
    }
    assert set(found) == set(parts)
    for place, part in parts.items():
        assert part in found[place]


@pytest.mark.parametrize(
    ("buckets", "path", "message"),
    [
        ("{a: {limit: 1}, b: {limit: 2}}", "buckets.b", "both have no `ops`"),
        ("{a: {limit: 1, also: a}}", "buckets.a.also", 'count in "a" again'),
        (
            "{day: {limit: 10, window: 1d}, minute: {limit: 60, also: day, ops: listOrders}}",
            "buckets.minute.limit",
            'can never be reached: its requests count in "day" too, which admits 10 in 86400 s',
        ),
        (
            "{a: {limit: 1, ops: /orders}, c: {limit: 3, ops: [createOrder, exportOrders]}}",
            "buckets.c.ops",
            '"a" takes createOrder too, and neither is more specific',
        ),
    ],
)
def test_buckets_that_contradict_each_other_are_refused(
    tmp_path: Path, buckets: str, path: str, message: str
) -> None:
    (mistake,) = mistakes_of(tmp_path, f"policy: p\nfacts: {{rate_limits: {{buckets: {buckets}}}}}")
    assert mistake.path == f"facts.rate_limits.{path}"
    assert message in mistake.message


@pytest.mark.parametrize(
    "buckets",
    [
        "{minute: {limit: 60, also: day}, day: {limit: 1000, window: 1d}}",
        "{general: {limit: 60}, both: {limit: 9, ops: /orders}, one: {limit: 2, ops: createOrder}}",
        "{general: {limit: 90, window: 1h}, export: {limit: 5, ops: exportOrders, also: general}}",
        "{ip: {limit: 10, per: ip}, token: {limit: 60, also: ip, ops: listOrders}}",
        "{year: {limit: 10, window: 1 year}}",
    ],
)
def test_buckets_that_fit_together_are_accepted(tmp_path: Path, buckets: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(f"policy: p\nfacts: {{rate_limits: {{buckets: {buckets}}}}}")
    assert load_policy(path, SPEC).facts.rate_limits is not None
