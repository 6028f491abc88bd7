"""Consent by a command, and the codes that redirects hand out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from apicheck.model.exchange import Request, TransportError
from apicheck.model.target import Consent
from apicheck.probe.consent import run_consent
from apicheck.probe.observe import find_issued_code
from apicheck.probe.wire import WireResponse

ASKED = Request("GET", "/authorize", (("response_type", "code"),))


def consent(program: str, folder: Path | None = None) -> Consent:
    command = (sys.executable, "-S", "-c", program)
    return Consent(command=command, folder=str(folder or ""))


def test_the_command_is_given_the_url_and_prints_where_the_browser_was_sent(
    tmp_path: Path,
) -> None:
    program = (
        "import os, sys; print(sys.argv[1].replace('authorize', os.path.basename(os.getcwd())))"
    )
    result = run_consent(consent(program, tmp_path), "http://api/authorize?code=1")
    assert isinstance(result, WireResponse)
    assert result.status == 302
    assert result.first_field(b"location").decode() == f"http://api/{tmp_path.name}?code=1"


def test_a_command_that_prints_nothing_was_not_sent_back() -> None:
    result = run_consent(consent("pass"), "http://api/")
    assert isinstance(result, WireResponse)
    assert (result.status, result.headers) == (200, ())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (consent("print('https://x'); raise SystemExit(3)"), "ended with 3"),
        (Consent(command=("/no/such/program",)), "cannot be run"),
    ],
)
def test_a_command_that_fails_says_how(given: Consent, said: str) -> None:
    result = run_consent(given, "http://api/")
    assert isinstance(result, TransportError)
    assert said in result.message


@pytest.mark.parametrize(
    ("request_", "status", "location", "codes"),
    [
        (ASKED, 302, b"https://x/cb?code=abcdefgh&state=s", ["abcdefgh"]),
        (ASKED, 303, b"https://x/cb#access_token=abcdefghi", ["abcdefghi"]),
        (ASKED, 302, b"https://x/cb?code=abc", []),
        (ASKED, 302, b"https://[", []),
        (ASKED, 200, b"https://x/cb?code=abcdefgh", []),
        (Request("GET", "/search"), 302, b"/list?code=abcdefgh", []),
    ],
)
def test_a_redirect_of_an_authorization_request_hands_out_secrets(
    request_: Request, status: int, location: bytes, codes: list[str]
) -> None:
    response = WireResponse(status, b"", ((b"Location", location),), b"", truncated=False)
    assert list(find_issued_code(request_, response)) == codes
