"""Rate limiters that others wrote: which one it is, what its fields say, and no false alarm.

Each is installed from its registry into a folder of its own. All are asked at once, as most of the
time is spent on waiting. Each is held against the same promise, which few of them keep in every
part: what is found must be what is kept in `found.json`. KEEP_FINDINGS=1 writes that anew, with the
page docs/limiters.md (`make limiters`).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from apicheck.authoring.fields import parse_http_date
from apicheck.checks.ratelimit._resets import guess_form
from tests.e2e.servers import (
    find_free_port,
    find_program,
    install_with_npm,
    install_with_pip,
    running,
)

SERVERS = Path(__file__).parent / "limiters"
KEPT = SERVERS / "found.json"
PAGE = Path(__file__).parents[2] / "docs" / "limiters.md"

FIXED = "windows that begin with a request"
ALIGNED = "windows aligned with a clock"
COUNTER = "a sliding counter over two windows"
LOG = "a sliding log"
LOG_OF_ALL = "a sliding log that counts refused requests"
BUCKET = "a bucket with a burst of 3"

DOCUMENT = """\
openapi: 3.1.0
info: {title: Things, version: "1"}
paths:
  /things:
    get:
      operationId: listThings
      responses:
        "200":
          description: the things
          content: {application/json: {schema: {type: array}}}
"""
POLICY = """\
policy: things
version: "1"
title: Things
spec: openapi.yaml
facts:
  rate_limits:
    per: ip
    window: %(window)s
    headers: {limit: X-RateLimit-Limit, remaining: X-RateLimit-Remaining, reset: X-RateLimit-Reset}
    refusal: {status: 429, retry_after: {form: seconds, only: 429}}
    buckets: {all: {limit: %(limit)s, ops: listThings%(burst)s}}
clauses:
  RATE: {quote: "a limit", checks: "ratelimit/*"}
"""
WINDOWS = {"limit": "3", "window": "5s", "burst": ""}
LEAKS = {"limit": "1", "window": "1s", "burst": ", burst: 3"}


@dataclass(frozen=True)
class Limiter:
    """A limiter: how it is set up, the arguments of its server, and which class it is."""

    title: str
    command: str
    kind: str
    limit: dict[str, str] | None = None


LIMITERS = {
    "slowapi": Limiter("slowapi", "on_fastapi.py", FIXED),
    "slowapi-headers": Limiter("slowapi, headers_enabled", "on_fastapi.py headers", FIXED),
    "flask": Limiter("Flask-Limiter", "on_flask.py fixed-window", FIXED),
    "flask-headers": Limiter(
        "Flask-Limiter, headers_enabled", "on_flask.py fixed-window headers", FIXED
    ),
    "flask-moving": Limiter(
        "Flask-Limiter, moving-window, headers_enabled", "on_flask.py moving-window headers", LOG
    ),
    "flask-counter": Limiter(
        "Flask-Limiter, sliding-window-counter, headers_enabled",
        "on_flask.py sliding-window-counter headers",
        COUNTER,
    ),
    "drf": Limiter("Django REST framework, AnonRateThrottle", "on_django.py throttle", LOG),
    "django-ratelimit": Limiter("django-ratelimit, block=True", "on_django.py ratelimit", ALIGNED),
    "express": Limiter("express-rate-limit", "on_express.mjs", FIXED),
    "express-6": Limiter("express-rate-limit, draft-6", "on_express.mjs draft-6", FIXED),
    "express-7": Limiter("express-rate-limit, draft-7", "on_express.mjs draft-7", FIXED),
    "express-8": Limiter("express-rate-limit, draft-8", "on_express.mjs draft-8", FIXED),
    "express-8-only": Limiter(
        "express-rate-limit, draft-8, legacyHeaders false",
        "on_express.mjs draft-8 no-legacy",
        FIXED,
    ),
    "flexible": Limiter("rate-limiter-flexible", "on_express.mjs flexible", FIXED),
    "fastify": Limiter("@fastify/rate-limit", "on_fastify.mjs", FIXED),
    "fastify-draft": Limiter("@fastify/rate-limit, enableDraftSpec", "on_fastify.mjs draft", FIXED),
    "hono-6": Limiter("hono-rate-limiter, draft-6", "on_hono.mjs draft-6", FIXED),
    "hono-7": Limiter("hono-rate-limiter, draft-7", "on_hono.mjs draft-7", FIXED),
    "koa": Limiter("koa-ratelimit", "on_koa.mjs", FIXED),
    "nest": Limiter("@nestjs/throttler", "on_nest.mjs", LOG_OF_ALL),
    "nginx": Limiter("nginx limit_req, burst=2 nodelay", "nginx", BUCKET, LEAKS),
    "nginx-429": Limiter(
        "nginx limit_req, limit_req_status 429", "nginx limit_req_status 429;", BUCKET, LEAKS
    ),
    "nginx-retry-after": Limiter(
        "nginx limit_req, 429 with add_header Retry-After",
        "nginx limit_req_status 429; error_page 429 @busy;",
        BUCKET,
        LEAKS,
    ),
}

SOMETIMES = {
    name: ["ratelimit/retry-after", "too-short", "Retry-After"]
    for name in ("flask-headers", "flask-moving")
}
"""Findings that depend on the part of a second in which a window begins: Flask-Limiter says
`int(int(reset) + 1 - now)`, which is too short by that part."""
OTHER_STATUS = {"django-ratelimit", "nginx"}
"""Those that refuse with another status than is promised, so that the rest is not judged."""


@pytest.fixture
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The programs that run the servers, by the ending of a script; what they need installed."""
    folder = tmp_path_factory.mktemp("limiters")
    found = {"mjs": find_program("node"), "nginx": find_program("nginx")}
    shutil.copytree(SERVERS, folder / "servers")
    install_with_npm(folder / "servers")
    python = install_with_pip(folder, SERVERS / "requirements.txt") / "python"
    return {**found, "py": str(python), "": str(folder / "servers")}


