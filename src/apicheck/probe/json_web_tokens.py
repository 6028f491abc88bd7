"""Changes JSON Web Tokens in ways that no server may accept (RFC 7515, RFC 7519).

A text that is not a JSON Web Token is returned unchanged.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable

from apicheck.model.forgery_key import sign
from apicheck.model.json import Json

_PARTS = 3


def with_header(token: str, argument: str) -> str:
    """Set a member of the header: `alg=none`. The signature stays."""
    return _with_member(token, argument, 0)


def with_claim(token: str, argument: str) -> str:
    """Set a claim: `sub=admin`, `exp=0`. The signature stays."""
    return _with_member(token, argument, 1)


def without_signature(token: str, _: str) -> str:
    """Remove the signature; the dot before it stays."""
    return _sign(token, lambda _: b"")


def sign_by_hmac(token: str, argument: str) -> str:
    """Sign again by HMAC with SHA-256. argument: the secret in base64url, "" for an empty one."""
    try:
        secret = _decode(argument)
    except ValueError:
        return token
    return _sign(token, lambda message: hmac.digest(secret, message, hashlib.sha256))


def sign_by_rsa(token: str, _: str) -> str:
    """Sign again by RSA with SHA-256 and the forgery key, which is public."""
    return _sign(token, sign)


def is_jwt(text: str) -> bool:
    """Whether a text has as many parts as a JWT."""
    return text.count(".") == _PARTS - 1


def is_same_token(one: str, other: str) -> bool:
    """Whether two texts are one token: equal, or JWTs whose decoded parts are equal.

    The last character of a part may hold bits without meaning.
    """
    if one == other:
        return True
    if not (is_jwt(one) and is_jwt(other)):
        return False
    try:
        return [_decode(p) for p in one.split(".")] == [_decode(p) for p in other.split(".")]
    except ValueError:
        return False


def _with_member(token: str, argument: str, part: int) -> str:
    parts = token.split(".")
    name, equals, text = argument.partition("=")
    members = _parse_members(parts[part]) if len(parts) == _PARTS else None
    if members is None or not equals:
        return token
    changed = json.dumps({**members, name: _parse_value(text)}, separators=(",", ":"))
    parts[part] = _encode(changed.encode())
    return ".".join(parts)


def _parse_members(part: str) -> dict[str, Json] | None:
    try:
        value = json.loads(_decode(part))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _parse_value(text: str) -> Json:
    """The JSON value that a text holds, or the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _sign(token: str, sign: Callable[[bytes], bytes]) -> str:
    parts = token.split(".")
    if len(parts) != _PARTS or _parse_members(parts[0]) is None:
        return token
    message = f"{parts[0]}.{parts[1]}"
    return f"{message}.{_encode(sign(message.encode()))}"


def _decode(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
