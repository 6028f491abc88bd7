"""Every answer of the honest server is one that the document describes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from apicheck.model.operation import Operation
from apicheck.schemas import find_schema_errors
from reference_server.document.profile import read_profile

PROFILES = {name: read_profile(name) for name in ("canonical", "webengage")}
EACH = [(name, found) for name, profile in PROFILES.items() for found in profile.rules]
OPEN = [found for _, found in EACH if any(
    found in profile.rules and not profile.rules[found].secured for profile in PROFILES.values()
)]  # fmt: skip
SECURED = [(profile, name) for profile, name in EACH if name not in OPEN]
OWNED = [name for name, rules in PROFILES["canonical"].rules.items()
         if (rules.use.names or rules.use.refers) and rules.secured]  # fmt: skip
"""Requests that name an object of a tenant, or the tenant itself."""
REFUSALS = [
    *[(profile, name, refused) for profile, name in SECURED
      for refused in ("anonymous", "bad", "late")],
    *[(profile, name, "powerless") for profile, name in SECURED
      if PROFILES[profile].rules[name].scopes or PROFILES[profile].rules[name].permissions],
    *[("canonical", name, "foreign") for name in OWNED],
    *[("webengage", name, "foreign") for name in list(PROFILES["webengage"].rules)[:-2]],
]  # fmt: skip


def undocumented(driver: Any, operation: Operation, answer: Any) -> list[str]:
    """What an answer has that its operation's document has not, or the other way round."""
    documented = operation.response_for(answer.status)
    if documented is None:
        return [f"status {answer.status}"]
    document = driver.server.profile.spec.document
    said = []
    for header in documented.headers:
        value = answer[header.name]
        if value is None:
            said += [f"no {header.name}"] if header.required else []
            continue
        number = str(header.schema).find("integer") >= 0 and value.isdigit()
        errors = find_schema_errors(document, header.schema, int(value) if number else value)
        said += [f"{header.name}: {error.message}" for error in errors]
    if not documented.media:
        return [*said, *(["a body"] if answer.content else [])]
    sent = (answer["Content-Type"] or "").partition(";")[0]
    media = next((m for m in documented.media if m.media_type.partition(";")[0] == sent), None)
    if media is None:
        return [*said, f"Content-Type {sent}"]
    value = answer.json if "json" in sent else answer.content.decode()
    return said + [
        f"{e.pointer}: {e.message}" for e in find_schema_errors(document, media.schema, value)
    ]


def operation_of(driver: Any, name: str) -> Operation:
    operation: Operation = driver.server.profile.spec.operation(name)
    return operation


@pytest.mark.parametrize(("profile", "name"), EACH)
def test_a_request_that_is_granted_is_answered_as_documented(
    drive: Callable[[str], Any], profile: str, name: str
) -> None:
    driver = drive(profile)
    answer = driver.grant(name)
    assert answer.status // 100 == 2, answer
    assert undocumented(driver, operation_of(driver, name), answer) == []


@pytest.mark.parametrize(("profile", "name", "refused"), REFUSALS)
def test_a_refusal_is_answered_as_documented_and_has_no_effect(
    drive: Callable[[str], Any], profile: str, name: str, refused: str
) -> None:
    driver = drive(profile)
    sent = driver.request(name)
    powerless = driver.control("POST", "/identities", {"scopes": [], "permissions": []}).json
    credentials = {
        "anonymous": lambda: (),
        "bad": lambda: driver.credentials(name, driver.admin, "nobody-has-this-token"),
        "powerless": lambda: driver.credentials(name, driver.identity(powerless["name"])),
        "foreign": lambda: driver.credentials(name, driver.identity("other")),
        "late": lambda: driver.credentials(name, driver.identity("revoked")),
    }
    denied = 401 if profile == "webengage" else 403
    expected = {"powerless": {denied}, "foreign": {401, 404, 422}}.get(refused, {401})
    before, stored = driver.effects(), len(driver.server.store._objects)
    headers = (*sent.headers, *credentials[refused]())
    answer = driver.send(sent.method, sent.path, headers=headers, body=sent.body)
    assert answer.status in expected, answer
    assert undocumented(driver, operation_of(driver, name), answer) == []
    assert (driver.effects(), len(driver.server.store._objects)) == (before, stored)


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        e
        for e in EACH
        if e[1].startswith(("create", "update", "send", "track"))
        and PROFILES[e[0]].rules[e[1]].operation.body
    ],
)
@pytest.mark.parametrize(
    ("media", "body", "status"),
    [
        ("application/json", b"{", {"canonical": 400, "webengage": 400}),
        ("application/json", b"", {"canonical": 400, "webengage": 400}),
        ("application/json", b"[]", {"canonical": 422, "webengage": 400}),
        ("application/json", b'{"no_such": 1}', {"canonical": 422, "webengage": 400}),
        ("application/json", b'{"a": NaN}', {"canonical": 400, "webengage": 400}),
        ("application/json", b"\xff\xfe", {"canonical": 400, "webengage": 400}),
        ("application/json", b"[" * 50_000, {"canonical": 400, "webengage": 400}),
        ("application/json", b"[" * 100_000, {"canonical": 413, "webengage": 400}),
        ("text/plain", b"{}", {"canonical": 415, "webengage": 400}),
        ("", b"{}", {"canonical": 415, "webengage": 400}),
    ],
)
def test_a_body_that_does_not_do_is_refused_as_documented_and_has_no_effect(
    drive: Callable[[str], Any],
    profile: str,
    name: str,
    media: str,
    body: bytes,
    status: dict[str, int],
) -> None:
    driver = drive(profile)
    sent = driver.request(name)
    before = driver.effects()
    headers = [("Content-Type", media)] if media else []
    headers += driver.credentials(name, driver.admin)
    answer = driver.send(sent.method, sent.path, headers=headers, body=body)
    assert answer.status == status[profile]
    assert undocumented(driver, operation_of(driver, name), answer) == []
    assert driver.effects() == before


