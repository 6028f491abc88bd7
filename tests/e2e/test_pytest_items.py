"""The items of a policy in pytest: their ids select, and one run serves them all."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import takewhile
from pathlib import Path
from threading import Thread
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from apicheck.pytest_plugin.items import PolicyFile
from apicheck.registry import collect

pytest_plugins = ["pytester"]

SPEC = """\
openapi: 3.1.0
info: {title: Things, version: "1"}
security: [{bearer: []}]
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
paths:
  /things:
    get: {operationId: things.list, responses: {"200": {description: fine}}}
  /parts:
    get: {operationId: parts.list, responses: {"200": {description: fine}}}
  /status:
    get: {operationId: status, security: [], responses: {"200": {description: fine}}}
"""
POLICY = """\
policy: things
version: "1"
title: Things
spec: openapi.yaml
facts:
  authentication: {refusal: 401}
  responses: {all: {headers: {X-Request-Id: {unique: true}}}}
clauses:
  AUTH-1: {section: "1", quote: "A token is needed", checks: auth/missing-credentials, ops: "*"}
  HDR-1.2: {section: "2", quote: "Every response has an id", checks: headers/request-id}
  TERMS-1: {section: "3", quote: "Be good", actors: [client]}
"""
TARGET = """\
base_url = "{url}"
[identities.user]
token_env = "THINGS_TOKEN"
"""
TOKEN = "things-5d0f3c9a7b21"
THINGS = "policy.yaml::AUTH-1::auth/missing-credentials[things.list]"
PARTS = "policy.yaml::AUTH-1::auth/missing-credentials[parts.list]"
HEADER = "policy.yaml::HDR-1.2::headers/request-id"
TERMS = "policy.yaml::TERMS-1"


class Things(ThreadingHTTPServer):
    """An API that counts its requests.

    open: paths that ask for no token. known: the token. failing: paths that respond with 500.
    on_request: called for each request.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.open: set[str] = set()
        self.known = TOKEN
        self.failing: set[str] = set()
        self.on_request: Callable[[], object] = lambda: None
        self.paths: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Things
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        self.server.on_request()
        known = self.headers.get("Authorization") == f"Bearer {self.server.known}"
        free = self.path == "/status" or self.path in self.server.open
        status = 200 if known or free else 401
        status = 500 if self.path in self.server.failing else status
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.send_header("X-Request-Id", str(len(self.server.paths)))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def things() -> Iterator[Things]:
    with Things() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """Import here what an inner pytest would import: it forgets that at its end, and it is slow."""
    assert PolicyFile
    assert collect()


Pytest = Callable[..., pytest.RunResult]


