"""A whole plan ends as data, in time, against targets that respond to everything alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apicheck.load import load_policy, load_spec, profile_dir
from apicheck.model.plan import Options, Plan
from apicheck.model.target import Target
from apicheck.model.verdict import HarnessError
from apicheck.plan import plan
from apicheck.probe import Journal, Session, scan
from apicheck.probe.journal import read_record
from apicheck.registry import collect

RESPONSES: dict[str, Callable[[], tuple[int, dict[str, str], bytes]]] = {
    "only 401": lambda: (401, {}, b""),
    "only 429": lambda: (429, {"Retry-After": "0"}, b""),
    "only 500": lambda: (500, {}, b"Internal Server Error"),
    "only HTML": lambda: (200, {"Content-Type": "text/html"}, b"<h1>Welcome</h1>"),
    "only an empty object": lambda: (200, {}, b"{}"),
    "only nested lists": lambda: (201, {}, b"[" * 100_000),
    "only a token": lambda: (
        201,
        {"Location": "http://elsewhere.example/"},
        b'{"access_token": "hostile-token-0123456789", "id": "../../x", "data": {"id": "1"}}',
    ),
}


@pytest.fixture(scope="module")
def canonical() -> Any:
    folder = profile_dir("canonical")
    spec = load_spec(folder / "openapi.yaml")
    checks = collect(entry_points=False)
    return spec, load_policy(folder / "policy.yaml", spec), checks


@pytest.mark.parametrize("name", RESPONSES)
def test_a_whole_plan_is_played_to_its_end(
    name: str, api: Any, target: Target, canonical: Any, tmp_path: Path
) -> None:
    spec, policy, checks = canonical
    api.override = lambda *_: RESPONSES[name]()
    options = Options(concurrency=4, timeout_s=2, draws=1, max_requests=60)
    other = replace(target.identities["admin"], name="other", tenant="b")
    both = replace(target, identities={**target.identities, "other": other})
    made: Plan = plan(spec, policy, both, checks, options)
    with (
        Journal(tmp_path / "journal.ndjson") as journal,
        Session(made, journal=journal) as session,
    ):
        session._clock._sleep = lambda _: None
        session.preflight()
        played = [*session.play_controls(), *session.stream(made.probes)]
        session.clean_up()
        assert scan(tmp_path, session.redactor) == ()
    expected = {f"control/{name}" for name in made.controls} | {one.key for one in made.probes}
    assert {transcript.probe for transcript in played} == expected
    assert not [t for t in played if isinstance(t.stopped_by, HarnessError)]
    recorded = read_record(tmp_path / "journal.ndjson").exchanges
    assert recorded.keys() >= {exchange.id for t in played for exchange in t.exchanges}
