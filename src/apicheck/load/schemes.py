"""Security schemes of a target file, for documents that do not say how credentials are sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from apicheck.load.mistakes import drop_invalid
from apicheck.load.operations import read_scheme
from apicheck.load.reading import Node
from apicheck.model.operation import SecurityScheme, Spec

DEFAULT = "default"
"""The scheme of a target file that takes the place of every scheme of the document."""
_USUAL = {
    "bearer": SecurityScheme("bearer", "http", http_scheme="bearer"),
    "basic": SecurityScheme("basic", "http", http_scheme="basic"),
}


def find_schemes(
    settings: Node, spec: Spec, of_policy: Collection[str] = ()
) -> dict[str, SecurityScheme]:
    """The schemes that a target file adds to those of document and policy.

    Where none of the three names any, a token is sent as a bearer token, and a user with a
    password by Basic: an identity that is given is used.
    """
    written = {name: read_scheme(name, node) for name, node in settings.get("schemes", {}).items()}
    if DEFAULT in written and spec.schemes:
        return {**_replace_all(spec, written.pop(DEFAULT)), **written}
    if written or spec.schemes or of_policy:
        return written
    identities = settings.get("identities", {}).values()
    used = {_name_usual(identity) for identity in identities}
    used |= {"bearer"} if settings.get("mint") else set()
    return {name: scheme for name, scheme in _USUAL.items() if name in used}


def schemes_of_target(settings: Node, spec: Spec) -> dict[str, SecurityScheme]:
    """The schemes that a target file adds to those of the document; its mistakes are left out."""
    return find_schemes(drop_invalid("target", settings), spec)


def _replace_all(spec: Spec, scheme: SecurityScheme) -> dict[str, SecurityScheme]:
    """A scheme under each name of the document; the names' scopes are kept."""
    return {
        name: replace(scheme, name=name, scopes=named.scopes, token_url=named.token_url)
        for name, named in spec.schemes.items()
    }


def find_own_scheme(identity: Node, spec: Spec) -> str:
    """The Basic scheme of an identity that is a user with a password; "" for any other.

    Only where the schemes leave no doubt: one of them is Basic, and another is not.
    """
    basic = [name for name, scheme in spec.schemes.items() if scheme.http_scheme == "basic"]
    return basic[0] if _name_usual(identity) == "basic" and len(basic) == 1 else ""


def _name_usual(identity: Node) -> str:
    user = "user_env" in identity or "user_from" in identity
    return "basic" if user and not {"token_env", "token"} & set(identity) else "bearer"