@contextmanager
def serving(limiter: Limiter, programs: dict[str, str], folder: Path) -> Iterator[str]:
    """A limiter's server, from when it listens; yields its URL."""
    port = find_free_port()
    script, *arguments = limiter.command.split()
    if script == "nginx":
        text = (SERVERS / "nginx.conf").read_text()
        text = text.replace("PORT", str(port)).replace("STATUS", " ".join(arguments))
        (folder / "nginx.conf").write_text(text)
        (folder / "things.json").write_text("[]")
        command: list[str | Path] = [programs["nginx"], "-p", folder, "-c", "nginx.conf"]
    else:
        command = [programs[script.partition(".")[2]], script, str(port), *arguments]
    where = folder if script == "nginx" else Path(programs[""])
    with running(command, where, port) as url:
        yield url


@pytest.fixture
def runs(
    programs: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
    apicheck: Callable[..., Any],
) -> dict[str, Path]:
    """The run directory of each limiter."""

    def run(name: str) -> Path:
        folder = tmp_path_factory.mktemp(name)
        limiter = LIMITERS[name]
        (folder / "openapi.yaml").write_text(DOCUMENT)
        (folder / "policy.yaml").write_text(POLICY % (limiter.limit or WINDOWS))
        with serving(limiter, programs, folder) as url:
            said = apicheck(
                *("run", "--policy", folder / "policy.yaml", "--base-url", url),
                *("--thorough", "--out", folder / "run"),
            )
        assert (folder / "run" / "results.json").exists(), said.err
        return folder / "run"

    with ThreadPoolExecutor(len(LIMITERS)) as pool:
        return dict(zip(LIMITERS, pool.map(run, LIMITERS), strict=True))


def list_results(value: Any) -> Iterator[dict[str, Any]]:
    """Every result of the quota check in results.json."""
    if isinstance(value, dict):
        if value.get("check") == "ratelimit/quota" and "verdict" in value:
            yield value
        for item in value.values():
            yield from list_results(item)
    elif isinstance(value, list):
        for item in value:
            yield from list_results(item)


