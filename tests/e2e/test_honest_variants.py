"""An honest server may look different in many ways; none of them is a fail.

APICHECK_VARIANTS says how many are tried, over all profiles. A variant is tried on a few
operations; from one to the next they rotate, so that each gets its turn.
"""

import json
import os
import random
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest

from apicheck.judge import judge
from apicheck.model.plan import Options
from apicheck.model.results import NO_PROVENANCE, CheckResult
from apicheck.model.verdict import Verdict
from apicheck.run import Inputs, RunConfig, Silent, build_plan, load_inputs
from apicheck.run.execute import execute_plan
from apicheck.signals import Stop
from apicheck.testing import Server

VARIANTS = int(os.environ.get("APICHECK_VARIANTS", "12"))
PROFILES = ("canonical", "dahimail", "webengage")
SHARDS = 4
AT_ONCE = 5
"""Operations of one variant."""
WITH_LIMITS = 5
"""One variant in so many is tried with the checks of limits too, which take long."""

DIMENSIONS: dict[str, list[Any]] = {
    "status_choice": [0, 1, 2, 3],
    "header_case": ["", "lower", "title", "upper"],
    "header_order": [None, *range(9)],
    "header_lists": ["", "joined", "split"],
    "extra_headers": [False, True],
    "extra_fields": [False, True],
    "extra_challenge": ["", "before", "after"],
    "latency_ms": [0, 0, 1, 10],
    "limiter": ["", "fixed", "aligned", "sliding-log", "sliding-counter", "bucket"],
    "body_whitespace": [False, True],
    "body_ascii": [False, True],
    "key_order": ["", "sorted", "reversed"],
    "media_type": ["", "charset", "upper"],
    "chunked": [False, True],
    "close": [False, False, False, True],
    "date_skew_s": [-1, 0, 1],
    "uppercase_uuids": [False, True],
    "page_size": [0, 0, 1, 3],
}


def variants(profile: str, shard: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Numbered variants of a shard, the same in every run."""
    for number in range(shard, VARIANTS // len(PROFILES), SHARDS):
        chance = random.Random(f"{profile} {number}")
        yield number, {name: chance.choice(values) for name, values in DIMENSIONS.items()}


def sample(inputs: Inputs, number: int) -> tuple[str, ...]:
    """The operations whose turn it is."""
    every = [operation.id for operation in inputs.spec.operations]
    random.Random(0).shuffle(every)
    start = number * AT_ONCE % len(every)
    return tuple(islice(every + every, start, start + AT_ONCE))


def options_for(inputs: Inputs, number: int) -> Options:
    limits = number % WITH_LIMITS == 0
    return Options(
        ignore=() if limits else ("ratelimit/*",),
        operations=sample(inputs, number),
        seed=number,
        draws=3,
    )


def complaints(inputs: Inputs, results: tuple[CheckResult, ...]) -> list[str]:
    """What is wrong with the results of a run against an honest server.

    A passive check may have seen nothing on so few operations.
    """
    return [
        f"{r.check} on {r.subject}: {r.verdict} {r.reason} {r.failures}"
        for r in results
        if r.verdict in (Verdict.FAIL, Verdict.ERROR)
        or (r.verdict is Verdict.INCONCLUSIVE and not inputs.checks[r.check].passive)
    ]


@pytest.mark.long
@pytest.mark.parametrize(
    ("profile", "shard"),
    [(profile, shard) for profile in PROFILES for shard in range(SHARDS)],
)
def test_an_honest_variant_has_no_fail(
    profile: str,
    shard: int,
    apicheck_server: Callable[[str], Server],
    control: Callable[..., Any],
) -> None:
    server = apicheck_server(profile)
    inputs = load_inputs(RunConfig(profile=profile, target=server.target_file))
    wrong: list[str] = []
    for number, variant in variants(profile, shard):
        control(server.control_url, "POST", "/reset")
        control(server.control_url, "PUT", "/variant", variant)
        made = build_plan(inputs, options_for(inputs, number))
        played = execute_plan(made, Silent(), stop=Stop(), resets=True)
        results = judge(made, played.transcripts, NO_PROVENANCE)
        if found := complaints(inputs, results.checks):
            wrong += [f"variant {number}: {json.dumps(variant)}", *found]
    assert not wrong, "\n".join(wrong)
