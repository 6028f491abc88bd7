"""A team with a Django API, one token and no control hook: what apicheck tells them.

The app is served by Django itself, its document has no links, as the tools of that world write
it, and says nothing of a 401.
"""

import json
import os
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.servers import find_free_port, running

APP = Path(__file__).parent / "apps" / "shelves"
TOKEN = "shelves-4f9a8c1e7b3d"


@dataclass(frozen=True, slots=True)
class Reported:
    code: int
    said: str
    results: Any

    def verdicts(self, kind: str, check: str) -> dict[str, str]:
        found = (item for item in self.results["results"] if item["check"] == check)
        return {item[kind]: item["verdict"] for item in found}

    def clauses(self) -> dict[str, str]:
        return {item["id"]: item["verdict"] for item in self.results["clauses"]}

    def lines_to_paste(self) -> str:
        return "\n".join(task["lines"] for task in self.results["tasks"])


@pytest.fixture(scope="module", params=["", "auth"], ids=["as-meant", "a-forgotten-decorator"])
def broken(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def base_url(broken: str) -> Iterator[str]:
    port = find_free_port()
    command = [sys.executable, "app.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    env = {**os.environ, "SHELVES_TOKEN": TOKEN, "BROKEN": broken}
    with running(command, APP, port, env=env) as url:
        yield url


@pytest.fixture(scope="module")
def reported(
    base_url: str, tmp_path_factory: pytest.TempPathFactory, apicheck: Callable[..., Any]
) -> Reported:
    """As its team runs it, in the folder of their files."""
    here = tmp_path_factory.mktemp("team")
    for name in ("openapi.yaml", "policy.yaml", "apicheck.toml"):
        shutil.copy(APP / name, here)
    env = {"SHELVES_TOKEN": TOKEN}
    said = apicheck("run", "--base-url", base_url, "--out", "run", env=env, cwd=here)
    results = json.loads((here / "run" / "results.json").read_text())
    return Reported(said.code, said.out + said.err, results)


WITH_AN_ID = (
    "shelves_retrieve", "shelves_destroy", "shelves_books_create",
    "shelves_books_retrieve", "shelves_books_destroy",
)  # fmt: skip


def test_what_one_token_can_show_is_tested(reported: Reported, broken: str) -> None:
    verdicts = reported.verdicts("subject", "auth/missing-credentials")
    open_to_all = {"shelves_destroy", "shelves_books_destroy"} if broken else set()
    for operation in ("shelves_list", "shelves_create", *WITH_AN_ID):
        assert verdicts[operation] == ("fail" if operation in open_to_all else "pass"), operation


def test_a_door_that_stands_open_is_found_and_nothing_else_is_said_of_auth(
    reported: Reported, broken: str
) -> None:
    found = {
        (finding["check"], finding["outcome"], *finding["operations"])
        for finding in reported.results["findings"]
        if finding["check"] == "auth/missing-credentials"
    }
    expected = ("auth/missing-credentials", "accepted", "shelves_destroy", "shelves_books_destroy")
    assert found == ({expected} if broken else set())
    assert reported.clauses()["AUTH"] == ("fail" if broken else "partial")


def test_what_is_left_are_tasks_with_the_lines_to_paste(reported: Reported) -> None:
    lines = reported.lines_to_paste()
    assert '[fixtures]\nmember = "an existing one"' in lines
    assert '[identities.other]\ntoken_env = "OTHER_TOKEN"\ntenant = "b"' in lines
    assert '# and in [identities.us]: tenant = "a"' in lines
    assert reported.clauses()["TEAM"] == "not-tested"
    assert all(line.strip() in reported.said for line in lines.splitlines())


def test_ids_by_convention_are_said_to_be_that(reported: Reported) -> None:
    words = "shelf_id from shelves_create, book_id from shelves_books_create"
    assert any(words in caveat for caveat in reported.results["caveats"])


def test_nothing_is_left_behind(reported: Reported, base_url: str) -> None:
    assert reported.results["leftovers"] == []
    headers = {"Authorization": f"Token {TOKEN}"}
    assert reported.results["coverage"]["shelves_create"] > 0
    for number in range(1, 40):
        request = urllib.request.Request(f"{base_url}/api/shelves/{number}/", headers=headers)
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(request, timeout=60)


@pytest.mark.parametrize("broken", [""], indirect=True)
def test_with_the_lines_pasted_the_clause_is_whole(
    base_url: str, tmp_path: Path, apicheck: Callable[..., Any]
) -> None:
    for name in ("openapi.yaml", "policy.yaml"):
        shutil.copy(APP / name, tmp_path)
    target = (APP / "apicheck.toml").read_text() + "\n[fixtures]\nmember = 7\n"
    (tmp_path / "apicheck.toml").write_text(target)
    apicheck(
        *("run", "--base-url", base_url, "--out", "run", "--clause", "AUTH"),
        env={"SHELVES_TOKEN": TOKEN},
        cwd=tmp_path,
    )
    results = json.loads((tmp_path / "run" / "results.json").read_text())
    assert {item["verdict"] for item in results["clauses"] if item["id"] == "AUTH"} == {"pass"}


@pytest.mark.parametrize("broken", [""], indirect=True)
def test_without_a_policy_the_sets_of_the_standards_are_run(
    base_url: str, tmp_path: Path, apicheck: Callable[..., Any]
) -> None:
    given = ("--spec", APP / "openapi.yaml", "--target", APP / "apicheck.toml")
    told = ("run", *given, "--base-url", base_url, "--out")
    # The document does not say that the word Token belongs before the token: few tools do.
    said = apicheck(*told, tmp_path / "one", env={"SHELVES_TOKEN": TOKEN})
    assert (said.code, "if the API expects a word before it" in said.out) == (4, True)
    said = apicheck(*told, tmp_path / "two", env={"SHELVES_TOKEN": f"Token {TOKEN}"})
    results = json.loads((tmp_path / "two" / "results.json").read_text())
    passed = {r["check"] for r in results["results"] if r["verdict"] == "pass"}
    assert {"auth/missing-credentials", "auth/bad-credentials"} <= passed
    assert TOKEN not in (tmp_path / "two" / "journal.ndjson").read_text()
