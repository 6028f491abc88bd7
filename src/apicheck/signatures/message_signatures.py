"""HTTP Message Signatures (RFC 9421), with the body covered by Content-Digest (RFC 9530).

Algorithms: hmac-sha256, ed25519, ecdsa-p256-sha256, rsa-v1_5-sha256 (RFC 9421, section 3.3).

Options:
components  what must be covered, with spaces between (default `@method @target-uri
            content-digest`)
algorithm   one of those above (default hmac-sha256)
key         text or base64, as which a shared secret is used (default base64 where it is that)
keyid       of the key (default: whichever the signature names)
label       of the signature (default: any; `sig1` to sign)

A signature without `created`, where a tolerance is given, is as good as one of any time: it is
stale (RFC 9421, section 7.2.2).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import quote, unquote_plus, urlsplit

from apicheck.model.structured_fields import Bare, Item, parse_dictionary, write_member
from apicheck.signatures.delivery import (
    ABSENT,
    INVALID,
    STALE,
    VALID,
    Delivery,
    Parts,
    Signing,
)
from apicheck.signatures.keys import is_signed_by, read_private, read_public, sign_with

INPUT, SIGNATURE, DIGEST = "Signature-Input", "Signature", "Content-Digest"
LABEL = "sig1"
ALGORITHMS = ("hmac-sha256", "ed25519", "ecdsa-p256-sha256", "rsa-v1_5-sha256")
_COMPONENTS = "@method @target-uri content-digest"
_DIGESTS = {"sha-256": "sha256", "sha-512": "sha512"}
_OWS = re.compile(r"[ \t]*\r?\n[ \t]+")
_UNRESERVED = "!$'()*,-./:;?@_~"


def verify(signing: Signing, delivery: Delivery) -> str:
    """See `Scheme`. Invalid where a component is not covered that the options demand."""
    if not delivery.header(SIGNATURE) or not delivery.header(INPUT):
        return ABSENT
    try:
        inputs = parse_dictionary(delivery.header(INPUT) or "")
        sent = parse_dictionary(delivery.header(SIGNATURE) or "")
    except ValueError:
        return INVALID
    label = signing.option("label")
    names = [name for name in inputs if name in sent and name == (label or name)]
    if not names:
        return ABSENT
    found = {_judge(signing, delivery, inputs[name], sent[name].value) for name in names}
    return next(word for word in (VALID, STALE, INVALID) if word in found)


def sign(signing: Signing, delivery: Delivery) -> Delivery:
    """See `Scheme`. Adds Content-Digest where it is covered."""
    names = _list_components(signing)
    if DIGEST.lower() in names:
        delivery = delivery.with_headers((DIGEST, write_digest(delivery.body)))
    parameters: dict[str, Bare] = {"created": int(signing.now)}
    if signing.option("keyid"):
        parameters["keyid"] = signing.option("keyid")
    covered = Item(tuple(Item(name) for name in names), parameters)
    made = _sign(signing, build_base(delivery, covered))
    label = signing.option("label", LABEL)
    return delivery.with_headers(
        (INPUT, f"{label}={write_member(covered)}"),
        (SIGNATURE, f"{label}={write_member(Item(made))}"),
    )


def read(signing: Signing, delivery: Delivery) -> Parts:
    """See `Scheme`. The versions are the labels; the timestamp is `created` of the first."""
    try:
        sent = parse_dictionary(delivery.header(SIGNATURE) or "")
        inputs = parse_dictionary(delivery.header(INPUT) or "")
    except ValueError:
        return Parts()
    macs = tuple(
        (name, base64.b64encode(item.value).decode())
        for name, item in sent.items()
        if isinstance(item.value, bytes)
    )
    label = signing.option("label") or next(iter(inputs), "")
    created = inputs[label].parameters.get("created") if label in inputs else None
    return Parts(macs, None if created is None else str(created))


def write(signing: Signing, delivery: Delivery, parts: Parts) -> Delivery:
    """See `Scheme`. The timestamp becomes `created`, which is left out where it is None."""
    inputs = parse_dictionary(delivery.header(INPUT) or "")
    label = signing.option("label") or next(iter(inputs), LABEL)
    covered = inputs.get(label, Item(()))
    parameters = {name: value for name, value in covered.parameters.items() if name != "created"}
    written = write_member(Item(covered.value, parameters))
    if parts.timestamp is not None:
        written += f";created={parts.timestamp}"
    macs = ", ".join(f"{name or label}=:{mac}:" for name, mac in parts.macs)
    headers = [(INPUT, f"{label}={written}"), *([(SIGNATURE, macs)] if macs else [])]
    return delivery.without(SIGNATURE).with_headers(*headers)


def build_base(delivery: Delivery, covered: Item) -> bytes:
    """The signature base (RFC 9421, section 2.5). covered: the inner list of components.

    Raises ValueError for a component that the delivery lacks, that is named twice, or that is of
    a kind that is not supported (`sf`, `key`, `tr`, `req`).
    """
    lines: dict[str, str] = {}
    for component in _list_covered(covered):
        name = write_member(component)
        if name in lines:
            raise ValueError(f"{name} is covered twice")
        lines[name] = _find_value(delivery, component)
    lines['"@signature-params"'] = write_member(covered)
    return "\n".join(f"{name}: {value}" for name, value in lines.items()).encode("latin-1")


def write_digest(body: bytes) -> str:
    """Content-Digest of a body, by SHA-256."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def has_digest(delivery: Delivery) -> bool:
    """Whether Content-Digest is of this body, by SHA-256 or SHA-512, and by both where both are."""
    try:
        members = parse_dictionary(delivery.header(DIGEST) or "")
    except ValueError:
        return False
    known = {name: members[name].value for name in _DIGESTS if name in members}
    return bool(known) and all(
        isinstance(value, bytes)
        and hmac.compare_digest(value, hashlib.new(_DIGESTS[name], delivery.body).digest())
        for name, value in known.items()
    )


