"""An exchange as text that may be looked at: start lines, headers and the start of the body."""

from __future__ import annotations

from dataclasses import dataclass

from apicheck.model.exchange import Direction, Exchange, Pairs
from apicheck.report.text import decode_body, join_lines, make_visible

BODY_SHOWN = 4 * 1024
HEADERS_SHOWN = 100
HEADER_SHOWN = 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a message. mark: "" | "mark" (look here) | "absent" (should be here)."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """An exchange, ready to be laid out; every text in it is visible and capped."""

    id: str
    title: str
    about: str
    request: tuple[Line, ...]
    response: tuple[Line, ...]
    observations: tuple[str, ...] = ()


def show_exchange(exchange: Exchange, *, outcome: str = "", detail: str = "") -> Shown:
    """An exchange as lines; what an outcome is about (a status, a header) is marked.

    In a delivery to us it is the request that is judged, otherwise the answer.
    """
    delivered = exchange.direction is Direction.IN
    judged, other = (outcome, detail), ("", "")
    return Shown(
        exchange.id,
        make_title(exchange),
        describe_sender(exchange),
        _request(exchange, *(judged if delivered else other)),
        _response(exchange, *(other if delivered else judged)),
        tuple(join_lines(f"{o.name} {o.about}: {o.value}") for o in exchange.observations),
    )


def make_title(exchange: Exchange) -> str:
    """The exchange in a line: "GET /contacts → 401 Unauthorized"."""
    asked = join_lines(f"{exchange.request.method} {exchange.request.wire_target}")
    return f"{_capped(asked, 160)} → {_answer(exchange)}"


def _answer(exchange: Exchange) -> str:
    if exchange.response is None:
        return exchange.error.kind.value if exchange.error else "no answer"
    return join_lines(_capped(f"{exchange.response.status} {exchange.response.reason}".strip(), 80))


def describe_sender(exchange: Exchange) -> str:
    """Why it was sent, as whom, when and for how long."""
    way = "delivered to us" if exchange.direction is Direction.IN else exchange.role.value
    who = exchange.request.identity or exchange.request.caller.value
    took = max(exchange.received_at - exchange.sent_at, 0.0) * 1000
    return f"{way} · as {join_lines(who)} · at +{exchange.sent_at:.3f} s · {took:.0f} ms"


def join_text(lines: tuple[Line, ...]) -> str:
    """The lines as one text; what is absent is not part of it."""
    return "\n".join(line.text for line in lines if line.mark != "absent")


def _request(exchange: Exchange, outcome: str, detail: str) -> tuple[Line, ...]:
    if exchange.raw is not None:
        return tuple(Line(line) for line in _body(exchange.raw, truncated=False))
    request = exchange.request
    start = join_lines(f"{request.method} {request.wire_target} HTTP/1.1")
    body = _body(request.body or b"", truncated=False)
    pairs = request.wire_headers
    headers, missing = _headers(pairs, detail), _absent(pairs, outcome, detail)
    return (Line(start), *headers, *missing, *_after_blank(body))


def _response(exchange: Exchange, outcome: str, detail: str) -> tuple[Line, ...]:
    response = exchange.response
    if response is None:
        error = exchange.error
        said = f"{error.kind.value}: {error.message}" if error else "no answer"
        return (Line(_capped(make_visible(said), BODY_SHOWN), "mark"),)
    status = outcome == "accepted" or outcome.endswith("-status")
    start = Line(f"HTTP/1.1 {_answer(exchange)}", "mark" if status else "")
    body = _body(response.body, truncated=response.truncated)
    looked_at = "content-type" if "media-type" in outcome else detail
    headers = _headers(response.headers, looked_at)
    return (start, *headers, *_absent(response.headers, outcome, detail), *_after_blank(body))


def _headers(pairs: Pairs, detail: str = "") -> tuple[Line, ...]:
    lines = [
        Line(
            _capped(join_lines(f"{name}: {value}"), HEADER_SHOWN),
            "mark" if detail and name.lower() == detail.lower() else "",
        )
        for name, value in pairs[:HEADERS_SHOWN]
    ]
    if len(pairs) > HEADERS_SHOWN:
        lines.append(Line(f"… and {len(pairs) - HEADERS_SHOWN} more headers"))
    return tuple(lines)


def _absent(pairs: Pairs, outcome: str, detail: str) -> tuple[Line, ...]:
    if outcome != "absent" and not outcome.endswith("-absent"):
        return ()
    if not detail or " " in detail or any(name.lower() == detail.lower() for name, _ in pairs):
        return ()
    return (Line(f"{join_lines(detail)}: (absent)", "absent"),)


def _after_blank(body: list[str]) -> tuple[Line, ...]:
    return (Line(""), *(Line(line) for line in body)) if body else ()


def _body(body: bytes, *, truncated: bool) -> list[str]:
    if not body:
        return []
    lines = decode_body(body[:BODY_SHOWN]).split("\n")
    if len(body) > BODY_SHOWN:
        lines.append(f"… {len(body) - BODY_SHOWN} more bytes recorded")
    if truncated:
        lines.append("… the answer went on; the recorder stopped here")
    return lines


def _capped(line: str, most: int) -> str:
    return line if len(line) <= most else line[: most - 1] + "…"
