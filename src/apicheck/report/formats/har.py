"""Render the recorded exchanges as HAR 1.2, for viewers of traffic.

Secrets are placeholders, as they are in the journal. Members that begin with an underscore are of
apicheck: the format leaves them to tools.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, urlsplit

from apicheck.model.exchange import Direction, Exchange, Pairs, Request, Response, Transcript
from apicheck.model.json import Json
from apicheck.model.results import Results
from apicheck.report.times import locate_in_time, write_time

LISTENER = "http://webhook-listener.invalid"
"""Stands for the address of the listener, which the journal does not name."""
_HTTP = "HTTP/1.1"
_IN_A_URL = "%/:=&?~+!$,;'@()*"
"""Stands as it is in the path and the query of a URL (RFC 3986)."""


def render_har(results: Results, transcripts: Iterable[Transcript]) -> bytes:
    """Render every exchange once, in order of sending."""
    probes: dict[str, list[str]] = {}
    found: dict[str, Exchange] = {}
    for transcript in transcripts:
        for exchange in transcript.exchanges:
            found.setdefault(exchange.id, exchange)
            probes.setdefault(exchange.id, []).append(transcript.probe)
    ordered = sorted(found.values(), key=lambda one: (one.sent_at, one.id))
    name, _, version = results.run.tool.partition(" ")
    log = {
        "version": "1.2",
        "creator": {"name": name or "apicheck", "version": version},
        "comment": "Secrets are placeholders. Times are those of the target's clock.",
        "entries": [_build_entry(results, one, probes[one.id]) for one in ordered],
    }
    return json.dumps({"log": _clean(log)}).encode() + b"\n"


def _build_entry(results: Results, exchange: Exchange, probes: list[str]) -> dict[str, Json]:
    waited = max(0.0, exchange.received_at - exchange.sent_at) * 1000
    entry: dict[str, Json] = {
        "startedDateTime": write_time(locate_in_time(results.run, exchange.sent_at)),
        "time": waited,
        "request": _build_request(exchange, results.run.base_url),
        "response": _build_response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": waited, "receive": 0},
        "_apicheck": {
            "id": exchange.id,
            "role": exchange.role.value,
            "direction": exchange.direction.value,
            "operation": exchange.request.operation,
            "identity": exchange.request.identity,
            "probes": list(dict.fromkeys(probes)),
        },
    }
    if exchange.error is not None:
        entry["comment"] = f"{exchange.error.kind.value}: {exchange.error.message}"
    return entry


def _build_request(exchange: Exchange, base_url: str) -> Json:
    request = exchange.request
    headers = request.wire_headers
    built: dict[str, Json] = {
        "method": request.method,
        "url": _find_base(exchange, base_url).rstrip("/") + quote(request.wire_target, _IN_A_URL),
        "httpVersion": f"HTTP/{request.version}" if request.version else _HTTP,
        "cookies": [],
        "headers": _list_pairs(headers),
        "queryString": _list_pairs(_list_query(request)),
        "headersSize": -1,
        "bodySize": len(request.body or b""),
    }
    if request.body is not None:
        media = request.header("Content-Type") or ""
        text, encoding = _write_body(request.body)
        built["postData"] = {"mimeType": media, "text": text}
        if encoding:  # the format has it for responses alone
            built["postData"]["_encoding"] = encoding
    return built


def _find_base(exchange: Exchange, base_url: str) -> str:
    if exchange.direction is Direction.IN:
        return LISTENER
    return exchange.request.via.url if exchange.request.via else base_url


def _list_query(request: Request) -> Pairs:
    return tuple(parse_qsl(urlsplit(request.wire_target).query, keep_blank_values=True))


def _build_response(exchange: Exchange) -> Json:
    response = exchange.response or Response(0)
    text, encoding = _write_body(response.body)
    content: dict[str, Json] = {
        "size": len(response.body),
        "mimeType": response.header("content-type") or "",
        "text": text,
    }
    if encoding:
        content["encoding"] = encoding
    if response.truncated:
        content["comment"] = "the body was longer; this is its beginning"
    return {
        "status": response.status,
        "statusText": response.reason,
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": _list_pairs(response.headers),
        "content": content,
        "redirectURL": response.header("location") or "",
        "headersSize": -1,
        "bodySize": -1,
    }


def _list_pairs(pairs: Pairs) -> Json:
    return [{"name": name, "value": value} for name, value in pairs]


def _write_body(body: bytes) -> tuple[str, str]:
    """The text of a body and "", or its base64 and that word where it is no UTF-8."""
    try:
        return body.decode("utf-8"), ""
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), "base64"


def _clean(value: Json) -> Json:
    """The value without halves of characters, which JSON cannot hold: "?" stands for them."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(key): _clean(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    return value