@pytest.fixture
def run_pytest(
    things: Things, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> Pytest:
    monkeypatch.setenv("THINGS_TOKEN", TOKEN)
    pytester.makefile(".toml", apicheck=TARGET.format(url=things.url))
    pytester.makefile(".yaml", openapi=SPEC, policy=POLICY)

    def run(*arguments: str | Path, apart: bool = False, **kwargs: Any) -> pytest.RunResult:
        start = pytester.runpytest_subprocess if apart else pytester.runpytest_inprocess
        return start("--apicheck-target", "apicheck.toml", "-rA", *arguments, **kwargs)

    return run


def ids_of(result: pytest.RunResult) -> dict[str, str]:
    """Id -> the word that stands before it."""
    found = (re.match(r"(PASSED|FAILED|ERROR|XFAIL) (\S+::\S+)", line) for line in result.outlines)
    return {match[2]: match[1] for match in found if match}


def test_collecting_draws_nothing_and_sends_nothing(
    things: Things, run_pytest: Pytest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apicheck.plan.draw_values", pytest.fail)
    monkeypatch.setattr("apicheck.plan.context.draw_body", pytest.fail)
    monkeypatch.setattr("apicheck.plan.context.draw_text", pytest.fail)
    monkeypatch.setattr("apicheck.probe.transport.Transport.send", pytest.fail)
    result = run_pytest("--co", "-q", "policy.yaml")
    assert result.outlines[:4] == [THINGS, PARTS, HEADER, TERMS]  # no status: it needs no token
    assert things.paths == []


@pytest.mark.parametrize("id_", [THINGS, PARTS, HEADER, TERMS])
def test_every_id_that_pytest_prints_selects_its_item(id_: str, run_pytest: Pytest) -> None:
    result = run_pytest("--co", "-q", id_)
    assert [line for line in result.outlines if "::" in line] == [id_]


def test_a_clause_and_a_check_of_it_select_their_items(run_pytest: Pytest) -> None:
    for selector in (THINGS.partition("[")[0], "policy.yaml::AUTH-1"):
        result = run_pytest("--co", "-q", selector)
        assert [line for line in result.outlines if "::" in line] == [THINGS, PARTS]


def test_failures_run_again_alone_until_they_pass(things: Things, run_pytest: Pytest) -> None:
    things.open = {"/parts"}
    first = run_pytest("policy.yaml")
    assert ids_of(first) == {THINGS: "PASSED", PARTS: "FAILED", HEADER: "PASSED"}
    things.paths.clear()
    assert ids_of(run_pytest("--lf", "policy.yaml")) == {PARTS: "FAILED"}
    assert set(things.paths) == {"/things", "/parts"}
    assert things.paths.count("/things") == 1  # on which the identity is tried
    assert ids_of(run_pytest("policy.yaml", "--lf", "-k", "HDR")) == {HEADER: "PASSED"}
    things.open = set()
    assert ids_of(run_pytest("--lf", "policy.yaml")) == {PARTS: "PASSED"}
    assert len(ids_of(run_pytest("--lf", "policy.yaml"))) == 3


def test_failures_come_first_and_the_first_one_ends_the_session(
    things: Things, run_pytest: Pytest
) -> None:
    things.open = {"/parts"}
    run_pytest("policy.yaml")
    assert list(ids_of(run_pytest("--ff", "-x", "policy.yaml"))) == [PARTS]


def test_every_printed_id_of_a_verbose_run_is_whole(run_pytest: Pytest) -> None:
    result = run_pytest("-v", "policy.yaml")
    printed = [line.split()[0] for line in result.outlines if re.search(r"::.*\[ *\d+%\]", line)]
    assert printed == [THINGS, PARTS, HEADER, TERMS]


def test_what_is_undecided_fails_in_the_call_in_a_few_lines(
    things: Things, run_pytest: Pytest
) -> None:
    things.failing = {"/parts"}
    result = run_pytest("policy.yaml")
    assert ids_of(result)[PARTS] == "FAILED"
    lines = result.outlines
    start = lines.index("auth/missing-credentials: undecided")
    text = list(takewhile(lambda line: line[0] not in "=_", lines[start:]))
    assert 4 <= len(text) <= 7, text
    assert text[1] == "  clause     AUTH-1: “A token is needed”"


def test_what_only_refusals_kept_does_not_pass(
    things: Things, run_pytest: Pytest, pytester: pytest.Pytester
) -> None:
    pytester.makefile(".toml", apicheck=f'base_url = "{things.url}"\n')  # nobody may call anything
    pytester.makefile(".yaml", policy=POLICY.replace("auth/missing", "auth/bad"))
    result = run_pytest("policy.yaml::AUTH-1::auth/bad-credentials[things.list]")
    result.stdout.fnmatch_lines(["SKIPPED*partial: *by refusals alone: things.list *"])


def test_a_refused_token_is_an_error_and_no_skip(things: Things, run_pytest: Pytest) -> None:
    things.known = "another"
    result = run_pytest("policy.yaml")
    assert ids_of(result) == {THINGS: "ERROR", PARTS: "ERROR", HEADER: "ERROR"}
    result.stdout.fnmatch_lines(["the run ended before this test: *401*"])


def test_what_was_not_tested_is_skipped_with_what_it_needs(
    run_pytest: Pytest, pytester: pytest.Pytester, things: Things
) -> None:
    settings = f'base_url = "{things.url}"\n[safety]\nmode = "passive"\n'
    pytester.makefile(".toml", apicheck=settings)
    result = run_pytest(THINGS)
    result.stdout.fnmatch_lines(
        ["SKIPPED*policy.yaml:9: not-tested: *; to do: [[]safety[]] mode = *"]
    )


def test_a_signal_ends_the_run_in_order_and_then_the_session(
    things: Things, run_pytest: Pytest, pytester: pytest.Pytester
) -> None:
    things.on_request = lambda: len(things.paths) == 1 and os.kill(os.getpid(), signal.SIGINT)
    result = run_pytest("policy.yaml", no_reraise_ctrlc=True)
    assert result.ret is pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*KeyboardInterrupt: Ctrl-C ended the run*"])
    assert len(list(pytester.path.glob("reports/*/results.json"))) == 1


APPLICATION = f"""
from http import HTTPStatus

def create_app(open=""):
    def application(environ, start_response):
        known = environ.get("HTTP_AUTHORIZATION") == "Bearer {TOKEN}"
        free = environ["PATH_INFO"] in ("/status", open)
        start_response("200 OK" if known or free else "401 Unauthorized", [("X-Request-Id", "1")])
        return [b""]
    return application

app = create_app(open="/parts")
"""


def test_a_run_that_takes_long_says_so_while_pytest_captures(
    run_pytest: Pytest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a policy with rate limits would be silent for the minutes that it waits."""
    monkeypatch.setattr("apicheck.run.execute._LONG_S", -1)
    result = run_pytest("policy.yaml")
    result.assert_outcomes(passed=3, skipped=1)
    result.stdout.fnmatch_lines(["apicheck: the run may take * s: `apicheck plan` shows why"])


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_run_directory_is_where_an_option_says(
    workers: str, run_pytest: Pytest, pytester: pytest.Pytester
) -> None:
    result = run_pytest("policy.yaml", "--apicheck-out", "made", "-n", workers, apart=True)
    result.assert_outcomes(passed=3, skipped=1)
    assert {one.name for one in (pytester.path / "made").iterdir()} >= {
        "report.html", "results.json", "journal.ndjson",
    }  # fmt: skip
    again = run_pytest("policy.yaml", "--apicheck-out", "made")
    again.assert_outcomes(errors=4)
    again.stdout.fnmatch_lines(["*made is not empty: choose another*"])


@pytest.mark.parametrize("app", ["shop:app", "shop:create_app()"])
def test_a_policy_is_run_against_an_application_without_a_server(
    app: str, run_pytest: Pytest, pytester: pytest.Pytester, things: Things
) -> None:
    pytester.makepyfile(shop=APPLICATION)
    result = run_pytest("policy.yaml", "-k", "AUTH", "--apicheck-app", app)
    word = "FAILED" if app == "shop:app" else "PASSED"
    assert ids_of(result) == {THINGS: "PASSED", PARTS: word}
    assert things.paths == []


@pytest.mark.parametrize("app", ["shop", "shop:nothing", "nowhere:app"])
def test_an_application_that_is_not_there_is_an_error_in_words(
    app: str, run_pytest: Pytest, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(shop=APPLICATION)
    result = run_pytest(THINGS, "--apicheck-app", app)
    assert ids_of(result) == {THINGS: "ERROR"}
    result.stdout.fnmatch_lines([f"--apicheck-app {app}: *"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_the_junit_file_has_times_and_what_each_case_is_about(
    things: Things, run_pytest: Pytest, pytester: pytest.Pytester
) -> None:
    things.open = {"/parts"}
    things.on_request = lambda: time.sleep(0.002)  # what takes less is 0.000
    result = run_pytest("policy.yaml", "--junit-xml", "junit.xml")
    (directory,) = pytester.path.glob("reports/*")
    result.stdout.fnmatch_lines([f"apicheck: the run and its report are in *{directory.name}"])
    root = ET.parse(pytester.path / "junit.xml").getroot()
    cases = {case.attrib["name"]: case for case in root.iter("testcase")}
    times = {name: float(case.attrib["time"]) for name, case in cases.items()}
    assert min(times[name] for name in times if "/" in name) > 0
    assert times["TERMS-1"] == 0
    failed = cases["auth/missing-credentials[parts.list]"]
    said = {one.attrib["name"]: one.attrib["value"] for one in failed.iter("property")}
    assert len(said.pop("fingerprint")) == 10
    assert said == {
        "clause": "AUTH-1",
        "section": "1",
        "level": "must",
        "check": "auth/missing-credentials",
        "subject": "parts.list",
        "apicheck_run": str(directory),
    }


def test_allure_gets_exchanges_as_steps_with_a_severity(
    things: Things, run_pytest: Pytest, pytester: pytest.Pytester
) -> None:
    things.open = {"/parts"}
    run_pytest("--alluredir", "allure", PARTS)
    (written,) = pytester.path.glob("allure/*-result.json")
    result = json.loads(written.read_text())
    labels = {label["name"]: label["value"] for label in result["labels"]}
    assert (result["status"], labels["severity"], labels["story"]) == (
        "failed",
        "blocker",
        "AUTH-1",
    )
    assert result["name"] == "AUTH-1: auth/missing-credentials[parts.list]"
    (step, *_) = [one for one in result["steps"] if one["name"] == "GET /parts → 200 OK"]
    files = {one["name"]: one["source"] for one in (*result["attachments"], *step["attachments"])}
    texts = {name: (pytester.path / "allure" / file).read_text() for name, file in files.items()}
    assert "curl -i" in texts["curl"]
    assert texts["request"].startswith("GET /parts")
    assert "200 OK" in texts["response"]


WORKERS = [
    ("-n", "2", "--dist", "load"),
    ("-n", "0"),
    *(("-n", "2", "--dist", mode) for mode in ("loadscope", "loadfile", "loadgroup")),
    *(("-n", "2", "--dist", mode) for mode in ("worksteal", "each")),
    ("-n", "4", "--dist", "load"),
]


@pytest.mark.parametrize(
    "workers", [WORKERS[0], *(pytest.param(one, marks=pytest.mark.long) for one in WORKERS[1:])]
)
def test_one_run_serves_every_worker(
    workers: tuple[str, ...], things: Things, run_pytest: Pytest, pytester: pytest.Pytester
) -> None:
    things.open = {"/parts"}
    alone = ids_of(run_pytest("policy.yaml"))
    (first,) = pytester.path.glob("reports/*/results.json")
    requests = len(things.paths)
    result = run_pytest("policy.yaml", *workers, apart=True)
    assert ids_of(result) == alone
    assert len(things.paths) == 2 * requests
    (second,) = set(pytester.path.glob("reports/*/results.json")) - {first}
    assert second.exists()
