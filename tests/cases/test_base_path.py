"""A base URL below which nothing of the document is ends the run, and the right one is named."""

from __future__ import annotations

from typing import Any

import pytest

DOCUMENT = """
openapi: 3.1.0
info: {title: Elsewhere, version: "1"}
servers: [{url: SERVER}]
security: [{bearer: []}]
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
paths:
  /songs:
    get: {operationId: listSongs, responses: {"200": {description: all}}}
    post: {operationId: addSong, responses: {"201": {description: made}}}
  /songs/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}, example: a}]
    get: {operationId: getSong, responses: {"200": {description: one}}}
"""
TARGET = '[identities.us]\ntoken_env = "SONGS_TOKEN"'
ENVIRON = {"SONGS_TOKEN": "songs-77a1b0c2d3e4"}


class Below:
    """A server whose API is below a path; anywhere else it responds as `elsewhere` says."""

    def __init__(self, sent: Any, prefix: str, *, status: int = 200, others: int = 404) -> None:
        self.sent, self.prefix, self.status, self.others = sent, prefix, status, others

    def __call__(self, request: Any) -> Any:
        here = request.path.startswith(f"{self.prefix}/songs")
        if here:
            return self.sent(self.status if request.method == "GET" else 201, [])
        return self.sent(404 if request.method == "GET" else self.others, {})


def ask(run: Any, handler: Any, server: str = "/", **more: Any) -> Any:
    document = DOCUMENT.replace("SERVER", server)
    return run(document, handler, target=TARGET, environ=ENVIRON, bad_input=True, **more)


@pytest.mark.parametrize(
    ("given", "real", "words"),
    [
        (("/", ""), "/api", '--base-path "/api"'),
        (("/", ""), "/api/v1", '--base-path "/api/v1"'),
        (("/v1", ""), "", '--base-path ""'),
        (("/v1", ""), "/api/v1", '--base-path "/api/v1"'),
        (("/v1", "/api"), "/api", '--base-path ""'),
        (("/v1", "/x"), "/v1", '--base-url http://127.0.0.1:PORT --base-path "/v1"'),
        (("https://songs.example/music/v3", ""), "/v3", '--base-path "/v3"'),
    ],
)
@pytest.mark.parametrize("others", [404, 405])
def test_the_path_below_which_the_api_is_is_named(
    run: Any, sent: Any, given: tuple[str, str], real: str, words: str, others: int
) -> None:
    """given: the path of the document's server, and that of base_url."""
    server, base_path = given
    outcome = ask(run, Below(sent, real, others=others), server, base_path=base_path)
    port = outcome.results["run"]["base_url"].rpartition(":")[2].partition("/")[0]
    why = outcome.results["verdict"]["why"]
    assert outcome.code == 4
    assert f"give {words.replace('PORT', port)}, or the same in the target file" in why
    assert why in outcome.results["tasks"][0]["lines"]
    assert len(outcome.received) < 25


@pytest.mark.parametrize("status", [200, 400, 401, 403])
def test_an_api_that_refuses_is_there_as_well(run: Any, sent: Any, status: int) -> None:
    outcome = ask(run, Below(sent, "/api", status=status))
    assert '--base-path "/api"' in outcome.results["verdict"]["why"]


@pytest.mark.parametrize("status", [200, 401, 403])
def test_a_server_that_says_the_same_to_every_path_is_not_named(
    run: Any, sent: Any, status: int
) -> None:
    def serve(request: Any) -> Any:
        return sent(status if request.path.startswith("/api") else 404, {})

    why = ask(run, serve).results["verdict"]["why"]
    assert "--base-path" not in why
    assert "correct base_url, or base_path" in why


def test_where_the_api_is_nowhere_little_is_sent(run: Any, sent: Any) -> None:
    outcome = ask(run, lambda _: sent(404, {}))
    assert outcome.code == 4
    assert len(outcome.received) < 25
    assert {r["verdict"] for r in outcome.results["results"]}.isdisjoint({"pass", "fail"})
    assert any("none of the document's paths" in r["reason"] for r in outcome.results["results"])


def test_what_may_not_be_sent_is_not_looked_for(run: Any, sent: Any) -> None:
    outcome = ask(run, lambda _: sent(404, {}), skip=("listSongs",))
    assert not [r for r in outcome.received if r.method == "GET" and r.path.endswith("/songs")]
