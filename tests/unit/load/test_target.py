"""The target file, the environment and the command line together."""

from __future__ import annotations

import base64
import stat
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from apicheck.load import find_target, load_policy, load_target, parse_spec, target_settings
from apicheck.model.errors import Mistake, TargetError
from apicheck.model.facts import Selector
from apicheck.model.json import Json
from apicheck.model.policy import Policy
from apicheck.model.target import Limit, Minter, Mode, Target
from apicheck.model.waiver import Waiver

SPEC = parse_spec(
    """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: /v2}]
paths:
  /orders:
    get:
      operationId: listOrders
      security: [{bearer: [read]}]
      parameters: [{name: orderId, in: query, schema: {type: string}}]
      responses: {default: {description: d}}
components:
  securitySchemes:
    bearer:
      type: oauth2
      flows: {clientCredentials: {tokenUrl: /oauth/token, scopes: {read: r, write: w}}}
""",
    "openapi.yaml",
)
POLICY_TEXT = """\
policy: p
facts:
  authorization: {permissions: {send: listOrders}}
  rate_limits: {buckets: {general: {limit: 60}}}
readings: {docs: {rate_limits: {per: user}}}
clauses:
  A: {of: rate_limits.general}
"""
ENVIRON = {"ADMIN": "secret-of-admin", "ID": "client", "SECRET": "s3cret", "U": "user", "P": "pass"}
WAIVER = "reason = 'x'\napprover = 'Ada'\ndate = 2026-01-02\nexpires = 2099-01-31\n"
HEAD = 'base_url = "http://127.0.0.1:8000"\n'


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY_TEXT)
    return load_policy(path, SPEC)


def loaded(
    tmp_path: Path,
    policy: Policy,
    text: str,
    environ: Mapping[str, str] = ENVIRON,
    overrides: Mapping[str, Json] | None = None,
) -> Target:
    path = tmp_path / "apicheck.toml"
    path.write_text(text)
    return load_target(
        path,
        spec=SPEC,
        policy=policy,
        environ=environ,
        overrides=overrides or {},
        today=date(2026, 11, 28),
    )


def mistakes_of(
    tmp_path: Path,
    policy: Policy,
    text: str,
    environ: Mapping[str, str] = ENVIRON,
    overrides: Mapping[str, Json] | None = None,
) -> tuple[Mistake, ...]:
    with pytest.raises(TargetError) as caught:
        loaded(tmp_path, policy, text, environ, overrides)
    return caught.value.mistakes


WHOLE = """\
name = "staging"
base_url = "https://staging.example.com/v2/"
readings = "docs"
[identities.admin]
token_env = "ADMIN"
scopes = ["read"]
tenant = "a"
parameters = {account = 7}
[identities.old-style]
user_env = "U"
password_env = "P"
[mint.a]
client_id_env = "ID"
client_secret_env = "SECRET"
tenant = "a"
[public_clients.app]
client_id = "app"
redirect_uri = "com.example.app:/callback"
[limits.general]
limit = 6
window = "10s"
[scope]
out = {"A" = "off on staging"}
[confirm]
"rate_limits.buckets.general.limit" = "the operator said so"
[webhooks]
listen = "127.0.0.1:0"
[control]
url = "http://127.0.0.1:9000/"
[fixtures]
orderId = "42"
[headers]
X-Staging = "yes"
[safety]
mode = "refusals"
methods = ["get"]
max_requests = 100
"""


def test_a_whole_target_file_is_read(tmp_path: Path, policy: Policy) -> None:
    target = loaded(tmp_path, policy, WHOLE)
    assert (target.name, target.base_url) == ("staging", "https://staging.example.com")
    admin = target.identities["admin"]
    assert admin.placeholder == "$APICHECK_ADMIN_TOKEN"
    assert (admin.scopes, admin.tenant, admin.parameters) == (("read",), "a", {"account": "7"})
    assert target.minters == (
        Minter("a", "/oauth/token", "$APICHECK_A_CLIENT_ID", "$APICHECK_A_CLIENT_SECRET", "a"),
    )
    assert target.public_clients == (
        Minter("app", "/oauth/token", "app", "", redirect_uri="com.example.app:/callback"),
    )
    assert target.limits == {"general": Limit(6, 10.0)}
    assert target.out_of_scope == {"A": "off on staging"}
    assert target.confirmed == {"rate_limits.general.limit": "the operator said so"}
    assert target.control_url == "http://127.0.0.1:9000"
    assert (target.safety.mode, target.safety.methods) == (Mode.REFUSALS, ("GET",))
    assert target.readings == ("docs",)
    assert target.headers == (("X-Staging", "yes"),)


