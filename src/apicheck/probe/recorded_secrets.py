"""Finds the secrets of recorded traffic by their places and names, as nobody has declared them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import parse_qsl, urlsplit

from apicheck.load.secrets import is_secret_field
from apicheck.model.json import Json, parse_json
from apicheck.model.recording import RecordedEntry, is_filtered

_SHORTEST = 4
_PLACEHOLDER = "$APICHECK_"
"""Begins what stands for a secret in the recording of a run."""
_PARAMETER = re.compile(r'=\s*"?([^\s",;]{8,})')
_SECRET_PARAMETERS = frozenset({"key", "sig", "signature", "auth"})
_SECRET_MEMBER = re.compile(
    r"(access|refresh|id)?_?token|(client_?)?secret|password|passwd|api_?key|client_assertion",
    re.IGNORECASE,
)


def find_secrets(entry: RecordedEntry, keys: Iterable[str]) -> Iterator[str]:
    """Find what is secret by its place or its name: all of a request, members of a response."""
    known = frozenset(keys)
    for name, value in entry.headers:
        if name.lower() == "cookie":
            continue
        if name.lower() in known or is_secret_field(name):
            yield from _split_credential(value)
    yield from find_cookies(entry.headers, "cookie")
    query = dict(parse_qsl(urlsplit(entry.url).query, encoding="utf-8", errors="replace"))
    for name, value in query.items():
        oauth = name == "code" and "state" in query
        if name.lower() in known | _SECRET_PARAMETERS or _SECRET_MEMBER.fullmatch(name) or oauth:
            yield from _keep_long(value)
    yield from _find_in_body(entry.body or b"")
    if entry.complete:
        yield from _find_members(parse_json(entry.response_body), _SECRET_MEMBER)


def _split_credential(value: str) -> Iterator[str]:
    """The secrets of a field: behind its scheme, in its parameters, in a pair in base64."""
    scheme, space, rest = value.strip().partition(" ")
    yield from _keep_long(rest.strip() if space else scheme)
    for parameter in _PARAMETER.findall(value):
        yield from _keep_long(parameter)
    if scheme.lower() == "basic":
        try:
            pair = base64.b64decode(rest, validate=True).decode()
        except ValueError:
            return
        yield from _keep_long(pair)
        yield from _keep_long(pair.partition(":")[2])


def find_cookies(headers: Iterable[tuple[str, str]], field: str) -> Iterator[str]:
    """Find the values of cookies. field: "cookie" or "set-cookie"."""
    for name, value in headers:
        if name.lower() != field:
            continue
        pairs = value.split("\n") if field == "set-cookie" else value.split(";")
        for pair in pairs:
            cookie = pair.split(";")[0].partition("=")[2].strip().strip('"')
            yield from _keep_long(cookie)


def _find_in_body(body: bytes) -> Iterator[str]:
    value = parse_json(body)
    if value is not None:
        yield from _find_members(value, _SECRET_MEMBER)
        return
    try:
        pairs = parse_qsl(body.decode("ascii"))
    except ValueError:
        return
    oauth = any(name == "grant_type" for name, _ in pairs)
    for name, secret in pairs:
        if _SECRET_MEMBER.fullmatch(name) or (oauth and name in ("code", "code_verifier")):
            yield from _keep_long(secret)


def _find_members(value: Json, names: re.Pattern[str]) -> Iterator[str]:
    """The texts of members with such names, at any depth."""
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, Mapping):
            for name, inner in one.items():
                if isinstance(inner, str) and names.fullmatch(name):
                    yield from _keep_long(inner)
                elif isinstance(inner, dict | list):
                    rest.append(inner)
        elif isinstance(one, list):
            rest.extend(inner for inner in one if isinstance(inner, dict | list))


def _keep_long(secret: str) -> Iterator[str]:
    known = _PLACEHOLDER in secret or is_filtered(secret)
    if len(secret) >= _SHORTEST and not known:
        yield secret
