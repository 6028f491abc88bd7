"""An honest server may look different in many ways; none of them is a fail.

APICHECK_VARIANTS says how many are drawn.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apicheck.testing import Run, Server

VARIANTS = int(os.environ.get("APICHECK_VARIANTS", "6"))

LIMITERS = ["fixed", "aligned", "sliding-log", "sliding-counter", "bucket"]

variants = st.fixed_dictionaries(
    {},
    optional={
        "status_choice": st.integers(0, 3),
        "header_case": st.sampled_from(["lower", "title", "upper"]),
        "header_order": st.integers(0, 2**16),
        "extra_fields": st.booleans(),
        "latency_ms": st.integers(0, 5),
        "limiter": st.sampled_from(
            ["fixed", "aligned", "sliding-log", "sliding-counter", "bucket"]
        ),
        "body_whitespace": st.booleans(),
    },
)


@pytest.fixture(scope="module", params=["canonical", "webengage"])
def server(request: pytest.FixtureRequest, apicheck_server: Callable[..., Server]) -> Server:
    return apicheck_server(request.param)


@pytest.mark.slow
@settings(
    max_examples=VARIANTS,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(variant=variants, seed=st.integers(0, 2**32 - 1))
def test_an_honest_variant_has_no_fail(
    server: Server,
    apicheck_run: Callable[..., Run],
    control: Callable[..., Any],
    variant: dict[str, Any],
    seed: int,
) -> None:
    control(server.control_url, "POST", "/reset")
    control(server.control_url, "PUT", "/variant", variant)
    apicheck_run(server.target_file, seed=seed, draws=5).assert_conformant()