def test_secrets_are_in_the_secrets_and_nowhere_else(tmp_path: Path, policy: Policy) -> None:
    target = loaded(tmp_path, policy, WHOLE)
    assert target.secrets.values == {
        "$APICHECK_ADMIN_TOKEN": "secret-of-admin",
        "$APICHECK_OLD_STYLE_USER": "user",
        "$APICHECK_OLD_STYLE_PASSWORD": "pass",
        "$APICHECK_OLD_STYLE_TOKEN": base64.b64encode(b"user:pass").decode(),
        "$APICHECK_A_CLIENT_ID": "client",
        "$APICHECK_A_CLIENT_SECRET": "s3cret",
    }
    shown = repr(target) + str({k: v for k, v in asdict(target).items() if k != "secrets"})
    assert not any(secret in shown for secret in ("secret-of-admin", "s3cret", "pass'"))


def test_the_command_line_goes_over_the_file(tmp_path: Path, policy: Policy) -> None:
    overrides = {"base_url": "http://localhost:1", "safety.mode": "full", "safety.max_requests": 5}
    target = loaded(tmp_path, policy, WHOLE, overrides=overrides)
    assert target.base_url == "http://localhost:1"
    assert (target.safety.mode, target.safety.max_requests) == (Mode.FULL, 5)
    assert target.safety.methods == ("GET",)


def test_without_a_file_a_base_url_is_enough(policy: Policy) -> None:
    target = load_target(
        None, spec=SPEC, policy=policy, environ={}, overrides={"base_url": "http://[::1]:80"}
    )
    assert (target.name, target.base_url, target.file) == ("[::1]:80", "http://[::1]:80", "")
    with pytest.raises(TargetError, match="needs the URL of the API"):
        load_target(None, spec=SPEC, policy=policy, environ={})


