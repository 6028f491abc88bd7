"""The lines of a journal: a transcript, an exchange, or a request that is about to be sent."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

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
    Via,
)
from apicheck.model.json import Json, write_json
from apicheck.model.verdict import (
    HarnessError,
    Inconclusive,
    NotTested,
    StopReason,
    Verdict,
)
from apicheck.probe.clock import Journey
from apicheck.requests.runs import split_runs

T = TypeVar("T")

VERSION = 2
_LONG_RUN, _LONGEST = 10_000, 100_000_000
_PRINTABLE = bytes(range(0x20, 0x7F))
_STOPS: Mapping[type[StopReason], Verdict] = {
    NotTested: Verdict.NOT_TESTED,
    Inconclusive: Verdict.INCONCLUSIVE,
    HarnessError: Verdict.ERROR,
}


@dataclass(frozen=True, slots=True)
class Begin:
    """Begins the part of a journal that one session writes. mark: of the values it makes unique."""

    mark: str


@dataclass(frozen=True, slots=True)
class Sending:
    """A request that may create something is about to be sent. id: of its exchange."""

    id: str
    request: str
    """Its method and path, in words."""


@dataclass(frozen=True, slots=True)
class Over:
    """An exchange is over. The transcripts that have it follow when they are complete."""

    exchange: Exchange


Line = Begin | Sending | Over | Journey | Transcript


def encode(line: Line, written: Mapping[str, Exchange]) -> bytes:
    """A line of JSON, with its line feed. written: exchanges before it, by id."""
    value: Json
    match line:
        case Begin(mark):
            value = {"journal": VERSION, "mark": mark}
        case Sending(name, request):
            value = {"sending": name, "request": request}
        case Journey(lead, away):
            value = {"clock": [lead, away]}
        case Over(exchange):
            value = {"exchange": _encode_exchange(exchange)}
        case _:
            value = _encode_transcript(line, written)
    return write_json(value) + b"\n"


def decode(line: bytes, known: Mapping[str, Exchange]) -> Line:
    """What one line says. known: exchanges of the lines before it, by id.

    Raises ValueError, KeyError, TypeError, AttributeError or RecursionError on anything else.
    """
    value = json.loads(line)
    if "journal" in value:
        if value["journal"] != VERSION:
            raise ValueError(f"its version is {value['journal']}, and not {VERSION}")
        return Begin(_text(value["mark"]))
    if "sending" in value:
        return Sending(_text(value["sending"]), _text(value["request"]))
    if "clock" in value:
        lead, away = value["clock"]
        return Journey(_number(lead), _number(away))
    if "exchange" in value:
        return Over(_decode_exchange(value["exchange"]))
    return Transcript(
        probe=_text(value["probe"]),
        exchanges=tuple(_find_exchange(item, known) for item in value["exchanges"]),
        attempt=_read(int, value["attempt"]),
        answers=tuple(value["answers"]),
        stopped_by=_decode_stop_reason(value["stopped_by"]),
        case=None if value["case"] is None else _text(value["case"]),
    )


def _encode_transcript(transcript: Transcript, written: Mapping[str, Exchange]) -> Json:
    return {
        "probe": transcript.probe,
        "attempt": transcript.attempt,
        "case": transcript.case,
        "stopped_by": _encode_stop_reason(transcript.stopped_by),
        "answers": transcript.answers,
        "exchanges": [_refer(item, written.get(item.id)) for item in transcript.exchanges],
    }


def _refer(item: Exchange, known: Exchange | None) -> Json:
    """The id of an exchange that is written; with what a script changed of it, or all of it."""
    if known is item or known == item:
        return item.id
    if known and known == replace(item, role=known.role, observations=known.observations):
        return {"id": item.id, **_encode_remarks(item)}
    return _encode_exchange(item)


def _find_exchange(value: Json, known: Mapping[str, Exchange]) -> Exchange:
    if isinstance(value, str):
        return known[value]
    if "request" in value:
        return _decode_exchange(value)
    return replace(known[value["id"]], **_decode_remarks(value))


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
        **_encode_remarks(item),
        "direction": item.direction.value,
        "sent_at": item.sent_at,
        "received_at": item.received_at,
        "request": _encode_request(item.request),
        "response": None if item.response is None else _encode_response(item.response),
        "error": None if item.error is None else [item.error.kind.value, item.error.message],
        "raw": _encode_body(item.raw),
    }


def _encode_remarks(item: Exchange) -> dict[str, Json]:
    return {
        "role": item.role.value,
        "observations": [[seen.name, seen.about, seen.value] for seen in item.observations],
    }


def _decode_remarks(value: Json) -> dict[str, Any]:
    return {
        "role": Role(value["role"]),
        "observations": tuple(Observation(*seen) for seen in value["observations"]),
    }


def _decode_exchange(value: Json) -> Exchange:
    error, response = value["error"], value["response"]
    return Exchange(
        id=_text(value["id"]),
        request=_decode_request(value["request"]),
        response=None if response is None else _decode_response(response),
        error=None
        if error is None
        else TransportError(TransportErrorKind(error[0]), _text(error[1])),
        sent_at=_number(value["sent_at"]),
        received_at=_number(value["received_at"]),
        **_decode_remarks(value),
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
        **({"via": [request.via.url, request.via.tls]} if request.via else {}),
        **({"version": request.version} if request.version else {}),
    }


def _decode_request(value: Json) -> Request:
    return Request(
        method=_text(value["method"]),
        path=_text(value["path"]),
        query=_decode_pairs(value["query"]),
        headers=_decode_pairs(value["headers"]),
        credentials=tuple(Credential(*map(_text, parts)) for parts in value["credentials"]),
        body=_decode_body(value["body"]),
        operation=_text(value["operation"]),
        identity=_text(value["identity"]),
        caller=Caller(value["caller"]),
        reserved=tuple(map(_text, value.get("reserved", ()))),
        via=Via(*map(_text, value["via"])) if "via" in value else None,
        version=_text(value.get("version", "")),
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
        status=_read(int, value["status"]),
        reason=_text(value["reason"]),
        headers=_decode_pairs(value["headers"]),
        body=_decode_body(value["body"]) or b"",
        truncated=_read(bool, value["truncated"]),
    )


def _decode_pairs(value: Json) -> Pairs:
    return tuple((_text(name), _text(text)) for name, text in value)


def _encode_body(data: bytes | None) -> Json:
    """Text where it is UTF-8, so that a journal can be read; base64 in an object otherwise.

    Of a character that is repeated for long, the count is written: a body of megabytes is that.
    """
    if data is None:
        return None
    *runs, (rest, _, _) = split_runs(data, _LONG_RUN, _PRINTABLE)
    if runs:
        encoded = [[_encode_body(text), one.decode(), times] for text, one, times in runs]
        return {"runs": encoded, "rest": _encode_body(rest)}
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def _decode_body(value: Json) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode()
    if "runs" in value:
        runs = [(_decode_body(text), one, times) for text, one, times in value["runs"]]
        if (total := sum(times for _, _, times in runs)) > _LONGEST:
            raise ValueError(f"characters are repeated {total} times")
        parts = [(text or b"") + _text(one)[:1].encode() * times for text, one, times in runs]
        return b"".join(parts) + (_decode_body(value["rest"]) or b"")
    return base64.b64decode(value["base64"], validate=True)


def _text(value: Json) -> str:
    return _read(str, value)


def _number(value: Json) -> float:
    number: float = _read((int, float), value)
    return number


def _read(kind: type[T] | tuple[type, ...], value: Json) -> T:
    if not isinstance(value, kind):
        raise TypeError
    return cast("T", value)