def _judge(signing: Signing, delivery: Delivery, covered: Item, signature: object) -> str:
    parameters = covered.parameters
    try:
        base = build_base(delivery, covered)
    except (ValueError, UnicodeError):
        return INVALID
    names = {_read_name(item) for item in _list_covered(covered)}
    fits = (
        isinstance(signature, bytes)
        and names >= set(_list_components(signing))
        and (DIGEST.lower() not in names or has_digest(delivery))
        and parameters.get("alg", _algorithm(signing)) == _algorithm(signing)
        and signing.option("keyid", str(parameters.get("keyid"))) == str(parameters.get("keyid"))
    )
    if not fits or not _is_signed(signing, signature, base):
        return INVALID
    return _judge_time(signing, parameters)


def _judge_time(signing: Signing, parameters: Mapping[str, Bare]) -> str:
    created, expires = (parameters.get(name) for name in ("created", "expires"))
    if not isinstance(created, int) or (expires is not None and not isinstance(expires, int)):
        return STALE
    if expires is not None and expires < signing.now:
        return STALE
    return VALID if abs(signing.now - created) <= signing.tolerance_s else STALE


def _sign(signing: Signing, base: bytes) -> bytes:
    if _algorithm(signing) == "hmac-sha256":
        return hmac.digest(_read_key(signing), base, hashlib.sha256)
    return sign_with(read_private(signing.secret), base)


def _is_signed(signing: Signing, signature: object, base: bytes) -> bool:
    assert isinstance(signature, bytes)  # the caller saw to it
    if _algorithm(signing) == "hmac-sha256":
        return hmac.compare_digest(signature, _sign(signing, base))
    try:
        return is_signed_by(read_public(signing.secret), signature, base)
    except ValueError:  # the secret is no key
        return False


def _algorithm(signing: Signing) -> str:
    algorithm = signing.option("algorithm", ALGORITHMS[0])
    if algorithm not in ALGORITHMS:
        raise ValueError(f"algorithm {algorithm!r} is none of {', '.join(ALGORITHMS)}")
    return algorithm


def _read_key(signing: Signing) -> bytes:
    if signing.option("key") != "text":
        try:
            return base64.b64decode(signing.secret, validate=True)
        except binascii.Error:
            pass
    return signing.secret.encode()


def _list_components(signing: Signing) -> list[str]:
    return signing.option("components", _COMPONENTS).lower().split()


def _find_value(delivery: Delivery, component: Item) -> str:
    """The value of a component (RFC 9421, sections 2.1 and 2.2). Raises ValueError."""
    name = _read_name(component)
    if name == "@query-param" and set(component.parameters) == {"name"}:
        return _find_query_parameter(delivery, str(component.parameters["name"]))
    if set(component.parameters) - {"bs"}:
        raise ValueError(f"{write_member(component)}: these parameters are not supported")
    if name.startswith("@"):
        return _derive(delivery, name)
    lines = [value for key, value in delivery.headers if key.lower() == name]
    if not lines:
        raise ValueError(f"the delivery has no {name}")
    values = [_OWS.sub(" ", line.strip(" \t")) for line in lines]
    if "bs" in component.parameters:
        return ", ".join(write_member(Item(value.encode("latin-1"))) for value in values)
    return ", ".join(values)


def _list_covered(covered: Item) -> tuple[Item, ...]:
    if isinstance(covered.value, tuple):
        return covered.value
    raise ValueError("the covered components are no inner list")


def _read_name(component: Item) -> str:
    if isinstance(component.value, str):
        return component.value
    raise ValueError("a component's name is a String")


def _derive(delivery: Delivery, name: str) -> str:
    """The value of a derived component (RFC 9421, section 2.2). Raises ValueError."""
    target = urlsplit(delivery.target)
    path = target.path or "/"
    query = f"?{target.query}"
    derived = {
        "@method": delivery.method,
        "@authority": (delivery.header("Host") or "").lower(),
        "@scheme": delivery.scheme,
        "@target-uri": f"{delivery.scheme}://{delivery.header('Host') or ''}{delivery.target}",
        "@request-target": delivery.target,
        "@path": path,
        "@query": query,
    }
    if name not in derived:
        raise ValueError(f"the component {name} is not supported")
    return derived[name]


def _find_query_parameter(delivery: Delivery, name: str) -> str:
    """The value of a query parameter, encoded anew (RFC 9421, section 2.2.8). Raises ValueError."""
    pairs = [pair.partition("=") for pair in urlsplit(delivery.target).query.split("&")]
    found = [value for key, _, value in pairs if unquote_plus(key) == unquote_plus(name)]
    if len(found) != 1:
        raise ValueError(f"the query has {name} {len(found)} times")
    return quote(unquote_plus(found[0]), safe=_UNRESERVED)