@pytest.mark.parametrize(
    ("text", "line", "path", "message", "suggestion"),
    [
        ("nam = 's'\n", 2, "nam", "unknown key", 'did you mean "name"?'),
        ("[identties.a]\n", 2, "identties", "unknown key", "identities"),
        ("[identities.a]\ntoken_evn='X'\n", 3, "identities.a.token_evn", "unknown", "token_env"),
        (
            "[identities.a]\ntoken_env = 'NOPE'\n",
            3,
            "identities.a.token_env",
            'NOPE of identity "a" is not set',
            "export NOPE=",
        ),
        (
            "[identities.a]\ntoken_env = 'EMPTY'\n",
            3,
            "identities.a.token_env",
            'EMPTY of identity "a" is empty',
            "",
        ),
        ("[identities.a]\nscopes = []\n", 2, "identities.a", "has no credential", "token_env"),
        (
            "[identities.a]\ntoken_env = 'ADMIN'\nscheme = 'baerer'\n",
            4,
            "identities.a.scheme",
            "unknown security scheme",
            'did you mean "bearer"?',
        ),
        (
            "[identities.a]\ntoken_env = 'ADMIN'\nstate = 'expird'\n",
            4,
            "identities.a.state",
            "expected active",
            'did you mean "expired"?',
        ),
        (
            "[identities.a-b]\ntoken_env='ADMIN'\n[identities.a_b]\ntoken_env='ADMIN'\n",
            4,
            "identities.a_b",
            "too alike",
            "",
        ),
        (
            "[identities.a]\ntoken = {credentials = '/t'}\n",
            3,
            "identities.a.token",
            "takes a credential from a command",
            "[credentials]",
        ),
        ("[mint.m]\nclient_id_env='ID'\n", 2, "mint.m", "has no client_secret", ""),
        (
            "[public_clients.app]\nredirect_uri = 'https://a.example/cb'\n",
            2,
            "public_clients.app",
            "has no client_id",
            "",
        ),
        ("[public_clients.app]\nclient_id = 'a'\n", 2, "public_clients.app", "redirect_uri", ""),
        ("[limits.generl]\nlimit = 1\n", 2, "limits.generl", "unknown bucket", "general"),
        ("[limits.general]\nlimit = '1'\n", 3, "limits.general.limit", "a whole number", ""),
        ("[limits.general]\nlimit = 0\n", 3, "limits.general.limit", "1 or more", ""),
        ("[limits.general]\nwindow = '0s'\n", 3, "limits.general.window", "is over", "60s"),
        ("[limits.general]\nwindow = 60\n", 3, "limits.general.window", "a duration", 'write "60"'),
        ("[scope]\nout = {B = 'x'}\n", 3, "scope.out.B", 'unknown clause "B"', "known: A"),
        (
            "[scope.out]\nA = {reason = 'later', expires = 2026-11-01}\n",
            3,
            "scope.out.A",
            "the waiver of A expired on 2026-11-01",
            "renew it",
        ),
        (
            "[scope.out]\nA = {reason = 'later', expires = 'soon'}\n",
            3,
            "scope.out.A.expires",
            '"soon" is not a date',
            "2027-01-31",
        ),
        ("[waivers.A]\nreason = 'x'\n", 2, "waivers.A", '"approver" and "date"', ""),
        (f"[waivers.B]\n{WAIVER}", 2, "waivers.B", 'unknown clause "B"', "known: A"),
        (
            f"[waivers.A]\n{WAIVER.replace('2099', '2026')}",
            2,
            "waivers.A",
            "the waiver of A expired on 2026-01-31",
            "renew it",
        ),
        (
            f"[waivers.A]\n{WAIVER.replace('2026', '2100')}",
            6,
            "waivers.A.expires",
            "ends before it begins",
            "",
        ),
        (f"[waivers.A]\n{WAIVER}ops = 'getNothing'\n", 7, "waivers.A.ops", "getNothing", ""),
        (
            f"[scope.out]\nA = 'x'\n[waivers.A]\n{WAIVER}",
            4,
            "waivers.A",
            "is out of scope",
            "keep one",
        ),
        ("[confirm]\n'rate_limit' = 'x'\n", 3, "confirm.rate_limit", "no fact", "rate_limits"),
        ("readings = ['doc']\n", 2, "readings", "unknown reading", "docs"),
        ("[safety]\nmode = 'readonly'\n", 3, "safety.mode", "expected passive", "read-only"),
        ("[tls]\nca_file = 'no.pem'\n", 3, "tls.ca_file", "the file no.pem does not exist", ""),
        ("[control]\nurl = 'localhost'\n", 3, "control.url", "is not an http or https URL", ""),
        ("[fixtures]\norderID = '1'\n", 3, "fixtures.orderID", "unknown parameter", "orderId"),
        (
            "[identities.a]\ntoken_env='ADMIN'\npermissions=['sendd']\n",
            4,
            "identities.a.permissions",
            'unknown permission "sendd"',
            'did you mean "send"?',
        ),
        ("[webhooks]\nlisten = 'here'\n", 3, "webhooks.listen", "an address and a port", ""),
        ("a = \n", 2, "", "is not TOML", ""),
        ("[a]\nb=1\n[a]\n", 4, "", "is not TOML", ""),
    ],
)
def test_a_mistake_says_where_it_is_and_what_to_do(
    tmp_path: Path,
    policy: Policy,
    *,
    text: str,
    line: int,
    path: str,
    message: str,
    suggestion: str,
) -> None:
    (mistake,) = mistakes_of(tmp_path, policy, HEAD + text, {**ENVIRON, "EMPTY": " "})
    assert mistake.file == str(tmp_path / "apicheck.toml")
    assert (mistake.line, mistake.path) == (line, path)
    assert message in mistake.message
    assert suggestion in mistake.suggestion


