"""Profiles on a second server of their provider's kind, written from the published text alone.

A profile that only the reference server could keep would test the reference server. Each server is
honest, or makes one of its mistakes; which clause a mistake breaks is written here, by hand.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from apicheck.load import profile_dir
from apicheck.run import reference_server
from tests.e2e.apps.crm import app as crm

pytestmark = pytest.mark.long

LIMIT = 40
"""In place of thousands: the window is as long as promised, and the clock is moved."""
CRM_BREAKS = {
    "anonymous-read": "CA-04",
    "scope-ignored": "CA-04",
    "no-challenge": "CA-04",
    "html-errors": "CA-02",
    "limit-one-more": "CA-19",
    "limit-per-token": "CA-19",
    "remaining-stuck": "CA-20",
    "reset-milliseconds": "CA-20",
    "limit-body": "CA-27",
    "hooks-of-all-apps": "CA-14",
    "hooks-for-everyone": "CA-13",
    "hook-for-any-event": "CA-06",
    "hook-survives": "CA-12",
    "revoked-works": "CA-38",
    "token-cached": "CA-37",
    "any-secret": "CA-37",
    "no-location": "CA-01",
    "update-lost": "CA-01",
    "plain-served": "CA-02",
    "version-1": "CA-33",
}
TARGET = """\
profile = "{profile}"
base_url = "{url}"
control.url = "{plain}/.control"
tls.ca_file = "ca.pem"
transport = {{https_url = "{url}", plain_url = "{plain}"}}
limits.user.limit = {limit}
webhooks.listen = "127.0.0.1:0"

[identities.admin]
token_env = "ADMIN"
tenant = "first"
user = "ada"
app = "app-first"
account = "first"

[identities.other]
token_env = "OTHER"
tenant = "second"
user = "bob"
app = "app-second"
account = "second"

[identities.expired]
token_env = "EXPIRED"
tenant = "first"
app = "app-first"
state = "expired"

[identities.revoked]
token_env = "REVOKED"
tenant = "first"
app = "app-first"
state = "revoked"

[mint.first]
token_url = "/oauth/token"
client_id = "first"
client_secret_env = "FIRST_SECRET"
tenant = "first"

[mint.second]
token_url = "/oauth/token"
client_id = "second"
client_secret_env = "SECOND_SECRET"
tenant = "second"

[mint.reader]
token_url = "/oauth/token"
client_id = "reader"
client_secret_env = "READER_SECRET"
tenant = "first"
scopes = ["read"]
"""
SECRETS = {name: f"{name}-Zq81xWv5uLk2Pd93" for name in ("first", "second", "reader")}


@contextmanager
def serving_crm(folder: Path, broken: str = "") -> Iterator[Mapping[str, str]]:
    """The service, and a target file for it in the folder. Yields the environment of a run."""
    authority = trustme.CA()
    leaf = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    leaf.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    service = crm.Service(broken=broken, limit=LIMIT)
    both = ("read", "write")
    with service.running(folder / "server.pem") as (url, plain):
        environ = {
            "ADMIN": service.grant("first", "app-first", both, user="ada"),
            "OTHER": service.grant("second", "app-second", both, user="bob"),
            "EXPIRED": service.grant("first", "app-first", both, lifetime=-5),
            "REVOKED": service.grant("first", "app-first", both),
            **{f"{name.upper()}_SECRET": secret for name, secret in SECRETS.items()},
        }
        del service.tokens[environ["REVOKED"]]
        for name, secret in SECRETS.items():
            reads = name == "reader"
            account = "first" if reads else name
            client = crm.Client(secret, account, f"app-{name}", ("read",) if reads else both)
            service.clients[name] = client
        text = TARGET.format(profile="capsule", url=url, plain=plain, limit=LIMIT)
        (folder / "apicheck.toml").write_text(text)
        yield environ


def verdicts(directory: Path) -> dict[str, str]:
    results = json.loads((directory / "results.json").read_text())
    return {clause["id"]: clause["verdict"] for clause in results["clauses"]}


@pytest.fixture(scope="module")
def of_reference(
    tmp_path_factory: pytest.TempPathFactory, apicheck: Callable[..., Any]
) -> Mapping[str, str]:
    """What the clauses end in on a reference server with the same limit."""
    folder = tmp_path_factory.mktemp("reference")
    shutil.copytree(profile_dir("capsule"), folder / "capsule")
    policy = folder / "capsule" / "policy.yaml"
    policy.write_text(policy.read_text().replace("limit: 4000", f"limit: {LIMIT}"))
    with reference_server(policy.parent) as server:
        apicheck("run", "--target", server.target_file, "--out", folder / "run")
    return verdicts(folder / "run")


def test_an_honest_server_has_the_verdicts_of_the_reference_server(
    tmp_path: Path, apicheck: Callable[..., Any], of_reference: Mapping[str, str]
) -> None:
    with serving_crm(tmp_path) as environ:
        said = apicheck("run", "--out", "run", env=environ, cwd=tmp_path)
    assert said.code in (0, 3), said
    found = verdicts(tmp_path / "run")
    assert "fail" not in found.values(), said.out
    assert found == dict(of_reference)


@pytest.mark.parametrize(("broken", "clause"), CRM_BREAKS.items())
def test_a_mistake_breaks_its_clause(
    tmp_path: Path, apicheck: Callable[..., Any], broken: str, clause: str
) -> None:
    with serving_crm(tmp_path, broken) as environ:
        apicheck("run", "--clause", clause, "--out", "run", env=environ, cwd=tmp_path)
    failed = {name for name, verdict in verdicts(tmp_path / "run").items() if verdict == "fail"}
    assert failed == {clause}


def test_every_mistake_is_that_of_a_clause_or_is_not_tested_yet() -> None:
    not_yet = {"since-unread", "since-ignored", "foreign-read"}
    assert set(crm.MISTAKES) == {*CRM_BREAKS, *not_yet}
