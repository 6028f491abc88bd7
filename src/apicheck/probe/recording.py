"""Makes exchanges of recorded traffic, with its secrets taken out, as a run records them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from apicheck.load.secrets import is_secret_field
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
from apicheck.model.operation import Operation, Spec
from apicheck.model.policy import Policy
from apicheck.model.recording import RecordedEntry
from apicheck.model.target import Secrets
from apicheck.probe import observe
from apicheck.probe.recorded_secrets import find_cookies, find_secrets
from apicheck.probe.redactor import Redactor
from apicheck.probe.wire import BODY_CAP, WireResponse

RECORDING = "recording"
"""The probe of the one transcript that holds recorded traffic."""
_KIND = "RECORDED"
_UNAUTHORIZED = 401


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
        for secret in find_secrets(entry, keys):
            redactor.issue(secret, _KIND)
        pointers = issuers.get(operation.id if operation else "", frozenset())
        found = {secret for _, secret in observe.find_issued(_as_wire(entry), pointers)}
        found |= set(find_cookies(entry.response_headers, "set-cookie"))
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
            carries = credentials or any(is_secret_field(name) for name, _ in entry.headers)
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
