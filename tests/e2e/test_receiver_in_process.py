"""A project's own tests of its receiver: the application itself, without a URL."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import pytest

from apicheck.model.verdict import RunWord, Verdict
from apicheck.testing import Run

SECRET = "it's a secret to everybody"
Check = Callable[..., Run]


def is_signed(body: bytes, sent: str) -> bool:
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={digest}".encode(), sent.encode())


def wsgi_app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    known = environ["PATH_INFO"] == "/hook" and environ["REQUEST_METHOD"] == "POST"
    signed = is_signed(body, environ.get("HTTP_X_HUB_SIGNATURE_256", ""))
    status = "204 No Content" if known and signed else "403 Forbidden"
    start_response(status, [("Content-Length", "0")] if status[0] != "2" else [])
    return [b""]


async def asgi_app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    sent = dict(scope["headers"]).get(b"x-hub-signature-256", b"").decode("latin-1")
    status = 204 if is_signed(body, sent) or not sent else 403  # the defect: unsigned is accepted
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_a_wsgi_application_is_tested_in_three_lines(apicheck_receiver: Check) -> None:
    run = apicheck_receiver(wsgi_app, "/hook", scheme="github", secret=SECRET)
    run.assert_conformant()
    assert run.results.run.requests > 60


def test_the_defect_of_an_asgi_application_is_found(apicheck_receiver: Check) -> None:
    run = apicheck_receiver(
        asgi_app, "/hook", scheme="github", secret=SECRET, select=("receiver/signature",)
    )
    unsigned = {"signature-absent", "version-older"}  # SHA-1 stands in another field
    assert {(one.outcome, one.detail) for one in run.findings} == {
        ("accepted", name) for name in unsigned
    }
    with pytest.raises(AssertionError, match="the signature: there is none"):
        run.assert_conformant()


def query_app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    digest = hashlib.md5(SECRET.encode(), usedforsecurity=False).hexdigest()
    signed = environ["QUERY_STRING"] == f"signature={digest}"
    known = environ["REQUEST_METHOD"] == "POST"
    status = "200 OK" if signed and known else "403 Forbidden"
    start_response(status, [("Content-Length", "0")])
    return [b""]


def test_a_signature_in_the_query_is_no_secret_to_look_for(apicheck_receiver: Check) -> None:
    run = apicheck_receiver(query_app, "/hook", scheme="md5-query", secret=SECRET)
    run.assert_conformant()
    unasked = {one.check for one in run.results.checks if one.verdict is Verdict.NOT_APPLICABLE}
    assert unasked > {"receiver/body", "receiver/id", "receiver/leaks", "receiver/time"}


class Lockout:
    """A receiver that refuses everything once it has seen a forgery."""

    def __init__(self) -> None:
        self.locked = False

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        signed = is_signed(body, environ.get("HTTP_X_HUB_SIGNATURE_256", ""))
        self.locked |= not signed
        start_response("401 Unauthorized" if self.locked else "200 OK", [("Content-Length", "0")])
        return [b""]


def test_a_receiver_that_shuts_its_sender_out_passes_nothing(apicheck_receiver: Check) -> None:
    checks = ("receiver/body", "receiver/media-type", "receiver/signature")
    run = apicheck_receiver(Lockout(), "/hook", scheme="github", secret=SECRET, select=checks)
    assert [run.verdicts(check)["deliver"] for check in checks] == [Verdict.INCONCLUSIVE] * 3
    (reason, *_) = {one.reason for one in run.results.checks if one.check == "receiver/body"}
    assert "the control request, which must succeed, got 401" in reason


def test_a_secret_that_is_none_of_the_scheme_is_named_at_the_gate(
    apicheck_receiver: Check,
) -> None:
    run = apicheck_receiver(wsgi_app, "/hook", scheme="standard-webhooks", secret="no base64!")
    assert run.word is RunWord.INVALID
    assert "the secret cannot sign deliveries of standard-webhooks" in run.results.word.why
    assert "no base64!" not in run.results.word.why
