"""Makes exchanges of recorded traffic, with its secrets taken out, as a run records them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from apicheck.model.exchange import (
    Caller,
    Credential,
    Exchange,
    Observation,
    Request,
    Response,
    Role,
    Transcript,
    TransportError,
    TransportErrorKind,
)
from apicheck.model.json import Json
from apicheck.model.operation import Operation, Spec
from apicheck.model.policy import Policy
from apicheck.model.recording import RecordedEntry, is_filtered
from apicheck.model.target import Secrets
from apicheck.probe import observe
from apicheck.probe.redactor import Redactor
from apicheck.probe.wire import BODY_CAP, WireResponse

RECORDING = "recording"
"""The probe of the one transcript that holds recorded traffic."""
_KIND = "RECORDED"
_UNAUTHORIZED = 401
_SHORTEST = 4
_PLACEHOLDER = "$APICHECK_"
"""Begins what stands for a secret in the recording of a run."""
_PARAMETER = re.compile(r'=\s*"?([^\s",;]{8,})')
_SECRET_PARAMETERS = frozenset({"key", "sig", "signature", "auth"})
_SECRET_FIELD = re.compile(
    r"auth|cookie|credential|key|pass|secret|session|signature|token", re.IGNORECASE
)
_SECRET_MEMBER = re.compile(
    r"(access|refresh|id)?_?token|(client_?)?secret|password|passwd|api_?key|client_assertion",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Imported:
    """Recorded traffic as a run would have it. secrets: what was taken out."""

    transcript: Transcript
    secrets: Secrets


def import_recording(
    entries: Sequence[RecordedEntry], base_url: str, spec: Spec, policy: Policy
) -> Imported:
    """Import the entries whose URL is below the base URL.

    What a recording cannot tell is not made up. Nobody knows whose requests it has, nor whether it
    has all of them, so every request has an identity of its own. A credential is bad where it was
    refused; a request without one is anonymous where it was refused, since browsers leave
    credentials out of recordings.
    """
    redactor = Redactor(Secrets({}))
    issuers = observe.find_issuers(spec, policy)
    keys = {s.parameter.lower() for s in spec.schemes.values() if s.kind == "apiKey"}
    chosen = sorted(
        (one for one in entries if is_below(one.url, base_url)), key=lambda one: one.started
    )
    routes = [(entry, find_operation(spec, entry, base_url)) for entry in chosen]
    issued: list[frozenset[str]] = []
    for entry, operation in routes:
        for secret in _find_sent(entry, keys):
            redactor.issue(secret, _KIND)
        pointers = issuers.get(operation.id if operation else "", frozenset())
        found = {secret for _, secret in observe.find_issued(_as_wire(entry), pointers)}
        found |= set(_find_cookies(entry.response_headers, "set-cookie"))
        issued.append(frozenset(redactor.issue(secret, _KIND) for secret in found))
    first = chosen[0].started if chosen else 0.0
    build = _Builder(redactor, base_url, first, keys)
    exchanges = tuple(
        build.exchange(number, entry, operation, handed_out)
        for number, ((entry, operation), handed_out) in enumerate(
            zip(routes, issued, strict=True), 1
        )
    )
    return Imported(Transcript(RECORDING, exchanges), redactor.all_secrets())


def is_below(url: str, base_url: str) -> bool:
    """Whether a URL is that of the API, or of something below it."""
    base = base_url.rstrip("/")
    return url == base or url.startswith((f"{base}/", f"{base}?"))


def find_operation(spec: Spec, entry: RecordedEntry, base_url: str) -> Operation | None:
    """The operation of a request: of those that fit, the one with the fewest parameters."""
    path = _cut_base(entry.url, base_url)
    fitting = [
        one
        for one in spec.operations
        if one.method == entry.method.upper() and _fits(one.path, path)
    ]
    return min(fitting, key=lambda one: one.path.count("{"), default=None)


def _fits(template: str, path: str) -> bool:
    parts = re.split(r"\{[^}]*\}", template)
    return re.fullmatch("[^/]+".join(map(re.escape, parts)), path) is not None


def _cut_base(url: str, base_url: str) -> str:
    """The path of a URL below the base URL."""
    return urlsplit(url.removeprefix(base_url.rstrip("/"))).path or "/"


@dataclass(frozen=True, slots=True)
class _Builder:
    """Builds exchanges. start: epoch seconds of the first. keys: names of API keys."""

    redactor: Redactor
    base_url: str
    start: float
    keys: frozenset[str] | set[str]

    def exchange(
        self,
        number: int,
        entry: RecordedEntry,
        operation: Operation | None,
        handed_out: frozenset[str],
    ) -> Exchange:
        wire, sent = _as_wire(entry), entry.started - self.start
        request = self._build_request(number, entry, operation)
        response, error = None, None
        seen: tuple[Observation, ...] = ()
        if entry.status:
            response = self._build_response(wire)
            ended = entry.started + entry.seconds
            seen = (
                *observe.observe_leaks(self.redactor, wire, handed_out),
                *observe.observe_date(wire, entry.started, ended),
            )
        else:
            error = TransportError(TransportErrorKind.OTHER, "the recording has no response")
        accepted = 200 <= entry.status < 400
        return Exchange(
            id=f"e{number}",
            request=request,
            response=response,
            error=error,
            sent_at=sent,
            received_at=sent + entry.seconds,
            role=Role.CONTROL if accepted else Role.TABLE,
            observations=seen,
        )

    def _build_request(
        self, number: int, entry: RecordedEntry, operation: Operation | None
    ) -> Request:
        hide = self.redactor.redact_text
        query = parse_qsl(
            urlsplit(entry.url).query, keep_blank_values=True, encoding="utf-8", errors="replace"
        )
        own = [(name, hide(value)) for name, value in entry.headers]
        credentials = [
            Credential("", "header", name, value)
            for name, value in own
            if name.lower() == "authorization" or name.lower() in self.keys
        ]
        names = {one.name for one in credentials}
        caller = Caller.AUTHENTICATED
        if entry.status == _UNAUTHORIZED:
            carries = credentials or any(_SECRET_FIELD.search(name) for name, _ in entry.headers)
            caller = Caller.BAD if carries else Caller.ANONYMOUS
        return Request(
            method=entry.method.upper(),
            path=hide(_cut_base(entry.url, self.base_url)),
            query=tuple((hide(name), hide(value)) for name, value in query),
            headers=tuple(pair for pair in own if pair[0] not in names),
            body=None if entry.body is None else self.redactor.redact(entry.body[:BODY_CAP]),
            credentials=tuple(credentials),
            operation=operation.id if operation else "",
            identity=f"recorded-{number}" if caller is Caller.AUTHENTICATED else "",
            caller=caller,
        )

    def _build_response(self, wire: WireResponse) -> Response:
        hide = self.redactor.redact
        return Response(
            status=wire.status,
            headers=tuple(
                (hide(name).decode("utf-8", "replace"), hide(value).decode("utf-8", "replace"))
                for name, value in wire.headers
            ),
            body=hide(wire.body),
            reason=hide(wire.reason).decode("utf-8", "replace"),
            truncated=wire.truncated,
        )


def _as_wire(entry: RecordedEntry) -> WireResponse:
    return WireResponse(
        status=entry.status,
        reason=entry.reason.encode("utf-8", "replace"),
        headers=tuple(
            (name.encode("utf-8", "replace"), value.encode("utf-8", "replace"))
            for name, value in entry.response_headers
        ),
        body=entry.response_body[:BODY_CAP],
        truncated=not entry.complete or len(entry.response_body) > BODY_CAP,
    )


def _find_sent(entry: RecordedEntry, keys: Iterable[str]) -> Iterator[str]:
    """What a request sends that is secret by its place or its name."""
    known = frozenset(keys)
    for name, value in entry.headers:
        if name.lower() == "cookie":
            continue
        if name.lower() in known or _SECRET_FIELD.search(name):
            yield from _split_credential(value)
    yield from _find_cookies(entry.headers, "cookie")
    query = dict(parse_qsl(urlsplit(entry.url).query, encoding="utf-8", errors="replace"))
    for name, value in query.items():
        oauth = name == "code" and "state" in query
        if name.lower() in known | _SECRET_PARAMETERS or _SECRET_MEMBER.fullmatch(name) or oauth:
            yield from _keep_long(value)
    yield from _find_in_body(entry.body or b"")
    if entry.complete:
        yield from _find_members(_read_json(entry.response_body), _SECRET_MEMBER)


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


def _find_cookies(headers: Iterable[tuple[str, str]], field: str) -> Iterator[str]:
    for name, value in headers:
        if name.lower() != field:
            continue
        pairs = value.split("\n") if field == "set-cookie" else value.split(";")
        for pair in pairs:
            cookie = pair.split(";")[0].partition("=")[2].strip().strip('"')
            yield from _keep_long(cookie)


def _find_in_body(body: bytes) -> Iterator[str]:
    value = _read_json(body)
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


def _read_json(body: bytes) -> Json:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
