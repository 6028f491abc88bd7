"""How a target file says that a person approves."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.load import load_policy, load_target, parse_spec
from apicheck.model.errors import TargetError
from apicheck.model.target import Consent, Target

SPEC = parse_spec(
    """\
openapi: 3.1.0
info: {title: Tokens, version: "1"}
paths: {/me: {get: {operationId: me, responses: {default: {description: d}}}}}
components:
  securitySchemes:
    session: {type: apiKey, in: cookie, name: session}
    oauth: {type: oauth2, flows: {}}
""",
    "openapi.yaml",
)
HEAD = """\
base_url = "http://127.0.0.1:8000"
[identities.ada]
token_env = "ADA"
scheme = "oauth"
credentials.session.token_env = "SESSION"
"""


def loaded(folder: Path, text: str) -> Target:
    (folder / "policy.yaml").write_text("policy: p\n")
    file = folder / "apicheck.toml"
    file.write_text(HEAD + text)
    policy = load_policy(folder / "policy.yaml", SPEC)
    environ = {"ADA": "token-of-ada", "SESSION": "session-of-ada", "S": "s3cret"}
    return load_target(file, spec=SPEC, policy=policy, environ=environ)


@pytest.mark.parametrize(
    ("text", "consent"),
    [
        ("", None),
        ("[consent]\n", Consent()),
        ('[consent]\nas = "ada"\n', Consent("ada")),
        (
            '[consent]\nas = "ada"\nscheme = "session"\nform = {confirm = "yes"}\n',
            Consent("ada", "session", {"confirm": "yes"}),
        ),
    ],
)
def test_a_person_approves_by_a_credential_or_a_form(
    tmp_path: Path, text: str, consent: Consent | None
) -> None:
    assert loaded(tmp_path, text).consent == consent


def test_a_command_runs_beside_the_target_file(tmp_path: Path) -> None:
    consent = loaded(tmp_path, '[consent]\ncommand = ["./approve", "ada"]\n').consent
    assert consent == Consent(command=(str(tmp_path / "approve"), "ada"), folder=str(tmp_path))


def test_a_client_has_a_registered_redirect_uri(tmp_path: Path) -> None:
    text = '[mint.a]\ntoken_url = "/t"\nclient_id = "a"\nclient_secret_env = "S"\n'
    (minter,) = loaded(tmp_path, f'{text}redirect_uri = "https://a.example/cb"\n').minters
    assert minter.redirect_uri == "https://a.example/cb"


@pytest.mark.parametrize(
    ("text", "line", "path", "message"),
    [
        ('as = "ava"', 7, "consent.as", 'unknown identity "ava"'),
        (
            'as = "ada"\nscheme = "sesion"',
            8,
            "consent.scheme",
            'unknown credential of ada "sesion"',
        ),
        ('scheme = "session"', 7, "consent.scheme", "a credential of nobody"),
        ('as = "ada"\ncommand = ["x"]', 6, "consent", "a command and an identity both approve"),
        ("command = []", 7, "consent.command", ""),
        ("browser = true", 7, "consent.browser", "unknown"),
    ],
)
def test_a_mistake_says_where_it_is(
    tmp_path: Path, text: str, line: int, path: str, message: str
) -> None:
    with pytest.raises(TargetError) as caught:
        loaded(tmp_path, f"[consent]\n{text}\n")
    (mistake,) = caught.value.mistakes
    assert (mistake.line, mistake.path) == (line, path)
    assert message in mistake.message