@pytest.mark.parametrize(
    "url",
    [
        "staging.example.com",
        "ftp://example.com",
        "http://",
        "http://user:secret@example.com",
        "http://example.com?x=1",
        "http://example.com#x",
        "http://example.com:port",
        "http://[::1",
    ],
)
def test_a_base_url_is_http_with_a_host_and_nothing_more(
    tmp_path: Path, policy: Policy, url: str
) -> None:
    (mistake,) = mistakes_of(tmp_path, policy, f'base_url = "{url}"\n')
    assert (mistake.line, mistake.path) == (1, "base_url")
    assert "secret" not in mistake.message


@pytest.mark.parametrize("secret", ["token\n", " token", "to\nken", "tök", "to\x00ken"])
def test_a_credential_that_no_header_carries_is_reported_without_showing_it(
    tmp_path: Path, policy: Policy, secret: str
) -> None:
    text = HEAD + "[identities.a]\ntoken_env = 'T'\n"
    (mistake,) = mistakes_of(tmp_path, policy, text, {"T": secret})
    assert mistake.path == "identities.a"
    assert secret.strip() not in str(mistake)


def test_a_mistake_in_an_option_is_placed_on_the_command_line(
    tmp_path: Path, policy: Policy
) -> None:
    overrides = {"safety.mode": "fast", "base_url": "nowhere"}
    found = mistakes_of(tmp_path, policy, HEAD, overrides=overrides)
    assert {(m.file, m.path) for m in found} == {
        ("command line", "safety.mode"),
        ("command line", "base_url"),
    }


def test_every_mistake_is_reported_at_once(tmp_path: Path, policy: Policy) -> None:
    text = 'base_url = "x"\nnam = 1\n[identities.a]\ntoken_env = "NOPE"\n[limits.b]\nlimit = 1\n'
    found = [(m.line, m.path) for m in mistakes_of(tmp_path, policy, text)]
    assert found == [(1, "base_url"), (2, "nam"), (4, "identities.a.token_env"), (5, "limits.b")]


def command_in(tmp_path: Path, script: str) -> str:
    path = tmp_path / "credentials.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return (
        HEAD + '[credentials]\ncommand = ["./credentials.sh"]\ntimeout = "200ms"\n'
        '[identities.a]\ntoken = {credentials = "/tokens/a"}\n'
    )


def test_a_command_prints_the_credentials(tmp_path: Path, policy: Policy) -> None:
    text = command_in(tmp_path, """echo '{"tokens": {"a": "from-command"}}'""")
    target = loaded(tmp_path, policy, text, {})
    assert target.secrets.values == {"$APICHECK_A_TOKEN": "from-command"}


@pytest.mark.parametrize(
    ("script", "path", "message"),
    [
        ("echo hidden; echo why >&2; exit 3", "credentials.command", "ended with 3: why"),
        ("echo hidden", "credentials.command", "did not print JSON"),
        ("""echo '{"other": "hidden"}'""", "identities.a.token", "no text at /tokens/a"),
        ("exec sleep 5", "credentials.command", "did not end within 0.2 s"),
    ],
)
def test_a_failing_command_is_reported_without_its_output(
    tmp_path: Path, policy: Policy, script: str, path: str, message: str
) -> None:
    text = command_in(tmp_path, script)
    (mistake,) = mistakes_of(tmp_path, policy, text, {"PATH": "/usr/bin:/bin"})
    assert mistake.path == path
    assert message in mistake.message
    assert "hidden" not in str(mistake)


def test_a_command_that_does_not_exist_is_named(tmp_path: Path, policy: Policy) -> None:
    text = HEAD + '[credentials]\ncommand = ["./none.sh"]\n'
    (mistake,) = mistakes_of(tmp_path, policy, text)
    assert "none.sh cannot be run" in mistake.message


def test_a_command_is_not_run_for_a_file_with_mistakes(tmp_path: Path, policy: Policy) -> None:
    text = command_in(tmp_path, "touch was-run") + "[nothing]\n"
    assert [m.path for m in mistakes_of(tmp_path, policy, text)] == ["nothing"]
    assert not (tmp_path / "was-run").exists()


