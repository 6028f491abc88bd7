"""A service that shares nothing with apicheck, honest and with each of its mistakes.

It is in `apps/parcels`: another framework, OAuth clients, numbers as ids, lists in an object, and
a document without links. What a mistake breaks is written here, by hand.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from apicheck.model.plan import Options
from apicheck.run import RunConfig, run_pipeline

APP = Path(__file__).parent / "apps" / "parcels"
ALL = ("depots:read", "depots:write", "parcels:read", "parcels:write", "hooks")
SECRETS = {
    "north": "n0rth-Zq81xWv5uLk2",
    "south": "s0uth-Pd93rTb6mHy7",
    "desk": "d3sk-Jf47cGs1eRn8",
}

QUICK = {
    "anonymous-create": "auth/refused-creation: made",
    "bad-token-delete": "auth/refusal-effect: changed",
    "override-header": "scopes/method-override: obeyed",
    "odd-token-500": "auth/bad-credentials: wrong-status",
    "grants-unheld": "oauth/held-scope: granted",
    "lists-all-parcels": "scopes/foreign-in-list: shown",
    "foreign-reference-patch": "scopes/foreign-reference: accepted",
    "html-list": "errors/envelope: wrong-media-type",
    "trace": "errors/method: accepted",
}
"""One of each kind, asked in every run of the tests. The others are asked in the long one."""

FOUND = QUICK | {
    "anonymous-create-elsewhere": "auth/refused-creation: made",
    "anonymous-create-parcel": "auth/refused-creation: made",
    "anonymous-delete": "auth/refusal-effect: changed",
    "anonymous-patch": "auth/refusal-effect: changed",
    "anonymous-dispatch": "auth/refusal-effect: changed",
    "bad-token-create": "auth/refused-creation: made",
    "scope-create": "scopes/refused-creation: made",
    "scope-create-parcel": "scopes/refused-creation: made",
    "scope-delete": "scopes/effect-of-refusal: changed",
    "scope-patch": "scopes/effect-of-refusal: changed",
    "scope-dispatch": "scopes/effect-of-refusal: changed",
    "foreign-delete": "scopes/effect-of-refusal: changed",
    "foreign-patch": "scopes/effect-of-refusal: changed",
    "foreign-dispatch": "scopes/effect-of-refusal: changed",
    "override-other-header": "errors/method-override: obeyed",
    "override-query": "scopes/method-override: obeyed",
    "empty-token-500": "auth/bad-credentials: wrong-status",
    "long-token-500": "auth/bad-credentials: wrong-status",
    "no-scheme-500": "auth/bad-credentials: wrong-status",
    "bad-basic-500": "errors/unexpected-5xx: server-error",
    "empty-token-accepted": "auth/bad-credentials: accepted",
    "any-token-accepted": "auth/bad-credentials: accepted",
    "any-secret-accepted": "oauth/client-authentication: accepted",
    "query-token": "auth/credential-place: accepted",
    "scheme-case": "auth/scheme-case: refused",
    "anonymous-500": "auth/missing-credentials: wrong-status",
    "anonymous-redirect": "auth/missing-credentials: wrong-status",
    "bad-token-403": "auth/bad-credentials: wrong-status",
    "repeats-token": "errors/leaks: credential",
    "no-challenge": "auth/challenge: absent",
    "grants-unknown": "oauth/granted-scope: unknown-granted",
    "grants-all": "oauth/granted-scope: more-than-asked",
    "scope-ignored-read": "scopes/denied: accepted",
    "scope-ignored-write": "scopes/denied: accepted",
    "scope-401": "scopes/denied: wrong-status",
    "scope-404": "scopes/denied: wrong-status",
    "scope-prefix": "scopes/denied: accepted",
    "lists-all-depots": "scopes/foreign-in-list: shown",
    "lists-by-guess": "scopes/foreign-in-list: shown",
    "counts-all": "scopes/foreign-in-list: counted",
    "foreign-reference": "scopes/foreign-reference: accepted",
    "foreign-reference-403": "scopes/foreign-reference: told-apart",
    "foreign-403": "scopes/foreign-object: wrong-status",
    "foreign-told": "scopes/foreign-indistinguishable: body",
    "foreign-served": "scopes/foreign-object: accepted",
    "foreign-changed": "scopes/foreign-object: accepted",
    "foreign-deleted": "scopes/foreign-object: accepted",
    "html-object": "errors/envelope: wrong-media-type",
    "html-everywhere": "errors/envelope: wrong-media-type",
    "text-404": "errors/envelope: wrong-media-type",
    "text-401": "errors/envelope: wrong-media-type",
    "html-error": "errors/envelope: wrong-media-type",
    "any-version": "versioning/future: accepted",
    "invalid-create": "conformance/response: schema-mismatch",
    "unsigned": "webhooks/signature: absent",
    "signs-other-body": "webhooks/signature: invalid",
}

CAUSES = {
    "auth/challenge": ("auth/missing-credentials",),
    "errors/leaks": ("auth/bad-credentials",),
    "errors/envelope": ("auth/missing-credentials", "errors/method", "errors/unknown-path"),
    "conformance/response": ("errors/invalid-body", "scopes/foreign-in-list"),
    "errors/unexpected-5xx": ("oauth/client-authentication",),
}
"""What sends the requests whose responses a passive check reads."""

LIMITED = {
    "text-429": "errors/envelope: wrong-media-type",
    "limit-reads-only": "ratelimit/limit-header: absent",
    "limit-writes-only": "ratelimit/quota: not-enforced",
    "limit-one-more": "ratelimit/quota: not-enforced",
    "limit-one-less": "ratelimit/quota: refused-early",
    "limit-forwarded": "ratelimit/bypass: admitted",
    "limit-shared": "ratelimit/quota: refused-early",
    "retry-missing": "ratelimit/retry-after: absent",
    "retry-short": "ratelimit/retry-after: too-short",
    "limited-create": "ratelimit/refusal-effect: performed",
    "limited-delete": "ratelimit/refusal-effect: performed",
    "limited-patch": "ratelimit/refusal-effect: performed",
    "limited-dispatch": "ratelimit/refusal-effect: performed",
    "remaining-stuck": "ratelimit/remaining: wrong",
}
"""Mistakes that show only beyond the limit: a run waits for several of its windows."""


_WINDOWS_S = {"retry-short": 3}
"""A wait of less than a second cannot be a second too short."""
LIMITS = ("6-LIMIT", "6-FIELDS", "6-WAIT", "6-NOTHING")


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    results: Any

    def findings(self) -> set[str]:
        return {f"{one['check']}: {one['outcome']}" for one in self.results["findings"]}


@pytest.fixture(scope="module")
def app() -> ModuleType:
    spec = importlib.util.spec_from_file_location("parcels", APP / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["parcels"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(app: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """`run(broken="trace", check="errors/method")`: apicheck on the service with a mistake."""
    clients = {
        "north": app.Client(SECRETS["north"], 1),
        "south": app.Client(SECRETS["south"], 2),
        "desk": app.Client(SECRETS["desk"], 1, ("depots:read", "parcels:read")),
    }

    def run_once(broken: str = "", *, limited: bool = False, **options: Any) -> Ended:
        limit, window_s = (12, _WINDOWS_S.get(broken, 1)) if limited else (100_000, 60)
        service = app.Service(clients, broken=broken, limit=limit, window_s=window_s)
        for name, secret in SECRETS.items():
            monkeypatch.setenv(f"{name.upper()}_SECRET", secret)
        with service.running() as url:
            limits = {"all": {"limit": limit, "window": f"{window_s}s"}}
            result = run_pipeline(
                RunConfig(
                    target=APP / "apicheck.toml",
                    overrides={"base_url": url, "limits": limits},
                    options=Options(**options),
                    out=tmp_path / "run",
                    formats=(),
                )
            )
        return Ended(result.exit_code, json.loads((tmp_path / "run" / "results.json").read_text()))

    return run_once


def test_nothing_is_said_of_the_honest_service_and_every_clause_is_asked(run: Any) -> None:
    ended = run(draws=1)
    assert ended.findings() == set()
    verdicts = {one["id"]: one["verdict"] for one in ended.results["clauses"]}
    open_ones = {name: verdict for name, verdict in verdicts.items() if verdict != "pass"}
    assert set(open_ones) <= {"4-MADE", "6-LIMIT", "6-WAIT", "6-NOTHING"}
    assert any("4-MADE" in task["clauses"] for task in ended.results["tasks"])


@pytest.mark.long
def test_nothing_is_said_of_the_honest_service_beyond_its_limit(run: Any) -> None:
    assert run(limited=True, clauses=LIMITS).findings() == set()


@pytest.mark.parametrize(
    "broken",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in FOUND],
)
def test_a_mistake_is_found_by_the_check_that_is_about_it(broken: str, run: Any) -> None:
    check = FOUND[broken].partition(":")[0]
    chosen = (check, *CAUSES.get(check, ()))
    assert FOUND[broken] in run(broken, select=chosen, draws=1).findings()


@pytest.mark.long
@pytest.mark.parametrize("broken", LIMITED)
def test_a_mistake_about_limits_is_found_by_the_check_that_is_about_it(
    broken: str, run: Any
) -> None:
    clauses = (*LIMITS, *(["5-JSON"] if "429" in broken else []))
    assert LIMITED[broken] in run(broken, limited=True, clauses=clauses).findings()


def test_what_each_mistake_breaks_is_written_here(app: ModuleType) -> None:
    assert set(FOUND) | set(LIMITED) == set(app.MISTAKES)