@pytest.mark.parametrize(
    "member",
    [
        b'"\\ud800"',
        b'"\\udc00 and more"',
    ],
)
def test_text_that_is_no_unicode_is_refused(canonical: Any, member: bytes) -> None:
    body = b'{"email": "ada@example.com", "first_name": ' + member + b"}"
    headers = [("Content-Type", "application/json")]
    answer = canonical.send(
        "POST", "/v2/contacts", token=canonical.admin.token, headers=headers, body=body
    )
    assert answer.status == 400
    assert canonical.effects() == 0


def test_a_number_beyond_all_floats_is_refused(webengage: Any) -> None:
    sent = webengage.request("trackUser")
    body = b'{"userId": "u", "attributes": {"size": 1e999}}'
    answer = webengage.send(
        "POST", sent.path, token=webengage.admin.token, headers=sent.headers, body=body
    )
    assert answer.status == 400
    assert webengage.effects() == 0


def test_a_body_of_more_than_a_mebibyte_is_refused_as_documented(canonical: Any) -> None:
    body = json.dumps({"email": "ada@example.com", "first_name": "a" * (1 << 20)}).encode()
    headers = [("Content-Type", "application/json")]
    answer = canonical.send(
        "POST", "/v2/contacts", token=canonical.admin.token, headers=headers, body=body
    )
    operation = operation_of(canonical, "createContact")
    assert undocumented(canonical, operation, answer) == []
    assert answer["Cache-Control"] == "no-store"
    assert canonical.effects() == 0


@pytest.mark.parametrize("path", ["/", "/v2/", "/v2/contacts/", "/v2/Contacts", "*", "/%2e%2e/x"])
def test_an_unknown_path_is_not_found_in_the_envelope_of_the_policy(
    canonical: Any, path: str
) -> None:
    answer = canonical.send("GET", path, token=canonical.admin.token)
    assert answer.status == 404
    if path.startswith("/v2"):
        problem = answer.json
        document = canonical.server.profile.spec.document
        assert find_schema_errors(document, {"$ref": "#/components/schemas/Problem"}, problem) == ()
        assert answer["Content-Type"] == "application/problem+json"
        assert problem["status"] == 404
        assert problem["request_id"] == answer["X-Request-Id"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v2/contacts", "GET, HEAD, POST"),
        ("HEAD", "/oauth/token", "POST"),
        ("OPTIONS", "/v2/exports/contacts", "GET, HEAD"),
        ("BREW", "/v2/contacts/con_1", "DELETE, GET, HEAD, PATCH"),
    ],
)
def test_a_method_that_a_path_lacks_is_refused_with_those_it_has(
    canonical: Any, method: str, path: str, allowed: str
) -> None:
    answer = canonical.send(method, path, token=canonical.admin.token)
    assert answer.status == 405
    assert answer["Allow"] == allowed


@pytest.mark.parametrize("name", ["getContact", "updateContact", "deleteContact"])
def test_an_object_that_never_was_is_not_found(canonical: Any, name: str) -> None:
    sent = canonical.request(name)
    path = sent.path.rpartition("/")[0] + "/con_of_nobody"
    before = canonical.effects()
    answer = canonical.send(
        sent.method, path, token=canonical.admin.token, headers=sent.headers, body=sent.body
    )
    assert answer.status == 404
    assert undocumented(canonical, operation_of(canonical, name), answer) == []
    assert canonical.effects() == before


def test_an_object_of_another_tenant_is_answered_like_none(canonical: Any) -> None:
    created = canonical.create("createContact")
    other = canonical.identity("other").token
    foreign = canonical.send("GET", f"/v2/contacts/{created}", token=other)
    absent = canonical.send("GET", "/v2/contacts/con_of_nobody", token=other)
    kept = ("status", "title", "type", "detail")
    assert [foreign.json[k] for k in kept] == [absent.json[k] for k in kept]
    assert canonical.send("GET", "/v2/contacts", token=other).json["data"] == []


def test_head_is_answered_with_the_fields_of_get_and_no_body(canonical: Any) -> None:
    token = canonical.admin.token
    canonical.create("createContact")
    read, asked = (canonical.send(m, "/v2/contacts", token=token) for m in ("GET", "HEAD"))
    assert asked.content == b""
    for name in ("Content-Type", "Content-Length", "Cache-Control", "X-RateLimit-Limit"):
        assert asked[name] == read[name], name


def test_a_failure_that_was_asked_for_is_an_error_envelope_once(honest: Any) -> None:
    name = next(o.id for o in honest.operations() if o.method == "GET")
    honest.control("POST", "/fail_next", {"operation": name})
    sent = honest.request(name)
    failed, served = (honest.play(sent, honest.admin.token) for _ in range(2))
    assert (failed.status, served.status) == (500, 200)
    assert undocumented(honest, operation_of(honest, name), failed) == []


def test_a_mistake_of_the_server_shows_no_traceback(
    canonical: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Any) -> Any:
        raise RuntimeError("the reason is ours")

    monkeypatch.setattr("reference_server.app.respond", broken)
    answer = canonical.send("GET", "/v2/contacts", token=canonical.admin.token)
    assert answer.status == 500
    assert answer.json["status"] == 500
    assert b"ours" not in answer.content
