"""Transcripts as JSON lines: one each, appended when it completes, readable after a kill.

An exchange that several transcripts share is written in the first of them, and named by its id
in the others.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from apicheck.model.codec import from_json, to_json
from apicheck.model.exchange import (
    Caller,
    Credential,
    Direction,
    Exchange,
    Observation,
    Pairs,
    Request,
    Response,
    Role,
    Transcript,
    TransportError,
    TransportErrorKind,
)
from apicheck.model.json import Json
from apicheck.model.verdict import (
    HarnessError,
    Inconclusive,
    NotTested,
    StopReason,
    Verdict,
)

_STOPS: Mapping[type[StopReason], Verdict] = {
    NotTested: Verdict.NOT_TESTED,
    Inconclusive: Verdict.INCONCLUSIVE,
    HarnessError: Verdict.ERROR,
}


class Journal:
    """Appends transcripts to a file, each flushed before the next; safe to share by threads.

    lost: called once, with why, when the file can no longer be written. Nothing is written then,
    and nothing raised: who plays is about to end in order.
    """

    def __init__(self, path: Path, lost: Callable[[str], None] | None = None) -> None:
        self._file = path.open("ab", buffering=0)
        self._lost = lost
        self._writable = True
        self._lock = threading.Lock()
        self._written: dict[str, Exchange] = {}

    def __call__(self, transcript: Transcript) -> None:
        """Append one transcript."""
        with self._lock:
            self._write(encode(transcript, self._written))
            self._written |= {exchange.id: exchange for exchange in transcript.exchanges}

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, line: bytes) -> None:
        rest = memoryview(line)
        try:
            while self._writable and rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            self._writable = False
            if self._lost is None:
                raise
            self._lost(f"the journal cannot be written: {error.strerror}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def read(path: Path) -> Iterator[Transcript]:
    """The transcripts of a journal. A torn last line, of a killed run, is skipped.

    Raises ValueError, which names the line, when another line cannot be read.
    """
    known: dict[str, Exchange] = {}
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                transcript = decode(line, known)
            except (ValueError, KeyError, TypeError) as error:
                if not line.endswith(b"\n"):
                    return
                raise ValueError(f"{path}:{number}: not a transcript: {error}") from None
            known |= {exchange.id: exchange for exchange in transcript.exchanges}
            yield transcript


def encode(transcript: Transcript, written: Mapping[str, Exchange]) -> bytes:
    """A transcript as one line of JSON, with its line feed. written: exchanges before it, by id."""
    value = {
        "probe": transcript.probe,
        "attempt": transcript.attempt,
        "case": transcript.case,
        "stopped_by": _encode_stop_reason(transcript.stopped_by),
        "answers": transcript.answers,
        "exchanges": [
            item.id if written.get(item.id) == item else _encode_exchange(item)
            for item in transcript.exchanges
        ],
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes, known: Mapping[str, Exchange]) -> Transcript:
    """The transcript of one line. known: exchanges of the lines before it, by id.

    Raises ValueError, KeyError or TypeError on anything else.
    """
    value = json.loads(line)
    return Transcript(
        probe=value["probe"],
        exchanges=tuple(
            known[item] if isinstance(item, str) else _decode_exchange(item)
            for item in value["exchanges"]
        ),
        attempt=value["attempt"],
        answers=tuple(value["answers"]),
        stopped_by=_decode_stop_reason(value["stopped_by"]),
        case=value["case"],
    )


def _encode_stop_reason(reason: StopReason | None) -> Json:
    if reason is None:
        return None
    return {"verdict": _STOPS[type(reason)].value, **to_json(reason)}


def _decode_stop_reason(value: Json) -> StopReason | None:
    if value is None:
        return None
    kinds = {verdict.value: kind for kind, verdict in _STOPS.items()}
    members = {name: item for name, item in value.items() if name != "verdict"}
    return from_json(kinds[value["verdict"]], members)


def _encode_exchange(item: Exchange) -> Json:
    return {
        "id": item.id,
        "role": item.role.value,
        "direction": item.direction.value,
        "sent_at": item.sent_at,
        "received_at": item.received_at,
        "request": _encode_request(item.request),
        "response": None if item.response is None else _encode_response(item.response),
        "error": None if item.error is None else [item.error.kind.value, item.error.message],
        "observations": [[seen.name, seen.about, seen.value] for seen in item.observations],
        "raw": _encode_body(item.raw),
    }


def _decode_exchange(value: Json) -> Exchange:
    error, response = value["error"], value["response"]
    return Exchange(
        id=value["id"],
        request=_decode_request(value["request"]),
        response=None if response is None else _decode_response(response),
        error=None if error is None else TransportError(TransportErrorKind(error[0]), error[1]),
        sent_at=value["sent_at"],
        received_at=value["received_at"],
        role=Role(value["role"]),
        observations=tuple(Observation(*seen) for seen in value["observations"]),
        direction=Direction(value["direction"]),
        raw=_decode_body(value["raw"]),
    )


def _encode_request(request: Request) -> Json:
    return {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": request.headers,
        "credentials": [[c.scheme, c.place, c.name, c.value] for c in request.credentials],
        "body": _encode_body(request.body),
        "operation": request.operation,
        "identity": request.identity,
        "caller": request.caller.value,
        **({"reserved": request.reserved} if request.reserved else {}),
    }


def _decode_request(value: Json) -> Request:
    return Request(
        method=value["method"],
        path=value["path"],
        query=_decode_pairs(value["query"]),
        headers=_decode_pairs(value["headers"]),
        credentials=tuple(Credential(*parts) for parts in value["credentials"]),
        body=_decode_body(value["body"]),
        operation=value["operation"],
        identity=value["identity"],
        caller=Caller(value["caller"]),
        reserved=tuple(value.get("reserved", ())),
    )


def _encode_response(response: Response) -> Json:
    return {
        "status": response.status,
        "reason": response.reason,
        "headers": response.headers,
        "body": _encode_body(response.body),
        "truncated": response.truncated,
    }


def _decode_response(value: Json) -> Response:
    return Response(
        status=value["status"],
        reason=value["reason"],
        headers=_decode_pairs(value["headers"]),
        body=_decode_body(value["body"]) or b"",
        truncated=value["truncated"],
    )


def _decode_pairs(value: Json) -> Pairs:
    return tuple((name, text) for name, text in value)


def _encode_body(data: bytes | None) -> Json:
    """Text where it is UTF-8, so that a journal can be read; base64 in an object otherwise."""
    if data is None:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def _decode_body(value: Json) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode()
    return base64.b64decode(value["base64"], validate=True)
