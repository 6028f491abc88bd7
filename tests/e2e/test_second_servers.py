"""Profiles on a second server of their provider's kind, written from the published text alone.

A profile that only the reference server could keep would test the reference server. Each server is
honest, or makes one of its mistakes; which clause a mistake breaks is written here, by hand.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from apicheck.load import profile_dir
from apicheck.run import reference_server
from tests.e2e.apps.crm import app as crm
from tests.e2e.apps.engagement import app as engagement
from tests.e2e.servers import find_program

pytestmark = pytest.mark.long

LIMITS = {
    "capsule": {"user": 40},
    "emitrr": {"message": 40, "email": 40},
    "webengage": {"users": 40, "events": 40, "transaction": 20, "bulk": 20, "trigger": 20},
}
"""In place of thousands: the windows are as long as promised, and the clock is moved."""

BREAKS = {
    "capsule": {
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
        "hooks-by-personal-tokens": "CA-09",
        "code-twice": "CA-36",
        "any-redirect": "CA-36",
        "state-lost": "CA-36",
    },
    "emitrr": {
        "no-key-needed": "EM-2-1",
        "any-key": "EM-2-1",
        "missing-key-403": "EM-2-1",
        "key-in-query": "EM-2-1",
        "pending-works": "EM-2-2",
        "disabled-works": "EM-11-2",
        "suspended-works": "EM-11-1",
        "revoked-works": "EM-11-2",
        "contacts-of-all": "EM-2-4",
        "list-of-all": "EM-2-4",
        "limit-one-more": "EM-4-3",
        "limit-one-less": "EM-4-4",
        "one-limit": "EM-4-1",
        "refused-503": "EM-4-1",
        "sent-anyway": "EM-4-1",
        "text-429": "EM-4-1",
        "limit-by-address": "EM-6-4",
        "plain-served": "EM-5-5",
        "plain-sent": "EM-5-5",
        "short-notice": "EM-8-2",
    },
    "webengage": {
        "permissions-unread": "WE-2-1",
        "permissions-403": "WE-2-1",
        "missing-key-403": "WE-3-4",
        "key-in-query": "WE-2-5",
        "key-of-the-deleted": "WE-2-6",
        "any-license-code": "WE-3-3",
        "text-404": "WE-11-2",
        "status-failed": "WE-10-2",
        "no-message": "WE-10-3",
        "two-members": "WE-10-1",
        "no-data": "WE-10-4",
        "business-twice": "WE-7-5",
        "limit-one-more": "WE-7-4",
        "one-limit": "WE-7-1",
        "refused-503": "WE-7-2",
        "remaining-stuck": "WE-7-9",
        "limit-in-words": "WE-7-8",
        "no-fields-on-429": "WE-7-7",
        "date-without-seconds": "WE-9-1",
        "syntax-422": "WE-11-3",
        "plain-served": "WE-6-1",
        "webhook-plain-secret": "WE-W-1",
    },
}
MESSENGER = Path(__file__).parent / "apps/messenger/app.mjs"
STATES = ("expired", "revoked", "terminated", "pending", "suspended", "disabled")
EVERY = [(profile, *pair) for profile, mistakes in BREAKS.items() for pair in mistakes.items()]
NOT_TESTED_YET = {"since-unread", "since-ignored", "foreign-read"}

TARGET = """\
profile = "{profile}"
base_url = "{url}"
control.url = "{plain}/.control"
webhooks.listen = "127.0.0.1:0"
tls.ca_file = "ca.pem"