def test_the_file_is_found_upwards_and_in_pyproject(tmp_path: Path) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[tool.apicheck]\nbase_url = "x"\npolicy = "p.yaml"\n')
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.other]\n")
    found = find_target(below)
    assert found == tmp_path / "pyproject.toml"
    assert target_settings(found) == {"base_url": "x", "policy": str(tmp_path / "p.yaml")}
    (tmp_path / "a" / "apicheck.toml").write_text("")
    assert find_target(below) == tmp_path / "a" / "apicheck.toml"


def test_a_mistake_in_pyproject_has_its_line(tmp_path: Path, policy: Policy) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text('[project]\nname = "x"\n[tool.apicheck]\nbase_url = "http://h"\nnam = "x"\n')
    with pytest.raises(TargetError) as caught:
        load_target(path, spec=SPEC, policy=policy, environ={})
    assert [(m.line, m.path) for m in caught.value.mistakes] == [(5, "nam")]


def test_a_header_whose_name_says_secret_is_kept_as_one(tmp_path: Path, policy: Policy) -> None:
    headers = {"X-Gateway-Key": "canary-4711-canary", "X-Stage": "blue"}
    target = loaded(tmp_path, policy, HEAD, overrides={"headers": headers})
    kept = "$APICHECK_X_GATEWAY_KEY_HEADER"
    assert target.headers == (("X-Gateway-Key", kept), ("X-Stage", "blue"))
    assert target.secrets.values[kept] == "canary-4711-canary"


def test_an_identity_has_a_credential_for_each_scheme(tmp_path: Path, policy: Policy) -> None:
    text = (
        'base_url = "http://127.0.0.1"\n[identities.admin.credentials.bearer]\n'
        'user_env = "U"\npassword_env = "P"\n'
    )
    target = loaded(tmp_path, policy, text, {"U": "user", "P": "password"})
    admin = target.identities["admin"]
    assert (admin.scheme, admin.placeholder) == ("bearer", "$APICHECK_ADMIN_BEARER_TOKEN")
    assert admin.credentials == {"bearer": "$APICHECK_ADMIN_BEARER_TOKEN"}
    secret = target.secrets.values["$APICHECK_ADMIN_BEARER_TOKEN"]
    assert secret == base64.b64encode(b"user:password").decode()


def test_a_credential_of_no_scheme_and_one_without_a_secret_are_mistakes(
    tmp_path: Path, policy: Policy
) -> None:
    text = (
        'base_url = "http://127.0.0.1"\n[identities.admin.credentials.baerer]\n'
        'token_env = "T"\n[identities.admin.credentials.bearer]\nuser_env = "T"\n'
    )
    with pytest.raises(TargetError) as caught:
        loaded(tmp_path, policy, text, {"T": "t0ken"})
    said = {
        (mistake.line, mistake.message, mistake.suggestion) for mistake in caught.value.mistakes
    }
    assert said == {
        (2, 'unknown security scheme "baerer"', 'did you mean "bearer"?'),
        (
            4,
            'a credential of identity "admin" names no secret',
            'token_env = "…", or user_env and password_env',
        ),
    }


def test_a_waiver_is_read_with_who_approved_it_and_where_it_holds(
    tmp_path: Path, policy: Policy
) -> None:
    text = f"{HEAD}[waivers.A]\n{WAIVER}ticket = 'API-1'\nops = 'listOrders'\n"
    assert loaded(tmp_path, policy, text).waivers == {
        "A": Waiver("x", "Ada", "2026-01-02", "2099-01-31", "API-1", Selector(("listOrders",)))
    }


def test_a_waiver_names_its_owner_and_its_days(tmp_path: Path, policy: Policy) -> None:
    waiver = "{reason = 'later', owner = 'Ada', date = 2026-11-02, expires = 2026-12-31}"
    target = loaded(tmp_path, policy, f"{HEAD}[scope.out]\nA = {waiver}\n")
    assert target.out_of_scope == {"A": "later (waived by Ada on 2026-11-02 until 2026-12-31)"}
