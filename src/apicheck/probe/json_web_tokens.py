"""JSON Web Tokens, changed in ways that must not be believed (RFC 7515, RFC 7519).

A text that is no such token stays as it is, whatever is asked for.
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
    """With a member of the header set: `alg=none`. The signature stays."""
    return _with_member(token, argument, 0)


def with_claim(token: str, argument: str) -> str:
    """With a claim set: `sub=admin`, `exp=0`. The signature stays."""
    return _with_member(token, argument, 1)


def unsigned(token: str, _: str) -> str:
    """Without a signature; the point before it stays."""
    return _signed(token, lambda _: b"")


def signed_by_hmac(token: str, argument: str) -> str:
    """Signed anew by HMAC with SHA-256. argument: the secret in base64url, "" an empty one."""
    try:
        secret = _decoded(argument)
    except ValueError:
        return token
    return _signed(token, lambda message: hmac.digest(secret, message, hashlib.sha256))


def signed_by_rsa(token: str, _: str) -> str:
    """Signed anew by RSA with SHA-256 and the key that everybody knows."""
    return _signed(token, sign)


def same_token(one: str, other: str) -> bool:
    """Whether two texts are one token: equal, or JWTs whose parts are equal once decoded.

    The last character of a part may hold bits that stand for nothing.
    """
    if one == other:
        return True
    if one.count(".") != _PARTS - 1 or other.count(".") != _PARTS - 1:
        return False
    try:
        return [_decoded(p) for p in one.split(".")] == [_decoded(p) for p in other.split(".")]
    except ValueError:
        return False


def _with_member(token: str, argument: str, part: int) -> str:
    parts = token.split(".")
    name, equals, text = argument.partition("=")
    members = _members(parts[part]) if len(parts) == _PARTS else None
    if members is None or not equals:
        return token
    changed = json.dumps({**members, name: _value(text)}, separators=(",", ":"))
    parts[part] = _encoded(changed.encode())
    return ".".join(parts)


def _members(part: str) -> dict[str, Json] | None:
    try:
        value = json.loads(_decoded(part))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _value(text: str) -> Json:
    """JSON where it is some, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _signed(token: str, sign: Callable[[bytes], bytes]) -> str:
    parts = token.split(".")
    if len(parts) != _PARTS or _members(parts[0]) is None:
        return token
    message = f"{parts[0]}.{parts[1]}"
    return f"{message}.{_encoded(sign(message.encode()))}"


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
