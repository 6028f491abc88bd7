"""Versions of servers that others wrote: in the path, a header, the query and the media type.

Django REST framework reads them by classes of its own; FastAPI has none, so that each API writes
its reader. Nothing of the reference server is in them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import create_server
from time import monotonic, sleep
from typing import Any

import pytest

APPS = Path(__file__).parent / "versions"
DOCUMENT = """
openapi: 3.1.0
info: {title: Notes, version: "1"}
paths:
  PATH:
    get: {operationId: listNotes, responses: {"200": {description: some}}}
"""
POLICY = """
policy: notes
facts:
  versioning: {%s}
clauses:
  VERSIONS:
    title: The versions of a request
    checks: [versioning/unknown, versioning/future, versioning/malformed, versioning/missing,
             versioning/case, versioning/retired, versioning/supported, versioning/served-by,
             versioning/redirected, versioning/refused-creation, versioning/echo]
"""
DATES = POLICY % (
    'in: header, name: Notes-Version, versions: {"2026-06-01": current, "2026-01-01": supported,'
    ' "2025-06-01": retired}, unknown: 400, malformed: 400, retired: 410,'
    ' missing: {serves: "2026-01-01"}, echo: Notes-Version'
)
MEDIA = POLICY % (
    'in: media, name: version, versions: {"1.0": supported, "2.0": current}, unknown: 406,'
    ' missing: {serves: "1.0"}, echo: Notes-Version'
)
VENDOR = POLICY % (
    'in: media, form: "application/vnd.notes.v{version}+json",'
    ' versions: {"1": supported, "2": current}, unknown: 406, malformed: 406,'
    ' missing: {serves: "2"}, case: insensitive, echo: Content-Type'
)
QUERY = POLICY % (
    'in: query, name: version, versions: {"1.0": supported, "2.0": current}, unknown: 404,'
    ' missing: {serves: "1.0"}, echo: Notes-Version'
)
PATH = POLICY % (
    "in: path, versions: {v1: supported, v2: current}, unknown: 404, missing: 404,"
    " case: sensitive, echo: Notes-Version"
)


@contextmanager
def serving(app: str) -> Iterator[str]:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, APPS / app, str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def wait_for(url: str) -> None:
    until = monotonic() + 60
    while monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/ready", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            sleep(0.05)
    raise AssertionError("the app did not start")


@pytest.fixture(scope="module")
def apps() -> Iterator[dict[str, str]]:
    """The URL of each app, by its framework. Both start at the same time."""
    with ExitStack() as stack:
        urls = {
            name: stack.enter_context(serving(f"on_{name}.py")) for name in ("django", "fastapi")
        }
        for url in urls.values():
            wait_for(url)
        yield urls


def findings(run: Any, url: str, policy: str, path: str = "/notes") -> list[str]:
    """`check: outcome` of what a run finds."""
    document = DOCUMENT.replace("PATH:", f"{path}:")
    if path.startswith("/v2"):
        old = path.replace("v2", "v1", 1)
        operation = '{operationId: oldNotes, responses: {"200": {description: some}}}'
        document += f"  {old}:\n    get: {operation}\n"
    outcome = run(document, None, policy=policy, target=f'base_url = "{url}"\n')
    found = sorted({line.rpartition(": ")[0] for line in outcome.findings()})
    assert outcome.verdict("VERSIONS") == ("fail" if found else "pass"), found
    return found


@pytest.mark.parametrize(
    ("variant", "found"),
    [
        ("honest", []),
        ("silent", ["future: accepted", "malformed: accepted", "unknown: accepted"]),
        (
            "up-to",
            [
                "future: accepted",
                "malformed: server-error",
                "unknown: accepted",
                "unknown: wrong-status",
            ],
        ),
        ("with-retired", ["retired: accepted"]),
        ("empty-retired", ["retired: accepted"]),
        ("newest-alone", ["supported: refused"]),
        ("newest-default", ["echo: differs", "served-by: other-version"]),
        ("required", ["served-by: refused"]),
        ("no-echo", ["echo: absent"]),
        ("newest-echo", ["echo: differs", "served-by: other-version"]),
    ],
)
def test_dates_in_a_header(run: Any, apps: Any, variant: str, found: list[str]) -> None:
    seen = findings(run, f"{apps['fastapi']}/{variant}", DATES)
    assert seen == [f"versioning/{one}" for one in found]


@pytest.mark.parametrize(
    ("variant", "found"),
    [
        ("vendor", []),
        ("vendor-case", ["served-by: refused"]),
        ("vendor-silent", ["future: accepted", "unknown: accepted"]),
        ("vendor-echo", ["echo: differs"]),
    ],
)
def test_a_media_type_of_the_vendor(run: Any, apps: Any, variant: str, found: list[str]) -> None:
    seen = findings(run, f"{apps['fastapi']}/{variant}", VENDOR, "/vendor/notes")
    assert seen == [f"versioning/{one}" for one in found]


ANY = ["future: accepted", "malformed: accepted", "unknown: accepted"]


@pytest.mark.parametrize(
    ("variant", "policy", "found"),
    [
        ("media", MEDIA, []),
        ("media-any", MEDIA, ANY),
        ("media-newest", MEDIA, ["echo: differs", "served-by: other-version"]),
        ("query", QUERY, []),
        ("query-any", QUERY, ANY),
    ],
)
def test_the_versioning_classes_of_django_rest_framework(
    run: Any, apps: Any, variant: str, policy: str, found: list[str]
) -> None:
    seen = findings(run, f"{apps['django']}/{variant}", policy)
    assert seen == [f"versioning/{one}" for one in found]


@pytest.mark.parametrize(
    ("variant", "found"),
    [
        ("path", []),
        ("path-brackets", ["malformed: accepted"]),
        ("path-any", ["case: accepted", *ANY]),
    ],
)
def test_the_paths_of_django_rest_framework(
    run: Any, apps: Any, variant: str, found: list[str]
) -> None:
    seen = findings(run, f"{apps['django']}/{variant}", PATH, "/v2/notes")
    assert seen == [f"versioning/{one}" for one in found]


def version_of(request: Any) -> str | None:
    found: str | None = request.headers.get("notes-version")
    return found


def test_a_version_that_the_target_file_sends_always_cannot_be_left_out(
    run: Any, sent: Any
) -> None:
    policy = POLICY % ('in: header, name: Notes-Version, versions: {"1": current}, missing: 400')
    target = '[headers]\nNotes-Version = "1"\n'

    def respond(request: Any) -> Any:
        return sent(200, []) if version_of(request) else sent(400)

    document = DOCUMENT.replace("PATH", "/notes")
    outcome = run(document, respond, policy=policy, target=target)
    assert outcome.findings() == []
    assert "the target file sends a version" in str(outcome.results["clauses"])


@pytest.mark.parametrize(
    ("sunset", "found"),
    [("2099-01-01", ["versioning/supported: refused: 1"]), ("2020-01-01", [])],
)
def test_a_version_may_be_gone_after_its_sunset(
    run: Any, sent: Any, sunset: str, found: list[str]
) -> None:
    policy = POLICY % (
        'in: header, name: Notes-Version, versions: {"2": current,'
        f' "1": {{state: deprecated, sunset: "{sunset}"}}}}'
    )

    def respond(request: Any) -> Any:
        return sent(200 if version_of(request) == "2" else 410, [])

    outcome = run(DOCUMENT.replace("PATH", "/notes"), respond, policy=policy)
    assert outcome.findings("versioning/supported") == found


@pytest.mark.parametrize(
    ("old", "found"),
    [
        ({"/v1/notes": 410, "/v1/tags": 404}, []),
        ({"/v1/notes": 404, "/v1/tags": 410}, []),
        ({"/v1/notes": 404, "/v1/tags": 404}, ["versioning/retired: wrong-status: v1"]),
        ({"/v1/notes": 404, "/v1/tags": 200}, ["versioning/retired: accepted: v1"]),
    ],
)
def test_not_every_path_need_have_existed_in_a_retired_version(
    run: Any, sent: Any, old: dict[str, int], found: list[str]
) -> None:
    policy = POLICY % "in: path, versions: {v2: current, v1: retired}, retired: 410"
    document = DOCUMENT.replace("PATH", "/v2/notes") + (
        '  /v2/tags:\n    get: {operationId: listTags, responses: {"200": {description: some}}}\n'
    )

    def respond(request: Any) -> Any:
        return sent(old.get(request.path, 200 if request.path.startswith("/v2/") else 404), [])

    assert run(document, respond, policy=policy).findings() == found


def test_a_retired_version_may_still_be_in_the_document(run: Any, sent: Any) -> None:
    policy = POLICY % "in: path, versions: {v2: current, v1: retired}, retired: 410"
    document = DOCUMENT.replace("PATH", "/v2/notes") + (
        '  /v1/notes:\n    get: {operationId: oldNotes, responses: {"410": {description: gone}}}\n'
    )

    def respond(request: Any) -> Any:
        return sent(200 if request.path == "/v2/notes" else 404, [])

    found = ["versioning/retired: wrong-status: v1"]
    assert run(document, respond, policy=policy).findings("versioning/retired") == found


@pytest.mark.parametrize("missing", ["missing: 404", "missing: {serves: v2}"])
def test_a_path_that_is_another_operation_s_without_its_version_decides_nothing(
    run: Any, sent: Any, missing: str
) -> None:
    policy = POLICY % f"in: path, versions: {{v2: current}}, {missing}"
    document = DOCUMENT.replace("PATH", "/v2/notes") + (
        '  /{page}:\n    get: {operationId: page, responses: {"200": {description: a page}}}\n'
    )
    served = {"/v2/notes": 200, "/notes": 200 if missing == "missing: 404" else 404}

    def respond(request: Any) -> Any:
        return sent(served.get(request.path, 404), [])

    assert run(document, respond, policy=policy).findings() == []


def test_a_version_without_a_path_in_the_document_is_not_judged_by_those_of_another(
    run: Any, sent: Any
) -> None:
    policy = POLICY % "in: path, versions: {v2: current, v1: supported}"

    def respond(request: Any) -> Any:
        return sent(200 if request.path == "/v2/notes" else 404, [])

    outcome = run(DOCUMENT.replace("PATH", "/v2/notes"), respond, policy=policy)
    assert outcome.findings() == []
    assert "the document has no path of v1" in str(outcome.results["clauses"])


def test_every_request_names_the_current_version(run: Any, sent: Any) -> None:
    """Also those of checks that know nothing of versions."""
    policy = """
    policy: notes
    facts:
      versioning: {in: header, name: Notes-Version, versions: {"1": supported, "2": current}}
    clauses: {NOTES: {title: Responses are as documented, checks: "conformance/*"}}
    """
    outcome = run(
        DOCUMENT.replace("PATH", "/notes"),
        lambda request: sent(200 if version_of(request) else 428, []),
        policy=policy,
    )
    assert outcome.verdict("NOTES") == "pass"
    assert {version_of(request) for request in outcome.requests("GET", "/notes")} == {"2"}


@pytest.mark.parametrize("far", [404, 200])
def test_a_policy_that_says_nothing_of_versions_has_unknown_paths_all_the_same(
    run: Any, sent: Any, far: int
) -> None:
    policy = """
    policy: notes
    facts: {requests: {unknown_path: 404}}
    clauses: {PATHS: {title: Unknown paths, checks: errors/unknown-path}}
    """

    def respond(request: Any) -> Any:
        _, version, *rest = request.path.split("/")
        served = version in ("v1", "v2")  # the document has v1 alone
        known = 200 if served else far if version.startswith("v") else 404
        return sent(known if rest == ["notes"] else 404, [])

    outcome = run(DOCUMENT.replace("PATH", "/v1/notes"), respond, policy=policy)
    found = outcome.findings()
    assert found == ([] if far == 404 else ["errors/unknown-path: accepted: "])
    assert outcome.verdict("PATHS") == ("pass" if far == 404 else "fail")


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("careful", []),
        ("reads alone", ["versioning/refused-creation: accepted: "]),
        ("too late", ["versioning/refused-creation: made: "]),
    ],
)
def test_a_write_with_an_unknown_version(run: Any, sent: Any, kind: str, found: list[str]) -> None:
    policy = POLICY % (
        'in: header, name: Notes-Version, versions: {"1": supported, "2": current}, unknown: 400'
    )
    document = (
        DOCUMENT.replace("PATH", "/notes")
        + """\
    post:
      operationId: addNote
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [text], properties: {text: {type: string}}}
      responses: {"201": {description: made}}
