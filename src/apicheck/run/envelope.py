"""DSSE envelopes: a payload of a type, with signatures.

The format is that of https://github.com/secure-systems-lab/dsse, protocol 1.0.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass

from apicheck.model.json import Json

_MOST_SIGNATURES = 100
_DAMAGE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
_STANDARD = bytes.maketrans(b"-_", b"+/")


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature. key_id: which key made it, as the signer says; it proves nothing."""

    value: bytes
    key_id: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload with the signatures over it and over its type."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...] = ()

    @property
    def signed_bytes(self) -> bytes:
        """What a signature signs: the pre-authentication encoding (PAE) of type and payload."""
        kind = self.payload_type.encode()
        return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(self.payload), self.payload)


def encode_envelope(envelope: Envelope) -> Json:
    """Encode an envelope as a JSON value."""
    return {
        "payload": base64.b64encode(envelope.payload).decode(),
        "payloadType": envelope.payload_type,
        "signatures": [
            {"keyid": one.key_id, "sig": base64.b64encode(one.value).decode()}
            for one in envelope.signatures
        ],
    }


def decode_envelope(content: bytes) -> Envelope:
    """Decode an envelope. Raises ValueError, whose message says what is wrong with it."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        raise ValueError("it is no JSON") from None
    try:
        kind, payload, listed = value["payloadType"], value["payload"], value["signatures"]
        kind.encode()
        found = [(str(one.get("keyid") or ""), one["sig"]) for one in listed]
    except _DAMAGE:
        raise ValueError("it is no DSSE envelope") from None
    if len(found) > _MOST_SIGNATURES:
        raise ValueError(f"it has more than {_MOST_SIGNATURES} signatures")
    return Envelope(
        kind,
        _decode_base64(payload, "payload"),
        tuple(Signature(_decode_base64(text, "signature"), key_id) for key_id, text in found),
    )


def decode_payload(envelope: Envelope) -> Mapping[str, Json]:
    """Decode the payload, a JSON object. Raises ValueError."""
    try:
        value = json.loads(envelope.payload)
    except (ValueError, RecursionError):
        raise ValueError("its payload is no JSON") from None
    if not isinstance(value, dict):
        raise ValueError("its payload is no JSON object")  # noqa: TRY004  (data, not a type of ours)
    return value


def _decode_base64(text: Json, what: str) -> bytes:
    """Decode either alphabet of RFC 4648, as a verifier must."""
    try:
        return base64.b64decode(text.encode("ascii").translate(_STANDARD), validate=True)
    except (ValueError, AttributeError):
        raise ValueError(f"its {what} is no base64, or was cut off") from None