def describe(run: Path) -> dict[str, Any]:
    """What a run found, without what differs between runs."""
    results = json.loads((run / "results.json").read_text())
    exchanges = [
        entry["exchange"]
        for entry in map(json.loads, (run / "journal.ndjson").read_text().splitlines())
        if "exchange" in entry and entry["exchange"]["response"]
    ]
    good = next(x["response"] for x in exchanges if x["response"]["status"] == 200)
    refused = next(x["response"] for x in exchanges if x["response"]["status"] >= 400)
    return {
        "findings": sorted(
            [finding["check"], finding["outcome"], finding["detail"]]
            for finding in results["findings"]
        ),
        "refusal": f"{refused['status']} {media_type(refused)}",
        "retry_after": {
            "200": bool(values(good, "retry-after")),
            "refusal": bool(values(refused, "retry-after")),
        },
        "fields": sorted({name for name, _ in good["headers"] if "ratelimit" in name.lower()}),
        "on_refusal": sorted({n for n, _ in refused["headers"] if "ratelimit" in n.lower()}),
        "resets": dict(find_resets(good)),
    }


def values(response: dict[str, Any], field: str) -> list[str]:
    return [value for name, value in response["headers"] if name.lower() == field]


def media_type(response: dict[str, Any]) -> str:
    return next(iter(values(response, "content-type")), "no media type").partition(";")[0]


def find_resets(response: dict[str, Any]) -> Iterator[tuple[str, str]]:
    date = next(iter(values(response, "date")), "")
    for name, value in response["headers"]:
        if name.lower().endswith("-reset"):
            yield name, guess_form(value, parse_http_date(date), 10)


@pytest.mark.long
def test_each_limiter_is_recognised_and_what_is_reported_of_it_is_what_is_kept(
    runs: dict[str, Path],
) -> None:
    classes = {name: name_classes(run) for name, run in runs.items()}
    assert {name for name, said in classes.items() if not said} == OTHER_STATUS
    for name, said in classes.items():
        assert LIMITERS[name].kind in said or name in OTHER_STATUS
    found = {name: describe(run) for name, run in runs.items()}
    for name, finding in SOMETIMES.items():
        if finding not in found[name]["findings"]:
            found[name]["findings"] = sorted([*found[name]["findings"], finding])
    if os.environ.get("KEEP_FINDINGS"):
        KEPT.write_text(json.dumps(found, indent=2) + "\n")
        PAGE.write_text(write_page(found))
    assert found == json.loads(KEPT.read_text())


def name_classes(run: Path) -> str:
    """What a run says of the class; "" where the limiter refuses with another status."""
    result = next(list_results(json.loads((run / "results.json").read_text())))
    return result["reason"] if result["verdict"] == "pass" else ""


def test_the_page_says_what_is_kept() -> None:
    assert PAGE.read_text() == write_page(json.loads(KEPT.read_text()))


def write_page(found: dict[str, Any]) -> str:
    """The page docs/limiters.md."""
    rows = [
        "| "
        + " | ".join(
            (
                LIMITERS[name].title,
                LIMITERS[name].kind,
                one["refusal"],
                ", ".join(k for k, has in one["retry_after"].items() if has) or "never",
                "<br>".join(f"`{field}`" for field in one["fields"]) or "none",
                "<br>".join(f"`{k}`: {form}" for k, form in one["resets"].items()) or "-",
                "<br>".join(describe_findings(one)) or "nothing",
            )
        )
        + " |"
        for name, one in found.items()
    ]
    return PAGE_HEAD + "\n".join(rows) + "\n"


def describe_findings(one: dict[str, Any]) -> list[str]:
    named: dict[str, list[str]] = {}
    for _, outcome, detail in one["findings"]:
        named.setdefault(outcome, []).append(detail)
    return [
        f"{outcome}{': ' if any(details) else ''}{', '.join(filter(None, details))}"
        for outcome, details in named.items()
    ]


PAGE_HEAD = """\
# What rate limiters do

These limiters, which others wrote, are tested with every release of apicheck: `make limiters`
starts each, and writes this page. Each has a limit of 3 requests in 5 seconds; nginx has 1 in a
second, with a burst of 3. All are held against one promise: 429 with Retry-After in seconds on
refusals only, and `X-RateLimit-Limit`, `-Remaining` and `-Reset` (seconds since the epoch) on every
response. The last column says what apicheck finds of that. Classes that admit the same requests
cannot be told apart from outside: apicheck names all that are left, and this table says which it
is. Flask-Limiter's wait is too short by the part of a second at which the window began: it is found
in the runs in which that is much.

| limiter | class | a refusal | Retry-After on | fields on 200 | the reset is in | findings |
|---|---|---|---|---|---|---|
"""
