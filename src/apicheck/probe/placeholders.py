"""The grammar of placeholders, as in `$APICHECK_ADMIN_TOKEN[:-1]` and `~flip(10)`.

A placeholder stands for a secret; derivations behind it are applied from left to right. Those of
JSON Web Tokens: `~jose(alg=none)` sets a member of the header, `~claim(sub=admin)` a claim,
`~unsigned` takes the signature off, `~hmac(c2VjcmV0)` signs by HMAC with a secret in base64url,
`~rsa` with the forgery key, which is public.

Run as a program, the module is a filter for the curl lines of a report:
`printf %s "$TOKEN" | python3 -m apicheck.probe.placeholders '~jose(alg=none)~unsigned'`.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Callable, Mapping
from enum import Enum
from urllib.parse import quote, unquote

from apicheck.model.placeholders import DERIVATION, PLACEHOLDER
from apicheck.probe import json_web_tokens


class Place(Enum):
    """Where a secret is put, which decides how it is escaped."""

    PLAIN = "plain"
    URL = "url"
    JSON = "json"


def expand(text: str, secrets: Mapping[str, str], place: Place = Place.PLAIN) -> str:
    """Replace every known placeholder in a text by its secret; unknown ones stay."""

    def secret_of(match: re.Match[str]) -> str:
        secret = secrets.get("$" + match["name"])
        if secret is None:
            return match[0]
        derivations = match["derivations"]
        if place is Place.URL:
            derivations = unquote(derivations)
        return _ESCAPES[place](derive(secret, derivations))

    if "APICHECK_" not in text:
        return text
    return PLACEHOLDER.sub(secret_of, text)


def placeholders_in(text: str) -> tuple[str, ...]:
    """The placeholders in a text, without their derivations, in order."""
    return tuple("$" + match["name"] for match in PLACEHOLDER.finditer(text))


def derive(secret: str, derivations: str) -> str:
    """Apply derivations to a secret."""
    for match in DERIVATION.finditer(derivations):
        if match["what"] is None:
            secret = secret[_parse_index(match["start"]) : _parse_index(match["end"])]
        else:
            secret = _DERIVATIONS[match["what"]](secret, match["argument"] or "")
    return secret


def _parse_index(text: str) -> int | None:
    return int(text) if text else None


def _flip(secret: str, argument: str) -> str:
    """Replace one character by another one of its kind; indexes wrap around."""
    if not secret:
        return secret
    index = int(argument) % len(secret)
    old = secret[index]
    first, second = ("0", "1") if old.isdigit() else ("a", "b") if old.islower() else ("A", "B")
    return secret[:index] + (second if old == first else first) + secret[index + 1 :]


_DERIVATIONS: Mapping[str, Callable[[str, str], str]] = {
    "upper": lambda secret, _: secret.upper(),
    "lower": lambda secret, _: secret.lower(),
    "swapcase": lambda secret, _: secret.swapcase(),
    "reverse": lambda secret, _: secret[::-1],
    "base64": lambda secret, _: base64.b64encode(secret.encode()).decode(),
    "url": lambda secret, _: quote(secret, safe=""),
    "hex": lambda secret, _: secret.encode().hex(),
    "flip": _flip,
    "append": lambda secret, argument: secret + argument,
    "prepend": lambda secret, argument: argument + secret,
    "jose": json_web_tokens.with_header,
    "claim": json_web_tokens.with_claim,
    "unsigned": json_web_tokens.without_signature,
    "hmac": json_web_tokens.sign_by_hmac,
    "rsa": json_web_tokens.sign_by_rsa,
}

_ESCAPES: Mapping[Place, Callable[[str], str]] = {
    Place.PLAIN: lambda secret: secret,
    Place.URL: lambda secret: quote(secret, safe=""),
    Place.JSON: lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
}


if __name__ == "__main__":
    sys.stdout.write(derive(sys.stdin.read(), "".join(sys.argv[1:])))