"""
    )
    notes: list[Any] = []

    def respond(request: Any) -> Any:
        known, write = version_of(request) in ("1", "2"), request.method == "POST"
        if write and (known or kind != "careful"):
            notes.append({"id": len(notes), **json.loads(request.body)})
        if not known and not (write and kind == "reads alone"):
            return sent(400)
        return sent(201, notes[-1]) if write else sent(200, notes)

    assert run(document, respond, policy=policy).findings() == found


@pytest.mark.parametrize(
    ("location", "found"),
    [
        ("/v2/notes", []),
        ("http://other.example/v2/notes?page=1", []),
        ("v2/notes", []),
        ("/v2", ["versioning/redirected: elsewhere: none"]),
        ("/v1/notes", ["versioning/redirected: elsewhere: none"]),
        (None, ["versioning/redirected: not-redirected: none"]),
    ],
)
def test_a_path_without_a_version_leads_to_the_current_one(
    run: Any, sent: Any, location: str | None, found: list[str]
) -> None:
    policy = POLICY % "in: path, versions: {v2: current}, missing: {redirects: v2}"

    def respond(request: Any) -> Any:
        if request.path == "/v2/notes":
            return sent(200, [])
        redirected = location and request.path == "/notes"
        return sent(307, None, {"Location": location}) if redirected else sent(404)

    assert run(DOCUMENT.replace("PATH", "/v2/notes"), respond, policy=policy).findings() == found


def test_an_operation_that_fails_leaves_the_versions_to_the_others(run: Any, sent: Any) -> None:
    """As that of Kinto that tells its version, where no file says it."""
    policy = POLICY % (
        "in: path, versions: {v2: current, v1: retired}, unknown: 404, malformed: 404,"
        " retired: 410, missing: {redirects: v2}"
    )
    operation = 'responses: {"200": {description: some}}'
    document = DOCUMENT.replace("PATH", "/v2/broken") + "".join(
        f"  /v2/{name}:\n    get: {{operationId: {name or 'root'}, {operation}}}\n"
        for name in ("", "notes", "tags")
    )

    def respond(request: Any) -> Any:
        _, first, *rest = request.path.split("/")
        if first == "v1":
            return sent(410)
        if first in ("broken", "notes", "tags"):
            return sent(307, None, {"Location": f"/v2{request.path}"})
        if rest == [""] and first != "v2":
            return sent(307, None, {"Location": f"/{first}"})
        if first != "v2":
            return sent(404)
        return sent(500 if rest == ["broken"] else 200, [])

    outcome = run(document, respond, policy=policy)
    assert outcome.findings() == []
    assert outcome.verdict("VERSIONS") == "pass"
