"""An API that lets everybody read on purpose is doubted once; one open door is not."""

from __future__ import annotations

from typing import Any

import pytest

HEAD = """
openapi: 3.1.0
info: {title: Forum, version: "1"}
security: [{bearer: []}]
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
paths:
"""
READ = '    get: {{operationId: list-{0}, responses: {{"200": {{description: all}}}}}}\n'
WRITE = '    post: {{operationId: add-{0}, responses: {{"201": {{description: made}}}}}}\n'
NAMES = ("topics", "posts", "authors", "groups")
DOCUMENT = HEAD + "".join(f"  /{name}:\n{READ.format(name)}{WRITE.format(name)}" for name in NAMES)
TOKEN = "forum-55d0a1b2c3d4"
TARGET = '[identities.us]\ntoken_env = "FORUM_TOKEN"'


class Forum:
    """Asks for its token, but not for requests that `opened` says."""

    def __init__(self, sent: Any, *opened: str) -> None:
        self.sent, self.opened = sent, opened

    def __call__(self, request: Any) -> Any:
        if request.path.strip("/") not in NAMES:
            return self.sent(404, {})
        if request.method not in ("GET", "HEAD", "POST"):
            return self.sent(405, {}, {"Allow": "GET, HEAD, POST"})
        allowed = request.headers.get("authorization") == f"Bearer {TOKEN}"
        asked = f"{request.method.replace('HEAD', 'GET')} {request.path.rstrip('/')}"
        if not allowed and asked not in self.opened:
            return self.sent(401, {}, {"WWW-Authenticate": "Bearer"})
        return self.sent(201 if request.method == "POST" else 200, {"found": []})


def ask(run: Any, sent: Any, *opened: str, **more: Any) -> list[Any]:
    given = {"target": TARGET, "environ": {"FORUM_TOKEN": TOKEN}, **more}
    outcome = run(DOCUMENT, Forum(sent, *opened), **given)
    return [one for one in outcome.results["findings"] if one["check"].startswith("auth/")]


READING = tuple(f"GET /{name}" for name in NAMES)


def test_reading_that_is_open_throughout_is_one_doubt(run: Any, sent: Any) -> None:
    (found,) = ask(run, sent, *READING)
    assert (found["check"], found["severity"]) == ("auth/missing-credentials", "medium")
    assert set(found["operations"]) == {f"list-{name}" for name in NAMES}
    assert "4 of 4 operations that read are open to every caller" in found["actual"]


def test_reading_that_is_open_nearly_throughout_is_one_doubt(run: Any, sent: Any) -> None:
    (found,) = ask(run, sent, *READING[:3])
    assert found["severity"] == "medium"
    assert "3 of 4" in found["actual"]


def test_a_run_that_only_reads_doubts_it_and_says_what_it_cannot_tell(run: Any, sent: Any) -> None:
    (found,) = ask(run, sent, *READING, target=f'{TARGET}\n[safety]\nmode = "read-only"')
    assert found["severity"] == "medium"
    assert "only reads cannot tell whether those that write" in found["actual"]


def test_one_open_door_is_critical_also_where_the_run_only_reads(run: Any, sent: Any) -> None:
    found = ask(run, sent, *READING[:1], target=f'{TARGET}\n[safety]\nmode = "read-only"')
    assert "critical" in {one["severity"] for one in found}


def test_a_target_without_a_token_shows_it_as_well(run: Any, sent: Any) -> None:
    (found,) = ask(run, sent, *READING, target="", environ={})
    assert found["severity"] == "medium"


@pytest.mark.parametrize(
    "opened", [READING[:1], READING[:2], (*READING, "POST /posts"), ("POST /posts",)]
)
def test_some_open_doors_are_critical(run: Any, sent: Any, opened: tuple[str, ...]) -> None:
    found = ask(run, sent, *opened)
    assert {(one["check"], one["severity"]) for one in found if one["outcome"] == "accepted"} >= {
        ("auth/missing-credentials", "critical"),
        ("auth/bad-credentials", "critical"),
    }
