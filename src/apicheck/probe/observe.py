"""Computes what must be known of secrets and raw bytes, as the record will hold neither."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from urllib.parse import parse_qsl, urlsplit

from apicheck import signatures
from apicheck.model.exchange import Caller, Observation, Request
from apicheck.model.facts import Signature
from apicheck.model.json import Json, members_of, parse_json, tokens
from apicheck.model.operation import Spec
from apicheck.model.policy import Policy
from apicheck.model.received import is_text, parse_date
from apicheck.probe.json_web_tokens import is_jwt, is_same_token
from apicheck.probe.placeholders import expand, placeholders_in
from apicheck.probe.redactor import Redactor
from apicheck.probe.wire import WireResponse

Pointer = tuple[str, ...]
"""Keys from the root of a body to a value; "*" is every element of a list."""

TOKENS = frozenset({("access_token",), ("refresh_token",)})
"""Where OAuth puts its tokens (RFC 6749 section 5.1), in the response of any operation."""

_IN_REDIRECTS = ("code", "access_token", "id_token")
_SHORTEST_ISSUED = 8  # a shorter value is a word, and hiding it would hide that word everywhere
_LONGEST_ISSUED = 8192  # a longer one is no credential: it would not fit into a header field
_MOST_ISSUED = 32  # by one response
_DEEPEST = 12  # schemas may be recursive
_NOTED_S = 1.0
_PREFERENCE = {"valid": 0, "stale": 1, "downgraded": 2, "invalid": 3, "absent": 4}


def find_issuers(spec: Spec, policy: Policy) -> Mapping[str, frozenset[Pointer]]:
    """Where responses carry new secrets, by operationId.

    These are secrets of webhook subscriptions, properties that the document gives the format
    `password`, and credentials that the policy says an operation issues.
    """
    found: dict[str, set[Pointer]] = {}
    for operation in spec.operations:
        for response in operation.responses:
            for media in response.media:
                pointers = set(_find_passwords(spec.document, media.schema, (), 0))
                if pointers:
                    found.setdefault(operation.id, set()).update(pointers)
    for operation_id, pointer in find_webhook_secrets(policy).items():
        found.setdefault(operation_id, set()).add(pointer)
    for operation_id, issued in policy.facts.authentication.issued.items():
        found.setdefault(operation_id, set()).add(tuple(tokens(issued.value)))
    return {operation_id: frozenset(pointers) for operation_id, pointers in found.items()}


def find_webhook_secrets(policy: Policy) -> Mapping[str, Pointer]:
    """Where responses carry the secret that signs webhooks, by operationId."""
    webhooks = policy.facts.webhooks
    subscriptions = getattr(webhooks, "subscriptions", None)
    if subscriptions is None or not subscriptions.secret:
        return {}
    pointer = tuple(subscriptions.secret.strip("/").split("/"))
    makers = (subscriptions.create, subscriptions.rotate)
    return {operation_id: pointer for operation_id in makers if operation_id}


def _find_passwords(document: Json, schema: Json, at: Pointer, depth: int) -> Iterator[Pointer]:
    """Where a schema says `format: password`, down to a fixed depth."""
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/"):
        target = document
        for key in tokens(reference[1:]):
            target = target.get(key) if isinstance(target, Mapping) else None
        yield from _find_passwords(document, target, at, depth + 1)
    if schema.get("format") == "password":
        yield at
    for key in ("allOf", "oneOf", "anyOf"):
        for part in schema.get(key) or ():
            yield from _find_passwords(document, part, at, depth + 1)
    properties = schema.get("properties")
    for name, part in members_of(properties).items():
        yield from _find_passwords(document, part, (*at, str(name)), depth + 1)
    yield from _find_passwords(document, schema.get("items"), (*at, "*"), depth + 1)


def find_issued(
    response: WireResponse, pointers: Iterable[Pointer]
) -> Iterator[tuple[Pointer, str]]:
    """The secrets that a successful response hands out, each with its place.

    pointers: the places beside `TOKENS`.
    """
    if not 200 <= response.status < 300:
        return
    wanted = [
        pointer
        for pointer in {*pointers, *TOKENS}
        if pointer[-1] == "*" or pointer[-1].encode() in response.body
    ]
    if not wanted:
        return
    found = _select_credentials(parse_json(response.body), wanted)
    yield from islice(found, _MOST_ISSUED)


def find_issued_code(request: Request, response: WireResponse) -> Iterator[str]:
    """What the redirect of an authorization response hands out (RFC 6749, section 4.1.2).

    An authorization request is known by its `response_type`.
    """
    if "response_type" not in dict(request.query) or not 300 <= response.status < 400:
        return
    try:
        parts = urlsplit(response.first_field(b"location").decode("latin-1"))
    except ValueError:
        return
    for name, value in parse_qsl(f"{parts.query}&{parts.fragment}"):
        if name in _IN_REDIRECTS and _SHORTEST_ISSUED <= len(value) <= _LONGEST_ISSUED:
            yield value


def _select_credentials(body: Json, pointers: Iterable[Pointer]) -> Iterator[tuple[Pointer, str]]:
    for pointer in pointers:
        for value in _find_values(body, pointer):
            fits = isinstance(value, str) and _SHORTEST_ISSUED <= len(value) <= _LONGEST_ISSUED
            if fits and is_text(value):
                yield pointer, value


def _find_values(value: Json, pointer: Pointer) -> Iterator[Json]:
    if not pointer:
        yield value
    elif pointer[0] == "*" and isinstance(value, list):
        for item in value:
            yield from _find_values(item, pointer[1:])
    elif isinstance(value, Mapping) and pointer[0] in value:
        yield from _find_values(value[pointer[0]], pointer[1:])


def observe_leaks(
    secrets: Redactor, response: WireResponse, handed_out: frozenset[str]
) -> Iterator[Observation]:
    """Secrets that a response repeats, except those that it hands out by design."""
    places = [("body", response.body)]
    if secrets.find(response.join_head()):  # seldom, and a head has many parts
        places.append(("reason", response.reason))
        places += [(f"header {name.decode('latin-1')}", value) for name, value in response.headers]
    seen: set[tuple[str, str]] = set()
    for where, data in places:
        for found in secrets.find(data):
            value = where if found.whole else f"{where}, a piece"
            if found.placeholder in handed_out or (found.placeholder, value) in seen:
                continue
            seen.add((found.placeholder, value))
            yield Observation("leaks", found.placeholder, value)


def observe_date(response: WireResponse, sent: float, received: float) -> Iterator[Observation]:
    """How many seconds the Date of a response lies outside the time from sent to received.

    Date has whole seconds only. sent, received: epoch seconds by the true clock.
    """
    stamp = parse_date(response.first_field(b"date").decode("latin-1"))
    if stamp is None:
        return
    differs = min(0.0, stamp + 1 - sent) + max(0.0, stamp - received)
    if abs(differs) >= _NOTED_S:
        yield Observation("date-differs", "", f"{differs:.0f}")


def observe_equality(secrets: Redactor, request: Request) -> Iterator[Observation]:
    """Bad credentials that equal a valid one, such as digits alone with their case swapped.

    Basic credentials are equal when a lenient decoder of base64, which many servers have, reads
    the same user and password. A cookie ends at a semicolon and may stand in quotes
    (RFC 6265, section 4.1.1).
    """
    if request.caller is not Caller.BAD:
        return
    live = secrets.live
    for credential in request.credentials:
        sent = expand(credential.value, live)
        words = {sent, sent.rpartition(" ")[2]}
        if credential.place == "cookie":
            words.add(sent.partition(";")[0].strip().strip('"'))
        jwts = [word for word in words if is_jwt(word)]
        candidates = placeholders_in(credential.value) or tuple(live)
        for placeholder in dict.fromkeys(candidates):
            secret = live.get(placeholder, "")
            same_pair = _is_basic(sent) and _read_pairs(sent[6:]) & _read_pairs(secret)
            is_same = secret in words or any(is_same_token(jwt, secret) for jwt in jwts)
            if same_pair or is_same:
                yield Observation("equals", placeholder, f"{credential.place} {credential.name}")


def _is_basic(sent: str) -> bool:
    return sent[:6].lower() == "basic "


def _read_pairs(text: str) -> frozenset[bytes]:
    """The pairs of user and password that decoders of base64 may read in a text.

    RFC 4648, section 3.3, lets other specifications ignore foreign characters. Decoders do so;
    they also accept the URL-safe alphabet and ignore half a byte at the end.
    """
    kept = text.partition("=")[0]
    read = (
        re.sub(r"[^A-Za-z0-9+/]", "", one) for one in (kept, kept.translate({45: "+", 95: "/"}))
    )
    whole = (one[: len(one) - (len(one) % 4 == 1)] for one in read)
    pairs = (base64.b64decode(one + "=" * (-len(one) % 4)) for one in whole)
    return frozenset(pair for pair in pairs if b":" in pair)


def observe_signature(
    signature: Signature,
    delivery: signatures.Delivery,
    known: Mapping[str, str],
    contexts: tuple[Mapping[str, str], ...],
    now: float,
) -> Iterator[Observation]:
    """Whether a delivery is signed correctly, for each secret that may have signed it.

    known: placeholder -> webhook secret. contexts: alternatives, of which one may fit.
    """
    for placeholder, secret in known.items():
        words = [
            _verify(signature, secret, delivery, now, context) for context in contexts or ({},)
        ]
        best = min(words, key=lambda word: _PREFERENCE.get(word, len(_PREFERENCE)))
        yield Observation("signature", placeholder, best)


def _verify(
    signature: Signature,
    secret: str,
    delivery: signatures.Delivery,
    now: float,
    context: Mapping[str, str],
) -> str:
    try:
        return signatures.verify(signature, secret, delivery, now=now, context=context)
    except (KeyError, ValueError, ArithmeticError):
        return "invalid"