[transport]
https_url = "{url}"
plain_url = "{plain}"
"""
REGIONS = 'regions = {{global = "{url}", in = "{url}", ksa = "{url}"}}\n'
IDENTITY = """
[identities.{name}]
token_env = "{variable}"
state = "{state}"
tenant = "{tenant}"
account = "{tenant}"
user = "{name}"
app = "app-{tenant}"
"""
CLIENT = """
[mint.{name}]
token_url = "/oauth/token"
client_id = "{name}"
client_secret_env = "{variable}"
redirect_uri = "https://{name}.example/callback"
tenant = "{tenant}"
scopes = {scopes}
"""
CONSENT = """
[consent]
as = "admin"
"""
Environ = Mapping[str, str]


@contextmanager
def serving_crm(certificate: Path, broken: str) -> Iterator[tuple[str, Environ]]:
    """The service on Werkzeug. Yields its target file, and the environment of a run."""
    service = crm.Service(broken=broken, limit=LIMITS["capsule"]["user"])
    both = ("read", "write")
    with service.running(certificate) as (url, plain):
        tokens = {
            "admin": service.grant("first", "app-first", both, user="admin"),
            "other": service.grant("second", "app-second", both, user="other"),
            "expired": service.grant("first", "app-first", both, lifetime=-5),
            "revoked": service.grant("first", "app-first", both),
        }
        del service.tokens[tokens["revoked"]]
        text = TARGET.format(profile="capsule", url=url, plain=plain)
        text += describe_identities(tokens, "first", "second")
        secrets = {name: f"{name}-Zq81xWv5uLk2Pd93" for name in ("first", "second", "reader")}
        for name, secret in secrets.items():
            tenant, scopes = ("first", both[:1]) if name == "reader" else (name, both)
            callback = f"https://{name}.example/callback"
            service.clients[name] = crm.Client(secret, tenant, f"app-{name}", scopes, callback)
            text += CLIENT.format(
                name=name, variable=name.upper(), tenant=tenant, scopes=list(scopes)
            )
        yield text + CONSENT, as_environ({**tokens, **secrets})


@contextmanager
def serving_engagement(certificate: Path, broken: str) -> Iterator[tuple[str, Environ]]:
    """The service on FastAPI, likewise."""
    service = engagement.Service(broken=broken, limits={**engagement.LIMITS, **LIMITS["webengage"]})
    with service.running(certificate) as (url, plain):
        keys = {
            "admin": service.grant("one"),
            "other": service.grant("two"),
            "terminated": service.grant("one", deleted=True),
            "revoked": service.grant("one"),
        }
        del service.keys[keys["revoked"]]
        text = TARGET.format(profile="webengage", url=url, plain=plain)
        text += REGIONS.format(url=url) + describe_identities(keys, "one", "two")
        for name in keys:
            code = service.accounts["two" if name == "other" else "one"].license
            text += f'\n[identities.{name}.parameters]\nlicenseCode = "{code}"\n'
        yield text, as_environ(keys)


@contextmanager
def serving_messenger(certificate: Path, broken: str) -> Iterator[tuple[str, Environ]]:
    """The service on Node.js, likewise."""
    command = (find_program("node"), MESSENGER, certificate, str(LIMITS["emitrr"]["email"]), broken)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        text = TARGET.format(profile="emitrr", url=said["url"], plain=said["plain"])
        yield (
            text + describe_identities(said["tokens"], "first", "second"),
            as_environ(said["tokens"]),
        )
        process.kill()


SERVING = {"capsule": serving_crm, "emitrr": serving_messenger, "webengage": serving_engagement}


def describe_identities(tokens: Mapping[str, str], first: str, second: str) -> str:
    return "".join(
        IDENTITY.format(
            name=name,
            variable=name.upper(),
            state=name if name in STATES else "active",
            tenant=second if name == "other" else first,
        )
        for name in tokens
    )


def as_environ(values: Mapping[str, str]) -> dict[str, str]:
    return {name.upper(): value for name, value in values.items()}


@pytest.fixture
def play(tmp_path: Path, apicheck: Callable[..., Any]) -> Callable[..., dict[str, str]]:
    """Runs a profile on its second server. Returns what its clauses end in."""

    def play(profile: str, broken: str, *options: str) -> dict[str, str]:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        certificate = tmp_path / "server.pem"
        leaf = authority.issue_cert("127.0.0.1")
        leaf.private_key_and_cert_chain_pem.write_to_path(str(certificate))
        with SERVING[profile](certificate, broken) as (text, environ):
            limits = "".join(
                f"\n[limits.{name}]\nlimit = {limit}\n" for name, limit in LIMITS[profile].items()
            )
            (tmp_path / "apicheck.toml").write_text(text + limits)
            said = apicheck("run", "--out", "run", *options, env=environ, cwd=tmp_path)
        # Of a clause that binds nobody alone, a run says that nothing binding was tested: 4.
        assert said.code in ((0, 1, 3, 4) if broken else (0, 3)), said
        return verdicts(tmp_path / "run")

    return play


def verdicts(directory: Path) -> dict[str, str]:
    results = json.loads((directory / "results.json").read_text())
    return {clause["id"]: clause["verdict"] for clause in results["clauses"]}


@pytest.mark.parametrize("profile", SERVING)
def test_an_honest_server_has_the_verdicts_of_the_reference_server(
    tmp_path: Path,
    apicheck: Callable[..., Any],
    play: Callable[..., dict[str, str]],
    profile: str,
) -> None:
    """Of one with the same limits."""
    policy = Path(shutil.copytree(profile_dir(profile), tmp_path / profile)) / "policy.yaml"
    text = policy.read_text()
    for name, limit in LIMITS[profile].items():
        text, found = re.subn(rf"(\b{name}: {{limit: )\d+", rf"\g<1>{limit}", text)
        assert found == 1
    policy.write_text(text)
    with reference_server(policy.parent) as server:
        apicheck("run", "--target", server.target_file, "--out", tmp_path / "reference")
    found = play(profile, "")
    assert "fail" not in found.values()
    assert found == verdicts(tmp_path / "reference")


@pytest.mark.parametrize(("profile", "broken", "clause"), EVERY)
def test_a_mistake_breaks_its_clause(
    play: Callable[..., dict[str, str]], profile: str, broken: str, clause: str
) -> None:
    found = play(profile, broken, "--clause", clause)
    assert {name for name, verdict in found.items() if verdict == "fail"} == {clause}


def test_every_mistake_is_that_of_a_clause_or_is_not_tested_yet() -> None:
    assert set(crm.MISTAKES) == {*BREAKS["capsule"], *NOT_TESTED_YET}
    assert set(engagement.MISTAKES) == set(BREAKS["webengage"])
    listed = subprocess.run(
        (find_program("node"), MESSENGER, "--mistakes"), capture_output=True, text=True, check=True
    )
    assert set(json.loads(listed.stdout)) == set(BREAKS["emitrr"])
