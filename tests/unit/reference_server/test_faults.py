"""The catalogue of faults, and that each changes what the server does and no more."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import reference_server.faults
from reference_server.faults import Catalogue
from reference_server.seam import seams

FOLDER = Path(reference_server.faults.__file__).parent
FILES = sorted(file for file in FOLDER.glob("*/*.py") if file.name != "__init__.py")
CATALOGUE = Catalogue().faults
SEAMS = set(seams())


def test_every_file_is_a_fault() -> None:
    names = [f"{f.parent.name}/{f.stem}".replace("_", "-") for f in FILES]
    assert sorted(names) == sorted(CATALOGUE)
    assert len(names) >= 50


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_fault_says_what_it_does_and_what_it_needs(name: str) -> None:
    fault = CATALOGUE[name]
    assert fault.about.endswith((".", ")."))
    assert isinstance(fault.module.NEEDS, tuple)
    assert all(isinstance(need, str) for need in fault.needs)


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_fault_takes_the_place_of_seams_and_of_nothing_else(name: str) -> None:
    module = CATALOGUE[name].module
    own = {
        key
        for key, value in vars(module).items()
        if getattr(value, "__module__", "") == module.__name__ and not key.startswith("_")
    }
    assert own & SEAMS
    assert own <= SEAMS | {"shows_in"}


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_fault_that_is_on_replaces_its_seams_alone(name: str) -> None:
    replaced = {seam.__name__ for seam in Catalogue().replacements([name])}
    own = {key for key, value in vars(CATALOGUE[name].module).items() if inspect.isfunction(value)}
    assert replaced
    assert replaced <= SEAMS & own


def test_two_faults_in_one_seam_are_both_on(canonical: Any) -> None:
    on = ["headers/sends-banner", "headers/omits-request-id"]
    canonical.control("PUT", "/faults", {"on": on})
    answer = canonical.send("GET", "/v2/account", token=canonical.admin.token)
    assert (answer["Server"] is None, answer["X-Request-Id"]) == (False, None)


def test_every_fault_can_show_in_canonical(canonical: Any) -> None:
    hidden = [f.id for f in CATALOGUE.values() if not f.applicable(canonical.server.profile)]
    assert hidden == []


def test_a_profile_without_scopes_or_deprecations_hides_their_faults(webengage: Any) -> None:
    profile = webengage.server.profile
    assert not CATALOGUE["versioning/deprecation-true"].applicable(profile)
    assert not CATALOGUE["auth/challenge-malformed"].applicable(profile)
    assert CATALOGUE["auth/skips-authentication"].applicable(profile)


def test_an_unknown_fault_is_named() -> None:
    with pytest.raises(KeyError, match="auth/no-such"):
        Catalogue().replacements(["auth/no-such"])


def body(text: bytes, *, media: str = "application/json") -> dict[str, Any]:
    return {"body": text, "headers": [("Content-Type", media)]}


ODD: list[tuple[str, dict[str, Any]]] = [
    ("GET /v2/nothing", {}),
    ("GET /v2/contacts/", {}),
    ("PUT /v2/contacts", {}),
    ("HEAD /v2/account", {}),
    ("GET /v2/contacts?limit=0", {}),
    ("GET /v2/contacts?nobody=knows", {}),
    ("GET /v2/contacts?cursor=%00", {}),
    ("GET /v2/contacts?cursor=%25", {}),
    ("POST /v2/contacts", body(b'{"email":"k@example.com"}', media="text/plain")),
    ("POST /v2/contacts", body(b'{"email":"l@example.com"}', media="application/json; charset=x")),
    ("POST /v2/contacts", body(b'{"email":"m@example.com"')),
    ("POST /v2/contacts", body(b'{"email":"n@example.com","first_name":"\xff"}')),
    ("POST /v2/contacts", {"value": {"first_name": "Ada"}}),
    ("POST /v2/contacts", {"value": {"email": "o@example.com", "first_name": 5}}),
    ("POST /v2/contacts", {"value": {"email": "p@example.com", "first_name": "x" * 101}}),
    ("POST /v2/contacts", {"value": {"email": "q@example.com", "nobody": "knows"}}),
    (
        "POST /v2/contacts",
        {"value": {"email": "r@example.com", "first_name": "\N{SNOWMAN}\U0001f600"}},
    ),
    ("POST /v2/contacts", body(b'{"email":' + b"9" * 40 + b"}")),
    ("POST /v2/contacts", body(b'{"email":' + b"[" * 60 + b"]" * 60 + b"}")),
    ("POST /v2/contacts", {"value": {"email": None}}),
    ("POST /v2/contacts", {"value": {"email": 0.5}}),
    ("POST /v2/webhooks", {"value": {"url": "https://x.example/", "events": ["none"]}}),
    ("POST /v2/webhooks", {"value": {"url": "ftp://x.example/", "events": ["contact.created"]}}),
    ("POST /v2/contacts", body(b'{"email":"s@example.com"}'.ljust(64 * 1024))),
    ("POST /v2/contacts", body(b'{"email":"t@example.com"}'.ljust(64 * 1024 + 1))),
]
"""Requests that do not fit, each in one way."""


def seen(driver: Any) -> list[Any]:
    """A conversation in which the faults of refusals, limits and versions show, without chance."""
    token, other = driver.admin.token, driver.identity("other").token
    answers = []

    def ask(*arguments: Any, **more: Any) -> Any:
        answers.append(driver.send(*arguments, **more))
        return answers[-1]

    for _ in range(7):
        ask("GET", "/v2/exports/contacts", token=token)
    driver.control("POST", "/clock", {"advance": 61})
    ask("GET", "/v2/exports/contacts", token=token)
    for bad in (None, "wrong", token[:12] + "x" * 28, token.swapcase(), f"{token[:20]}%"):
        ask("GET", "/v2/account", token=bad)
    for scopes in ([], ["contacts:read"], ["account:read", "contacts:write"]):
        minted = driver.control("POST", "/identities", {"scopes": scopes}).json["token"]
        ask("GET", "/v2/account", token=minted)
        ask("POST", "/v2/contacts", token=minted, value={"email": "ada@example.com"})
    created = ask("POST", "/v2/contacts", token=token, value={"email": "b@example.com"})
    path = created["Location"] or "/v2/contacts/none"
    ask("GET", path, token=other)
    ask("PATCH", path, token=token, value={"first_name": "Eve"})
    ask("GET", path, token=token)
    ask("DELETE", path, token=token)
    ask("GET", path, token=token)
    ask("GET", "/v1/contacts", token=token, headers=[("X-Correlation-Id", "mine-1")])
    ask("POST", "/v2/contacts", token=token, value={"email": "no address"})
    for target, more in ODD:
        ask(*target.split(" "), token=token, **more)
    driver.control("POST", "/fail_next", {"operation": "getAccount", "status": 500})
    ask("GET", "/v2/account", token=token)
    known: set[str] = set()
    return [shown(answer, known) for answer in answers]


def shown(answer: Any, known: set[str]) -> Any:
    """An answer without what differs from one server to the next. known: request ids before."""
    ids = answer.all("X-Request-Id")
    text = re.sub(r"con_[0-9a-f]{8}", "con_…", answer.content.decode())
    for word in filter(None, ids):
        text = text.replace(word, "…")
    values = {
        name: value
        for name, value in answer.fields
        if name not in ("Date", "X-Request-Id", "Content-Length", "Location")
    }
    kept = values.get("X-RateLimit-Reset", "")
    values["X-RateLimit-Reset"] = f"{len(kept)} digits" if kept else ""
    if "Retry-After" in values:
        values["Retry-After"] = "soon" if int(values["Retry-After"]) < 50 else "later"
    repeated = bool(known & set(ids))
    known.update(ids)
    return (answer.status, values, text, len(ids), repeated, len(answer.all("Content-Type")))


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in CATALOGUE
        if not name.startswith(
            ("auth/", "webhooks/", "oauth/", "headers/", "conformance/", "behaviour/", "scopes/")
        )
    ],
)
def test_a_fault_shows(drive: Callable[[str], Any], name: str) -> None:
    honest = seen(drive("canonical"))
    driver = drive("canonical")
    driver.control("PUT", "/faults", {"on": [name]})
    assert seen(driver) != honest


def test_two_honest_servers_answer_alike(drive: Callable[[str], Any]) -> None:
    assert seen(drive("canonical")) == seen(drive("canonical"))
