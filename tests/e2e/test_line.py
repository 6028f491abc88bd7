"""From two files to a report, and back from the saved run."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

import pytest

from apicheck import testing
from apicheck.run import judge_saved

PIECE = 12
"""No piece of a secret as long as this may be in any file."""

WORD = re.compile(rb"[!-~]{%d,}" % PIECE)
"""What a secret can stand in: printable, without spaces."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A run of the command, whose server is gone."""

    profile: str
    directory: Path
    code: int
    out: str
    err: str
    secrets: frozenset[str]

    @property
    def results(self) -> Any:
        return json.loads((self.directory / "results.json").read_text())


@pytest.fixture(scope="module", params=["canonical", "dahimail", "webengage"])
def saved(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    apicheck: Callable[..., Any],
    control: Callable[..., Any],
) -> Saved:
    directory = tmp_path_factory.mktemp(request.param) / "run"
    with testing.server(request.param) as server:
        formats = ("--format", "html", "--format", "junit")
        wanted = ("--allow-incomplete", "no-check", *formats)
        said = apicheck("run", "--target", server.target_file, "--out", directory, *wanted)
        identities = control(server.control_url, "GET", "/identities")["identities"]
    secrets = frozenset(item["token"] for item in identities if item["token"])
    assert secrets
    return Saved(request.param, directory, said.code, said.out, said.err, secrets)


def pieces(secret: str) -> set[bytes]:
    """All of a token; of a JWT its signature: others may have said the same as its claims."""
    kept = secret.rpartition(".")[2] if secret.startswith("eyJ") else secret
    return {kept[at : at + PIECE].encode() for at in range(max(1, len(kept) - PIECE + 1))}


def files_with(directory: Path, secrets: frozenset[str]) -> list[tuple[str, str]]:
    """Files in which a piece of a secret is, as written or encoded.

    A run has hundreds of secrets: the files are taken apart once, not searched for each piece.
    """
    wanted = {piece for secret in secrets for piece in pieces(secret)}
    for secret in secrets:
        wanted |= pieces(quote(secret, safe=""))
        wanted |= pieces(base64.b64encode(secret.encode()).decode()[:-4])
    found = []
    for path in directory.rglob("*"):
        words = set(WORD.findall(path.read_bytes())) if path.is_file() else set()
        windows = (word[at : at + PIECE] for word in words for at in range(len(word) - PIECE + 1))
        found += [(path.name, piece.decode()) for piece in windows if piece in wanted]
    return found


def verdicts(clauses: list[dict[str, Any]]) -> dict[str, str]:
    return {item["id"]: item["verdict"] for item in clauses}


class TestHonestServer:
    def test_it_has_no_fail(self, saved: Saved) -> None:
        findings = [
            (f["check"], f["outcome"], f["detail"], f["expected"], f["actual"], f["operations"])
            for f in saved.results["findings"]
        ]
        assert findings == []
        assert saved.code in (0, 3), saved.err

    def test_most_of_its_promises_were_tested(self, saved: Saved) -> None:
        passed = [item for item in saved.results["results"] if item["verdict"] == "pass"]
        assert len({item["check"] for item in passed}) >= 6
        assert "pass" in verdicts(saved.results["clauses"]).values()

    def test_the_word_says_how_far_the_checks_reach(self, saved: Saved) -> None:
        # Two limits of webengage are not known; what they would allow is not tested.
        due = {"webengage": (3, "incomplete")}.get(saved.profile, (0, "conformant"))
        assert (saved.code, saved.results["verdict"]["word"]) == due, saved.err

    def test_no_clause_is_without_a_check(self, saved: Saved) -> None:
        clauses = saved.results["clauses"]
        assert [item["id"] for item in clauses if item["kind"] == "no-check"] == []

    def test_it_names_the_report_and_the_word_with_its_scope(self, saved: Saved) -> None:
        word = saved.results["verdict"]
        said = saved.out + saved.err
        assert word["word"] in said
        assert "report.html" in said
        assert (saved.directory / "report.html").stat().st_size > 10_000

    def test_a_run_judged_again_has_the_same_results(self, saved: Saved) -> None:
        from apicheck.report import render
        from apicheck.run import read_journal

        again = judge_saved(saved.directory)
        rendered = render(again, read_journal(saved.directory), "json")
        assert json.loads(rendered) == saved.results

    def test_the_judge_command_says_the_same(
        self, saved: Saved, apicheck: Callable[..., Any]
    ) -> None:
        before = (saved.directory / "results.json").read_bytes()
        said = apicheck("judge", saved.directory)
        assert said.code == saved.code, said.err
        assert (saved.directory / "results.json").read_bytes() == before

    def test_no_piece_of_a_secret_is_in_any_file(self, saved: Saved) -> None:
        assert files_with(saved.directory, saved.secrets) == []

    def test_no_piece_of_a_secret_was_printed(self, saved: Saved) -> None:
        said = saved.directory.with_name("said")
        said.mkdir()
        (said / "output").write_text(saved.out + saved.err)
        assert files_with(said, saved.secrets) == []


class Echo(BaseHTTPRequestHandler):
    """Repeats the credential wherever an answer has room for it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        token = self.headers.get("Authorization", "").partition(" ")[2]
        encoded = base64.urlsafe_b64encode(json.dumps({"sub": token}).encode()).decode()
        body = json.dumps(
            {
                "token": token,
                "quoted": quote(token, safe=""),
                "basic": base64.b64encode(token.encode()).decode(),
                "jwt": f"eyJhbGciOiJub25lIn0.{encoded}.x",
                "start": token[:-3],
                "url": f"https://example.com/?key={token}",
                "escaped": "".join(f"\\u{ord(letter):04x}" for letter in token),
            }
        ).encode()
        self.send_response(302 if "redirect" in self.path else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Token", token)
        self.send_header("Location", f"http://127.0.0.1:9/?access_token={token}")
        self.send_header("Set-Cookie", f"session={token}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


CANARY = "canary+A1b2C3d4/E5f6G7h8=I9j0"
ECHO_SPEC = """\
openapi: 3.1.0
info: {title: Echo, version: "1"}
security: [{bearer: []}]
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
paths:
  /things: {get: {operationId: listThings, responses: {"200": {description: fine}}}}
  /redirect: {get: {operationId: redirected, responses: {"302": {description: away}}}}
"""


def test_a_server_that_repeats_the_token_everywhere_leaves_none_in_the_files(
    tmp_path: Path, apicheck: Callable[..., Any]
) -> None:
    (tmp_path / "openapi.yaml").write_text(ECHO_SPEC)
    (tmp_path / "apicheck.toml").write_text('[identities.admin]\ntoken_env = "ECHO_TOKEN"\n')
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    Thread(target=httpd.serve_forever, daemon=True).start()
    try:
        said = apicheck(
            *("run", "--spec", "openapi.yaml", "--out", "run", "--target", "apicheck.toml"),
            *("--base-url", f"http://127.0.0.1:{httpd.server_port}"),
            env={"ECHO_TOKEN": CANARY},
            cwd=tmp_path,
        )
    finally:
        httpd.shutdown()
        httpd.server_close()
    assert said.code == 1, said.err
    journal = (tmp_path / "run" / "journal.ndjson").read_text()
    assert "$APICHECK_ADMIN_TOKEN" in journal
    assert files_with(tmp_path / "run", frozenset({CANARY})) == []
    assert CANARY not in said.out + said.err
