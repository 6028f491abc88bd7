"""A project's own tests of its receiver: the application itself, without a URL."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from apicheck.model.facts import Signature
from apicheck.model.verdict import RunWord, Verdict
from apicheck.signatures import VALID, Delivery, verify
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


EC_KEY = ec.derive_private_key(7, ec.SECP256R1()).private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
)
SHAPES: dict[str, tuple[str, dict[str, str], str]] = {
    "prefix of another name": ("standard-webhooks", {"prefix": "acme-"}, "whsec_MTIzNDU2Nzg5MDEy"),
    "own header": ("stripe", {"header": "Acme-Signature"}, SECRET),
    "twilio by SHA-256": ("twilio", {"algorithm": "sha256"}, SECRET),
    "ECDSA": ("http-message-signatures", {"algorithm": "ecdsa-p256-sha256"}, EC_KEY.decode()),
    "time in the value": (
        "hmac",
        {"value": "t={timestamp},s={mac}", "signed": "{timestamp}.{body}", "header": "X-Sign"},
        SECRET,
    ),
    "time in words": (
        "hmac",
        {"signed": "{timestamp}\n{body}", "timestamp": "X-Time", "unit": "rfc3339"},
        SECRET,
    ),
    "id of the body": (
        "hmac",
        {"signed": "{id}.{body}", "id": "/id", "encoding": "base64"},
        SECRET,
    ),
    "path and method": ("hmac", {"signed": "{method} {target} {body}"}, SECRET),
    "several signatures": ("hmac", {"separator": ";", "algorithm": "sha512"}, SECRET),
}


class Described:
    """A receiver that verifies by what a policy says of signatures."""

    def __init__(self, scheme: str, options: dict[str, str], secret: str) -> None:
        self.signature = Signature(scheme, options)
        self.secret = secret

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        fields = {
            name[5:].replace("_", "-"): environ[name] for name in environ if name[:5] == "HTTP_"
        }
        query = environ["QUERY_STRING"]
        delivery = Delivery(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"] + (f"?{query}" if query else ""),
            (*fields.items(), ("Content-Type", environ.get("CONTENT_TYPE", ""))),
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)),
        )
        word = verify(self.signature, self.secret, delivery, now=time.time())
        known = environ["REQUEST_METHOD"] == "POST"
        start_response("200 OK" if known and word == VALID else "403 Forbidden", [])
        return [b""]


@pytest.mark.long
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_a_signature_arrives_as_it_was_signed(
    shape: str, apicheck_receiver: Check
) -> None:
    scheme, options, secret = SHAPES[shape]
    receiver = Described(scheme, options, secret)
    run = apicheck_receiver(receiver, "/hooks/1", scheme=scheme, params=options, secret=secret)
    run.assert_conformant()
    assert run.word is RunWord.CONFORMANT
