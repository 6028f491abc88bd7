"""A service whose versions are days in a header field, honest and with each of its mistakes.

It is in `apps/recipes`, on Starlette. What a mistake breaks is written here, by hand.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apicheck.model.plan import Options
from apicheck.run import RunConfig, run_pipeline
from tests.e2e.apps.recipes import app as recipes

APP = Path(recipes.__file__).parent
SECRETS = {"salt": "s4lt-Zq81xWv5uLk2", "pepper": "p3pper-Pd93rTb6mHy7"}

QUICK = {
    "unknown-served": "versioning/unknown: accepted",
    "first-of-two": "versioning/conflict: accepted",
    "no-vary": "versioning/vary: absent",
    "total-of-all": "scopes/foreign-in-list: counted",
}
"""One of each kind, asked in every run of the tests. The others are asked in the long one."""

FOUND = QUICK | {
    "future-served": "versioning/future: accepted",
    "malformed-served": "versioning/malformed: accepted",
    "malformed-500": "versioning/malformed: server-error",
    "retired-served": "versioning/retired: accepted",
    "retired-400": "versioning/retired: wrong-status",
    "missing-newest": "versioning/served-by: other-version",
    "last-of-two": "versioning/conflict: accepted",
    "echoes-newest": "versioning/echo: differs",
    "older-refused": "versioning/supported: refused",
    "refused-version-creates": "versioning/refused-creation: made",
    "unknown-creates": "versioning/refused-creation: accepted",
    "lists-all": "scopes/foreign-in-list: shown",
    "foreign-put": "scopes/effect-of-refusal: changed",
    "foreign-delete": "scopes/effect-of-refusal: changed",
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """`run("no-vary")`: the results of apicheck on the service with a mistake."""
    for name, secret in SECRETS.items():
        monkeypatch.setenv(f"{name.upper()}_SECRET", secret)

    def run_once(broken: str = "") -> Any:
        clients = {name: (secret, name) for name, secret in SECRETS.items()}
        with recipes.Service(clients, broken).running() as url:
            run_pipeline(
                RunConfig(
                    target=APP / "apicheck.toml",
                    overrides={"base_url": url},
                    options=Options(draws=1),
                    out=tmp_path / "run",
                    formats=(),
                )
            )
        return json.loads((tmp_path / "run" / "results.json").read_text())

    return run_once


def test_nothing_is_said_of_the_honest_service_and_every_clause_passes(run: Any) -> None:
    results = run()
    assert results["findings"] == []
    assert {one["verdict"] for one in results["clauses"]} == {"pass"}


@pytest.mark.parametrize(
    "broken",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in FOUND],
)
def test_a_mistake_is_found_by_the_check_that_is_about_it(broken: str, run: Any) -> None:
    found = {f"{one['check']}: {one['outcome']}" for one in run(broken)["findings"]}
    assert FOUND[broken] in found


def test_what_each_mistake_breaks_is_written_here() -> None:
    assert set(FOUND) == set(recipes.MISTAKES)
