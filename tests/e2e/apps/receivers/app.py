"""Receivers as their authors write them: FastAPI, and the library of each provider.

Each verifies as the page of its library shows. The paths below `plain/` catch what that page
catches; those below `careful/` catch whatever the library raises.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import requests
import stripe
import uvicorn
from cryptography.exceptions import InvalidSignature as WrongKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import FastAPI, HTTPException, Request, Response
from gidgethub import BadRequest, ValidationFailure, sansio
from http_message_signatures import (
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)
from slack_sdk.signature import SignatureVerifier
from standardwebhooks import Webhook, WebhookVerificationError
from twilio.request_validator import RequestValidator

SECRET = os.environ["RECEIVER_SECRET"]
PUBLIC_KEY = os.environ["RECEIVER_PUBLIC_KEY"]
"""The base64 of an Ed25519 key."""
TOLERANCE_S = 300

app = FastAPI()


def verify_standard_webhooks(request: Request, body: bytes) -> None:
    try:
        Webhook(SECRET).verify(body, dict(request.headers))
    except WebhookVerificationError as error:
        raise HTTPException(401) from error


def verify_by_public_key(request: Request, body: bytes) -> None:
    """Version v1a of Standard Webhooks, of which there is no library: by hand."""
    identifier, stamp = (request.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp"))
    if not identifier or not stamp.isdigit() or abs(time.time() - int(stamp)) > TOLERANCE_S:
        raise HTTPException(401)
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(PUBLIC_KEY))
    for item in request.headers.get("webhook-signature", "").split():
        version, _, signature = item.partition(",")
        if version != "v1a":
            continue
        try:
            key.verify(
                base64.b64decode(signature, validate=True), f"{identifier}.{stamp}.".encode() + body
            )
        except (ValueError, WrongKey):
            continue
        return
    raise HTTPException(401)


def verify_stripe(request: Request, body: bytes) -> None:
    try:
        stripe.Webhook.construct_event(body, request.headers.get("stripe-signature"), SECRET)
    except (ValueError, stripe.SignatureVerificationError) as error:
        raise HTTPException(400) from error


def verify_slack(request: Request, body: bytes) -> None:
    if not SignatureVerifier(SECRET).is_valid_request(body, dict(request.headers)):
        raise HTTPException(403)


def verify_github(request: Request, body: bytes) -> None:
    """As on GitHub's page "Validating webhook deliveries"."""
    sent = request.headers.get("x-hub-signature-256")
    if not sent:
        raise HTTPException(403, "x-hub-signature-256 header is missing!")
    expected = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, sent):
        raise HTTPException(403, "Request signatures didn't match!")


def verify_by_gidgethub(request: Request, body: bytes) -> None:
    try:
        sansio.Event.from_http(request.headers, body, secret=SECRET)
    except (BadRequest, ValidationFailure) as error:
        raise HTTPException(403) from error


def verify_twilio(request: Request, body: bytes) -> None:
    text = body.decode()
    is_json = "bodySHA256" in request.query_params
    sent = text if is_json else dict(parse_qsl(text, keep_blank_values=True))
    signature = request.headers.get("x-twilio-signature", "")
    if not RequestValidator(SECRET).validate(str(request.url), sent, signature):
        raise HTTPException(403)


class Keys(HTTPSignatureKeyResolver):  # type: ignore[misc]  # the library has no types for it
    def resolve_public_key(self, key_id: str) -> Any:  # noqa: ARG002  (the library's signature)
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(PUBLIC_KEY))


def verify_message_signatures(request: Request, body: bytes) -> None:
    message = requests.Request(
        request.method, str(request.url), headers=dict(request.headers), data=body
    ).prepare()
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=Keys())
    try:
        found = verifier.verify(message, max_age=timedelta(seconds=TOLERANCE_S))
        verifier.verify_body(message, found, body)
    except InvalidSignature as error:
        raise HTTPException(401) from error
    wanted = {'"@method"', '"@target-uri"', '"content-digest"'}
    if not any(wanted <= set(one.covered_components) for one in found):
        raise HTTPException(401)


RECEIVERS: dict[str, Callable[[Request, bytes], None]] = {
    "standard-webhooks": verify_standard_webhooks,
    "public-key": verify_by_public_key,
    "stripe": verify_stripe,
    "slack": verify_slack,
    "github": verify_github,
    "gidgethub": verify_by_gidgethub,
    "twilio": verify_twilio,
    "message-signatures": verify_message_signatures,
}


@app.post("/plain/{name}")
async def receive(name: str, request: Request) -> Response:
    RECEIVERS[name](request, await request.body())
    return Response(status_code=204)


@app.post("/careful/{name}")
async def receive_with_care(name: str, request: Request) -> Response:
    body = await request.body()
    try:
        RECEIVERS[name](request, body)
        if "json" in request.headers.get("content-type", ""):
            json.loads(body)
    except HTTPException:
        raise
    except Exception as error:
        raise HTTPException(400) from error
    return Response(status_code=204)


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["PORT"]), log_level="critical")
