"""An ordinary FastAPI app, as its author tests it first: one command, and nothing prepared."""

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.servers import find_free_port, running

APP = Path(__file__).parent / "apps" / "books" / "app.py"
TOKEN = "books-2b7c91d4e6f8"
OF_FASTAPI = {
    ("errors/server-error", "server-error"),
    ("conformance/response", "undocumented-status"),
}
"""What FastAPI itself gets wrong: it fails on half a surrogate pair, which its refusal repeats."""


@contextmanager
def serving(*faults: str) -> Iterator[str]:
    port = find_free_port()
    env = {**os.environ, "BOOKS_TOKEN": TOKEN, "PORT": str(port), "FAULTS": ",".join(faults)}
    with running([sys.executable, APP], APP.parent, port, "/health", env) as url:
        yield url


def try_app(apicheck: Callable[..., Any], url: str, out: Path) -> Any:
    said = apicheck(
        *("run", "--spec", f"{url}/openapi.json", "--token-env", "BOOKS_TOKEN", "--out", out),
        env={"BOOKS_TOKEN": TOKEN},
        cwd=out.parent,
    )
    assert said.code in (0, 1), said
    return json.loads((out / "results.json").read_text())


def kinds(results: Any) -> set[tuple[str, str]]:
    return {(item["check"], item["outcome"]) for item in results["findings"]}


def places(results: Any) -> set[tuple[str, str, str]]:
    return {
        (item["check"], item["outcome"], operation)
        for item in results["findings"]
        for operation in item["operations"]
    }


def test_an_honest_app_gives_no_false_alarm(apicheck: Callable[..., Any], tmp_path: Path) -> None:
    with serving() as url:
        results = try_app(apicheck, url, tmp_path / "run")
    assert kinds(results) <= OF_FASTAPI
    assert {"500"} >= {
        item["detail"] for item in results["findings"] if item["check"] == "conformance/response"
    }
    assert {item["standing"] for item in results["operations"]} == {"accepted"}


CREATE, LIST, READ = (
    "create_book_books_post",
    "list_books_books_get",
    "read_book_books__book_id__get",
)
FAULTS = {
    "needs-ascii": ("errors/server-error", "server-error", LIST),
    "fails-on-long-titles": ("errors/server-error", "server-error", CREATE),
    "pages-of-zero": ("errors/bounds", "server-error", LIST),
    "overflows": ("errors/server-error", "server-error", READ),
    "text-for-a-number": ("conformance/response", "schema-mismatch", CREATE),
    "plain-text": ("conformance/response", "undocumented-media-type", READ),
    "undocumented-conflict": (
        "conformance/response",
        "undocumented-status",
        "replace_book_books__book_id__put",
    ),
    "reads-nothing": ("errors/invalid-body", "accepted", "import_unread_imports_post"),
    "forgets-the-token": ("auth/missing-credentials", "accepted", "count_books_count_get"),
}
"""A fault of the app -> check, outcome and operation of the finding that it makes."""


@pytest.fixture(scope="module")
def faulty(
    apicheck: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Any]]:
    with serving(*FAULTS) as url:
        yield url, try_app(apicheck, url, tmp_path_factory.mktemp("books") / "run")


def test_the_mistakes_of_an_app_are_found_in_one_command(faulty: tuple[str, Any]) -> None:
    _, results = faulty
    assert set(FAULTS.values()) - places(results) == set()


CODES = {
    "ST101": {
        ("errors/server-error", "server-error"),
        ("errors/bounds", "server-error"),
        ("errors/unexpected-5xx", "server-error"),
    },
    "ST103": {
        ("conformance/response", "undocumented-status"),
        ("conformance/response", "undocumented-refusal"),
    },
    "ST105": {("conformance/response", "undocumented-media-type")},
    "ST108": {("conformance/response", "schema-mismatch")},
    "ST201": {("errors/invalid-body", "accepted"), ("errors/invalid-query", "accepted")},
    "ST203": {("auth/missing-credentials", "accepted")},
    "ST401": {("auth/missing-credentials", "accepted"), ("auth/bad-credentials", "accepted")},
}
"""A kind of failure in schemathesis's words -> findings of the same kind."""
_OPERATION = re.compile(r"^_+ (?:(GET|PUT|POST|DELETE) (\S+)|Stateful tests) _+$")
_RECEIVED = re.compile(r"Received: (\d+)")


def failures_of_schemathesis(said: str, ids: dict[tuple[str, str], str]) -> set[tuple[str, str]]:
    """The kinds of failure with their operations; those without an operation are left out.

    A 401 without a credential and a 400 for a body that is no JSON are what such APIs promise.
    """
    found: set[tuple[str, str]] = set()
    operation = code = ""
    for line in said.splitlines():
        if heading := _OPERATION.match(line):
            operation = ids.get((heading[1], heading[2]), "")
        elif line.startswith("- ST"):
            code = line.split()[1]
            if code != "ST103" and operation:
                found.add((code, operation))
        elif code == "ST103" and operation and (status := _RECEIVED.search(line)):
            found |= {(code, operation)} if status[1] not in ("400", "401") else set()
    return found


@pytest.mark.long
def test_schemathesis_finds_nothing_that_one_command_does_not(
    faulty: tuple[str, Any], tmp_path: Path
) -> None:
    url, results = faulty
    with urllib.request.urlopen(f"{url}/openapi.json", timeout=30) as response:
        paths = json.load(response)["paths"]
    ids = {
        (method.upper(), path): operation["operationId"]
        for path, item in paths.items()
        for method, operation in item.items()
    }
    said = subprocess.run(
        [
            *(Path(sys.executable).with_name("schemathesis"), "run", f"{url}/openapi.json"),
            *("-H", f"Authorization: Bearer {TOKEN}", "--seed", "1", "--no-color"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=300,
    ).stdout
    theirs = failures_of_schemathesis(said, ids)
    ours = places(results)
    assert {code for code, _ in theirs} >= {"ST101", "ST105", "ST201", "ST401"}
    missed = {
        (code, operation)
        for code, operation in theirs
        if not any((*kind, operation) in ours for kind in CODES[code])
    }
    assert missed == set()
