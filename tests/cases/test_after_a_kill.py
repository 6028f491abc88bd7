"""A run that was killed: `judge` says what it left on the target, and `clean` deletes it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from apicheck.cli import main

Captured = pytest.CaptureFixture[str]
Command = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def killed(things: Any, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Kills a run, and goes on while its target still serves."""
    monkeypatch.chdir(tmp_path)
    things.pause_s, things.wanted = 0.01, 4
    with command(things) as process:
        assert things.busy.wait(60)
        process.popen.kill()
        process.finish()
        assert things.held
        yield things


def test_judge_says_what_is_left_and_clean_deletes_it(killed: Any, capsys: Captured) -> None:
    assert main(["judge", "run", "--json"]) == 3
    judged = json.loads(capsys.readouterr().out)
    recorded = Path("run/journal.ndjson").read_text()
    known = [name for name in killed.held if f'\\"{name}\\"' in recorded]
    assert known
    assert all(any(name in words for words in judged["leftovers"]) for name in known)
    assert judged["run"]["requests"] > 4
    main(["judge", "run"])
    assert "apicheck clean run deletes" in capsys.readouterr().out

    code = main(["clean", "run"])
    said = capsys.readouterr().out
    assert f"deleted: {len(known)}" in said
    assert not set(known) & set(killed.held)
    assert code == (3 if "created, if anything" in said else 0)
    assert said.count("created, if anything") >= len(killed.held)

    main(["judge", "run", "--json"])
    left = json.loads(capsys.readouterr().out)["leftovers"]
    assert not [words for words in left if words.startswith("/things/")]
    main(["clean", "run"])
    assert "deleted: 0" in capsys.readouterr().out


def test_clean_takes_no_other_target_than_that_of_the_run(killed: Any, capsys: Captured) -> None:
    assert main(["clean", "run", "--base-url", "http://127.0.0.1:1"]) == 2
    assert "give the options of the run" in capsys.readouterr().err
    assert killed.held


def test_clean_needs_the_secrets_of_the_run(
    killed: Any, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("THINGS_TOKEN")
    assert main(["clean", "run"]) == 2
    assert "THINGS_TOKEN" in capsys.readouterr().err
    assert killed.held


def test_clean_has_nothing_to_do_after_a_run_that_ended(
    things: Any, run: Any, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THINGS_TOKEN", things.token)
    outcome = run(things.document, things, target=things.target)
    assert main(["clean", str(outcome.directory)]) == 0
    assert capsys.readouterr().out == "deleted: 0, left: 0\n"
    assert not list(outcome.directory.glob("clean-up*"))


@dataclass
class Issuing:
    """Things, also for those with a token that a client got here. alone: for no others any more."""

    things: Any
    sent: Any
    tokens: list[str] = field(default_factory=list)
    alone: bool = False

    def __call__(self, request: Any) -> Any:
        if request.path == "/token":
            self.tokens.append(f"issued-{len(self.tokens)}-{os.urandom(12).hex()}")
            return self.sent(200, {"access_token": self.tokens[-1], "token_type": "Bearer"})
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token in self.tokens:
            known = {**request.headers, "authorization": f"Bearer {self.things.token}"}
            request = replace(request, headers=known)
        elif self.alone:
            return self.sent(401, headers={"WWW-Authenticate": "Bearer"})
        return self.things(request)


MINTER = """\
[mint.all]
token_url = "/token"
client_id_env = "CLIENT_ID"
client_secret_env = "CLIENT_SECRET"
"""
BEARER = "{type: http, scheme: bearer}"
OAUTH = "{type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {all: everything}}}}"


@pytest.mark.parametrize(
    "again",
    [("clean", "run"), pytest.param(("run", "--resume", "run"), marks=pytest.mark.long)],
)
def test_what_is_left_is_deleted_where_only_a_client_still_gets_tokens(
    *,
    again: tuple[str, ...],
    things: Any,
    sent: Any,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: Captured,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLIENT_ID", "client-4711")
    monkeypatch.setenv("CLIENT_SECRET", "s3cr3t-of-the-client-8c41")
    things.pause_s, things.wanted = 0.01, 8  # more than are under way at once
    server = Issuing(things, sent)
    line = ("run", "--spec", "openapi.yaml", "--out", "run")
    texts = {
        "document": things.document.replace(BEARER, OAUTH),
        "target": things.target + MINTER,
    }
    with command(server, *line, **texts) as process:
        assert things.busy.wait(60)
        process.popen.kill()
        process.finish()
        assert things.held
        server.tokens.clear()
        server.alone = True
        main([*again])
        said = capsys.readouterr().out
    assert server.tokens
    assert len(things.held) <= said.count("created, if anything")


def test_what_failed_requests_created_is_suspected_looked_for_and_deleted(
    things: Any, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)

    def fail_late(request: Any) -> Any:
        response = things(request)
        return replace(response, status=500) if response.status == 201 else response

    document = things.document.replace("maxLength: 40", "maxLength: 40, x-unique: true")
    things.pause_s, things.wanted = 0.05, 2
    with command(fail_late, document=document) as process:
        assert things.busy.wait(60)
        while '"status":500' not in Path("run/journal.ndjson").read_text():
            assert process.popen.poll() is None
        process.popen.kill()
        process.finish()
        main(["judge", "run", "--json"])
        judged = json.loads(capsys.readouterr().out)
        assert any("createThing created, if anything" in words for words in judged["leftovers"])

        main(["clean", "run"])
        said = capsys.readouterr().out
        assert "deleted: 0" not in said
        assert len(things.held) <= said.count("no response had come when the run ended")
        main(["judge", "run", "--json"])
        judged = json.loads(capsys.readouterr().out)
        assert not any("response was 500" in words for words in judged["leftovers"])
