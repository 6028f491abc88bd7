"""The command as a user types it first: the URL of a document, and the name of a variable."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apicheck.cli import main

TOKEN = "cups-7d1e9f20b4a6"
Captured = pytest.CaptureFixture[str]


def make_document(**more: Any) -> dict[str, Any]:
    answer = {"200": {"description": "all"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Cups", "version": "1"},
        "paths": {"/cups": {"get": {"operationId": "listCups", "responses": answer}}},
        **more,
    }


class Cups:
    """An API with one operation, which serves its own document."""

    def __init__(self, sent: Any, wants: Callable[[Any], bool], **document: Any) -> None:
        self.sent, self.wants, self.document = sent, wants, make_document(**document)
        self.prefix = ""

    def __call__(self, request: Any) -> Any:
        if request.path == "/docs/openapi.json":
            return self.sent(200, self.document)
        if request.path == "/moved.json":
            return self.sent(307, headers={"Location": "/docs/openapi.json"})
        if request.path == "/elsewhere.json":
            return self.sent(302, headers={"Location": "http://other.test/openapi.json"})
        if request.path == "/page":
            return self.sent(200, b"<html></html>", {"Content-Type": "text/html"})
        if request.path == "/private.json":
            return self.sent(200, self.document) if self.wants(request) else self.sent(401)
        if request.path != f"{self.prefix}/cups":
            return self.sent(404)
        if not self.wants(request):
            return self.sent(401, headers={"WWW-Authenticate": "Bearer"})
        if request.method != "GET":
            return self.sent(405, headers={"Allow": "GET"})
        return self.sent(200, [])


def is_bearer(request: Any) -> bool:
    return bool(request.headers.get("authorization") == f"Bearer {TOKEN}")


def is_basic(request: Any) -> bool:
    pair = base64.b64encode(b"ada:" + TOKEN.encode()).decode()
    return bool(request.headers.get("authorization") == f"Basic {pair}")


def is_in_query(request: Any) -> bool:
    return f"api_key={TOKEN}" in request.target


def is_in_header(request: Any) -> bool:
    return bool(request.headers.get("x-cup-key") == TOKEN)


def is_in_cookie(request: Any) -> bool:
    return f"sid={TOKEN}" in request.headers.get("cookie", "")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CUPS_TOKEN", TOKEN)
    monkeypatch.setenv("CUPS_PAIR", f"ada:{TOKEN}")
    return tmp_path


@pytest.fixture
def serving(serve: Any) -> Callable[[Any], Any]:
    @contextmanager
    def start(handler: Any) -> Iterator[str]:
        with serve(handler) as (url, _):
            yield url

    return start


def accepted(folder: Path) -> Any:
    results = json.loads((folder / "out" / "results.json").read_text())
    (operation,) = results["operations"]
    return operation["standing"]


@pytest.mark.parametrize("where", ["docs/openapi.json", "moved.json"])
def test_a_url_and_a_variable_are_enough(serving: Any, sent: Any, folder: Path, where: str) -> None:
    with serving(Cups(sent, is_bearer)) as url:
        main(["run", "--spec", f"{url}/{where}", "--token-env", "CUPS_TOKEN", "--out", "out"])
    assert accepted(folder) == "accepted"
    assert all(TOKEN not in file.read_text() for file in (folder / "out").iterdir())
    assert json.loads((folder / "out" / "openapi.yaml").read_text()) == make_document()


AUTH = {
    "bearer": (is_bearer, "CUPS_TOKEN"),
    "basic": (is_basic, "CUPS_PAIR"),
    "header:X-Cup-Key": (is_in_header, "CUPS_TOKEN"),
    "query:api_key": (is_in_query, "CUPS_TOKEN"),
    "cookie:sid": (is_in_cookie, "CUPS_TOKEN"),
}
SCHEMES = {
    "none in the document": {},
    "others in the document": {
        "security": [{"login": []}],
        "components": {"securitySchemes": {"login": {"type": "oauth2", "flows": {}}}},
    },
}


@pytest.mark.parametrize("schemes", SCHEMES)
@pytest.mark.parametrize("auth", AUTH)
def test_how_a_token_is_sent_can_be_said(
    serving: Any, sent: Any, folder: Path, auth: str, schemes: str
) -> None:
    wants, variable = AUTH[auth]
    with serving(Cups(sent, wants, **SCHEMES[schemes])) as url:
        spec = f"{url}/docs/openapi.json"
        told = ("--token-env", variable, "--auth", auth, "--out", "out")
        main(["run", "--spec", spec, *told])
    assert accepted(folder) == "accepted"
    assert all(TOKEN not in file.read_text() for file in (folder / "out").iterdir())


def test_the_path_of_the_documents_server_is_kept(serving: Any, sent: Any, folder: Path) -> None:
    api = Cups(sent, is_bearer, servers=[{"url": "/api/v1"}])
    api.prefix = "/api/v1"
    with serving(api) as url:
        spec = f"{url}/docs/openapi.json"
        main(["run", "--spec", spec, "--token-env", "CUPS_TOKEN", "--out", "out"])
    assert accepted(folder) == "accepted"


def test_a_host_that_only_the_document_names_gets_no_request(
    serving: Any, sent: Any, capsys: Captured
) -> None:
    with serving(Cups(sent, is_bearer, servers=[{"url": "https://api.cups.test/v2"}])) as url:
        code = main(["run", "--spec", f"{url}/docs/openapi.json", "--token-env", "CUPS_TOKEN"])
    said = capsys.readouterr().err
    assert code == 2
    assert f"give --base-url https://api.cups.test, or --base-url {url}" in said


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("/elsewhere.json", "redirects to http://other.test/openapi.json: give that URL"),
        ("/page", "is an HTML page"),
        ("/nowhere", "responds with 404"),
        ("/private.json", "--spec-token-env"),
    ],
)
def test_a_document_that_cannot_be_fetched(
    serving: Any, sent: Any, capsys: Captured, where: str, words: str
) -> None:
    with serving(Cups(sent, is_bearer)) as url:
        assert main(["lint", "--spec", url + where]) == 2
    assert words in capsys.readouterr().err


def test_a_document_behind_a_token_is_fetched_with_it_when_asked(
    serving: Any, sent: Any, capsys: Captured
) -> None:
    with serving(Cups(sent, is_bearer)) as url:
        told = ["--spec", f"{url}/private.json", "--spec-token-env", "CUPS_TOKEN"]
        assert main(["lint", *told]) == 0
        assert main(["plan", *told, "--token-env", "CUPS_TOKEN"]) == 0
    assert TOKEN not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wants", "variable", "auth"),
    [(is_basic, "CUPS_PAIR", "basic"), (is_in_header, "CUPS_TOKEN", "header:X-Cup-Key")],
    ids=["basic", "header"],
)
def test_a_document_behind_a_token_is_fetched_as_the_token_is_sent(
    serving: Any, sent: Any, folder: Path, wants: Any, variable: str, auth: str
) -> None:
    with serving(Cups(sent, wants)) as url:
        told = ["--spec", f"{url}/private.json", "--spec-token-env", variable]
        main(["run", *told, "--token-env", variable, "--auth", auth, "--out", "out"])
    assert accepted(folder) == "accepted"


def test_a_token_that_is_a_word_is_remarked_on_without_being_shown(
    serving: Any, sent: Any, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUPS_TOKEN", "humming")
    with serving(Cups(sent, lambda _: True)) as url:
        told = ["--spec", f"{url}/docs/openapi.json", "--token-env", "CUPS_TOKEN"]
        main(["run", *told, "--select", "headers/date", "--out", "out"])
    said = capsys.readouterr().err
    assert "the secret of APICHECK_TOKEN_TOKEN is an ordinary word" in said
    assert "humming" not in said


def test_a_document_of_a_server_that_is_not_there(capsys: Captured) -> None:
    assert main(["lint", "--spec", "http://127.0.0.1:9/openapi.json"]) == 4
    assert "cannot connect to http://127.0.0.1:9" in capsys.readouterr().err


def test_a_target_file_can_name_a_url_too(serving: Any, sent: Any, folder: Path) -> None:
    with serving(Cups(sent, is_bearer)) as url:
        lines = f'spec = "{url}/docs/openapi.json"\n[identities.one]\ntoken_env = "CUPS_TOKEN"\n'
        (folder / "apicheck.toml").write_text(lines)
        main(["run", "--out", "out"])
        assert main(["lint", "--target", "apicheck.toml"]) == 0
    assert accepted(folder) == "accepted"


@pytest.mark.parametrize(
    "given",
    [
        ["--token", TOKEN],
        ["--token-env", f"Bearer {TOKEN}"],
        ["--header", f"Authorization: Bearer {TOKEN}"],
        ["--spec-token-env", "cups-7d1e"],
    ],
    ids=lambda given: str(given[0]),
)
def test_a_secret_on_the_command_line_is_refused_without_showing_it(
    given: list[str], capsys: Captured
) -> None:
    assert main(["run", *given]) == 2
    said = capsys.readouterr().err
    assert "--token-env API_TOKEN" in said
    assert TOKEN not in said


def test_a_way_to_send_a_token_that_is_not_known(capsys: Captured) -> None:
    assert main(["run", "--auth", "digest"]) == 2
    assert "known are bearer, basic, header:NAME" in capsys.readouterr().err


def test_a_key_of_the_document_among_the_headers_is_named(
    serving: Any, sent: Any, capsys: Captured
) -> None:
    key = {"type": "apiKey", "in": "header", "name": "X-Cup-Key"}
    with serving(Cups(sent, is_bearer, components={"securitySchemes": {"key": key}})) as url:
        told = ["--spec", f"{url}/docs/openapi.json", "--header", f"X-Cup-Key: {TOKEN}"]
        assert main(["run", *told]) == 2
    said = capsys.readouterr().err
    assert "X-Cup-Key is a credential, and belongs to an identity" in said
    assert TOKEN not in said


def test_a_proxy_of_the_environment_is_used_and_its_password_kept(
    serve: Any, sent: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    api = Cups(sent, is_bearer)
    seen: set[str] = set()

    def proxy(request: Any) -> Any:
        seen.add(request.headers.get("proxy-authorization", ""))
        where = "http://api.cups.test:80"
        assert request.target.startswith(where)
        return api(replace(request, target=request.target.removeprefix(where)))

    pair = base64.b64encode(b"ada:open-sesame").decode()
    with serve(proxy) as (url, _):
        monkeypatch.setenv("HTTP_PROXY", url.replace("://", "://ada:open-sesame@"))
        spec = "http://api.cups.test/docs/openapi.json"
        main(["run", "--spec", spec, "--token-env", "CUPS_TOKEN", "--out", "out"])
    said = capsys.readouterr()
    assert accepted(folder) == "accepted"
    assert seen == {f"Basic {pair}"}
    assert f"requests to api.cups.test go through the proxy {url} (HTTP_PROXY)" in said.err
    told = said.out + said.err + "".join(f.read_text() for f in (folder / "out").iterdir())
    assert "open-sesame" not in told
    assert pair not in told
