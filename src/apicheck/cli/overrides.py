"""Map options that speak of the target to settings of the target file, which they override."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

import click

from apicheck.model.json import Json

IDENTITY = "token"
"""The identity that `--token-env` makes."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLACES = ("header", "query", "cookie")
_HOW = "bearer, basic, header:NAME, query:NAME or cookie:NAME"
_ON_ARGV = (
    "every process of this machine can read a secret on the command line: put it into a variable"
    " of the environment and name that, as in `export API_TOKEN=…` and --token-env API_TOKEN"
)


def build_overrides(given: Mapping[str, Any]) -> dict[str, Json]:
    """Map options to dotted paths in the target file. Raises click.UsageError.

    given: the command's parameters by name.
    """
    overrides: dict[str, Json] = {
        key: given[key] for key in ("base_url", "base_path", "proxy") if given.get(key) is not None
    }
    for header in given.get("headers", ()):
        name, value = _parse_header(header)
        overrides[f"headers.{name}"] = value
    for option, path in (("ca_file", "tls.ca_file"), ("client_cert", "tls.client_cert")):
        if given.get(option):
            overrides[path] = str(given[option].resolve())
    return overrides | _build_identity(given.get("token_env"), given.get("auth"))


def _parse_header(header: str) -> tuple[str, str]:
    name, colon, value = header.partition(":")
    if not colon or not name.strip():
        raise click.UsageError(f"--header {name!r}: write it as 'NAME: VALUE'")
    if name.strip().lower() in ("authorization", "proxy-authorization"):
        raise click.UsageError(f"--header {name.strip()}: {_ON_ARGV}")
    return name.strip(), value.strip()


def _build_identity(variable: str | None, auth: str | None) -> dict[str, Json]:
    """The settings of `--token-env` and `--auth`."""
    overrides: dict[str, Json] = {}
    if variable is not None:
        verify_variable("--token-env", variable)
        overrides["identities"] = {IDENTITY: {"token_env": variable}}
    if auth is not None:
        overrides["schemes"] = {"default": _parse_auth(auth)}
    return overrides


def verify_variable(option: str, name: str) -> None:
    """Raise click.UsageError for what is no name of a variable, without showing it."""
    if not _VARIABLE.fullmatch(name):
        raise click.UsageError(f"{option} takes the name of a variable, not a secret: {_ON_ARGV}")


def _parse_auth(auth: str) -> Json:
    """The Security Scheme Object (OpenAPI) of what `--auth` says."""
    if auth in ("bearer", "basic"):
        return {"type": "http", "scheme": auth}
    place, _, name = auth.partition(":")
    if place not in _PLACES or not name:
        raise click.UsageError(f"--auth {auth}: known are {_HOW}")
    return {"type": "apiKey", "in": place, "name": name}


def refuse_token(_: click.Context, __: click.Parameter, value: str | None) -> None:
    """Say how a token is given, to who gives it on the command line."""
    if value is not None:
        raise click.UsageError(f"--token: {_ON_ARGV}")


def redact_arguments(argv: Sequence[str]) -> tuple[str, ...]:
    """Redact the values of headers, which may be secret, in the recorded command."""
    words = ["apicheck", *argv[1:]]
    for index, word in enumerate(words):
        if word == "--header" and index + 1 < len(words):
            words[index + 1] = words[index + 1].partition(":")[0] + ": …"
        elif word.startswith("--header="):
            words[index] = word.partition(":")[0] + ": …"
    return tuple(os.fsencode(word).decode("utf-8", "replace") for word in words)
