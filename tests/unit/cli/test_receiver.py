"""What `apicheck receiver` says before it sends anything."""

from __future__ import annotations

import pytest

from apicheck.cli import main

URL = "http://127.0.0.1:1/hook"
SIGNED = ("--secret-env", "WEBHOOK_SECRET")


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((URL, "--scheme", "standart-webhooks", *SIGNED), 'did you mean "standard-webhooks"?'),
        ((URL, "--scheme", "paypal", *SIGNED), "with which nobody else can sign"),
        (
            (URL, "--scheme", "hmac", "--param", "value=x", *SIGNED),
            'write {mac} once, as in "sha256={mac}"',
        ),
        ((URL, "--scheme", "github", "--param", "headr=X", *SIGNED), 'did you mean "header"?'),
        ((URL, "--scheme", "github", "--param", "header", *SIGNED), "write it as NAME=VALUE"),
        ((URL, *SIGNED), "name the provider"),
        ((URL, "--scheme", "github", "--profile", "canonical", *SIGNED), "one of them"),
        ((URL, "--scheme", "github", "--event", "ping", *SIGNED), "--event belongs to"),
        (
            (URL, "--profile", "canonical", "--param", "a=b", *SIGNED),
            "the policy signs no such value",
        ),
        ((URL, "--profile", "canonical", "--event", "no.such", *SIGNED), 'no event "no.such"'),
        ((URL, "--profile", "capsule", *SIGNED), "promises no signature"),
        ((URL, "--scheme", "github"), "--secret-env NAME is needed"),
        ((URL, "--scheme", "github", "--secret-env", "NOT_SET"), "NOT_SET is not set"),
        ((URL, "--scheme", "github", "--secret-env", "a secret"), "not a secret"),
        (
            (URL, "--scheme", "github", *SIGNED, "--other-secret-env", "NOT_SET"),
            "--other-secret-env: NOT_SET is not set",
        ),
        ((URL, "--scheme", "github", "--select", "receiver/bdy", *SIGNED), "receiver/body"),
        (("ftp://127.0.0.1/", "--scheme", "github", *SIGNED), "an http or https URL"),
        (("http://[::1/hook", "--scheme", "github", *SIGNED), "Invalid IPv6 URL"),
        (("https://receiver.example/", "--scheme", "github", *SIGNED), "add --yes"),
        (("http://a:b@127.0.0.1/", "--scheme", "github", *SIGNED), "may not hold credentials"),
    ],
)
def test_what_cannot_be_tested_is_said_at_once(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["receiver", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_a_url_elsewhere_that_is_not_encrypted_is_remarked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["receiver", "http://receiver.example/", "--scheme", "github", *SIGNED]) == 2
    assert "are not encrypted" in capsys.readouterr().err
    main(["receiver", "https://receiver.example/", "--scheme", "github", *SIGNED])
    main(["receiver", URL, "--scheme", "none", *SIGNED])
    assert "are not encrypted" not in capsys.readouterr().err


def test_a_run_that_cannot_be_written_is_not_begun(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["receiver", URL, "--scheme", "github", *SIGNED, "--out", "/dev/null/x"]) == 2
    assert "cannot write to" in capsys.readouterr().err
