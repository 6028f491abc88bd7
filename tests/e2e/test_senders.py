"""Senders of webhooks as others write them, honest and with mistakes.

None has a clock that can be moved. Two have no links in their documents; ids are small numbers.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from typing import Any

import pytest

from tests.e2e.servers import find_program

pytestmark = pytest.mark.long

APPS = Path(__file__).parent / "apps"
TASKS, INVOICES, TICKETS = "tasks", "invoices", "tickets"
SECRETS = {
    "RED_TOKEN": "red-91c4b7e2a6d0",
    "BLUE_TOKEN": "blue-5d0be1c87f23",
    "INVOICES_KEY": "invoices-07ba6d1e2c94",
    "TICKETS_KEY": "tickets-c2f80d96e1b7",
}
IDENTITIES = {
    TASKS: '[identities.red]\ntoken_env = "RED_TOKEN"\ntenant = "red"\n'
    '[identities.blue]\ntoken_env = "BLUE_TOKEN"\ntenant = "blue"\n',
    INVOICES: '[identities.us]\ntoken_env = "INVOICES_KEY"\n',
    TICKETS: '[identities.us]\ntoken_env = "TICKETS_KEY"\n',
}
BREAKS: Mapping[str, Mapping[str, str]] = {
    TASKS: {
        "nothing": "TIME",
        "late": "TIME",
        "every-topic": "WHAT",
        "every-team": "WHOSE",
        "after-deletion": "END",
        "never-again": "AGAIN",
        "acknowledged-again": "ONCE",
        "new-id-again": "ID",
        "unsigned": "SIGN",
        "signs-dump": "SIGN",
        "old-secret": "ROTATE",
        "both-for-ever": "ROTATE",
        "follows": "REDIRECT",
        "secret-shown": "SECRET",
        "plain": "HTTPS",
    },
    INVOICES: {
        "every-event": "WHAT",
        "other-name": "WHAT",
        "same-id": "ID",
        "at-once": "WHEN",
        "after-deletion": "END",
        "ignores-410": "GONE",
        "gives-up-on-4xx": "AGAIN",
        "silence-is-consent": "AGAIN",
        "seconds": "SIGN",
        "own-key": "SIGN",
        "without-time": "SIGN",
        "text": "JSON",
        "newest-first": "ORDER",
    },
    TICKETS: {
        "newest-first": "ORDER",
        "twice": "TWICE",
        "follows-none": "MOVED",
        "follows-by-get": "MOVED",
        "never-again": "AGAIN",
    },
}


@contextmanager
def serving(name: str, broken: str) -> Iterator[str]:
    # The socket listens before the app does: whoever calls meanwhile waits, and nobody polls.
    with create_server(("127.0.0.1", 0)) as listening:
        number = listening.fileno()
        env = {**os.environ, **SECRETS, "SOCKET": str(number), "BROKEN": broken}
        of_node = name == INVOICES
        command = [find_program("node"), "app.mjs"] if of_node else [sys.executable, "app.py"]
        with subprocess.Popen(command, cwd=APPS / name, env=env, pass_fds=(number,)) as process:
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                process.terminate()


@pytest.fixture
def play(tmp_path: Path, apicheck: Callable[..., Any]) -> Callable[..., dict[str, str]]:
    """Runs the policy of a sender. Returns what its clauses end in."""

    def play(name: str, broken: str, *options: str, code: int | None = None) -> dict[str, str]:
        with serving(name, broken) as url:
            with urllib.request.urlopen(f"{url}/openapi.json", timeout=60) as response:
                (tmp_path / "openapi.json").write_bytes(response.read())
            shutil.copy(APPS / name / "policy.yaml", tmp_path)
            (tmp_path / "apicheck.toml").write_text(
                f'policy = "policy.yaml"\nbase_url = "{url}"\n{IDENTITIES[name]}'
                '[webhooks]\nlisten = "127.0.0.1:0"\n'
            )
            said = apicheck("run", "--out", "run", *options, env=SECRETS, cwd=tmp_path)
        assert said.code == (code if code is not None else int(bool(broken))), said.out
        results = json.loads((tmp_path / "run" / "results.json").read_text())
        return {clause["id"]: clause["verdict"] for clause in results["clauses"]}

    return play


@pytest.mark.parametrize("name", BREAKS)
def test_everything_that_an_honest_sender_promises_is_observed(
    play: Callable[..., dict[str, str]], name: str
) -> None:
    assert set(play(name, "").values()) == {"pass"}


def test_what_was_waited_for_in_vain_is_said_with_what_may_be_in_the_way(
    play: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    found = play(TICKETS, "silent", "--clause", "END", "--clause", "SIGN", code=4)
    assert {found["END"], found["SIGN"]} == {"inconclusive"}
    results = json.loads((tmp_path / "run" / "results.json").read_text())
    words = re.compile("addHook subscribed to it, and (open|rename)Ticket caused it, both with")
    assert all(words.search(one["reason"]) for one in results["results"])
    (task,) = results["tasks"]
    assert task["clauses"] == ["END", "SIGN"]
    assert "public_url" in task["lines"]
    assert "webhooks.delivery.within" in task["lines"]


@pytest.mark.parametrize(
    ("name", "broken", "clause"),
    [(name, *pair) for name, mistakes in BREAKS.items() for pair in mistakes.items()],
)
def test_a_mistake_of_a_sender_breaks_its_clause(
    play: Callable[..., dict[str, str]], name: str, broken: str, clause: str
) -> None:
    found = play(name, broken, "--clause", clause)
    assert {one for one, verdict in found.items() if verdict == "fail"} == {clause}
