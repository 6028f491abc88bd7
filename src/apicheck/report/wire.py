"""Show an exchange as visible text: start lines, headers and the start of the body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from apicheck.model.exchange import UNASKED, Direction, Exchange, Pairs, Role
from apicheck.report.bodies import find_guilty, lay_out
from apicheck.report.text import cut, decode_body, join_lines, make_visible
from apicheck.report.times import locate

BODY_SHOWN = 4 * 1024
HEADERS_SHOWN = 100
HEADER_SHOWN = 1024
_ROLES = {
    Role.TABLE: "test",
    Role.DRAWN: "test with a drawn value",
    Role.CONFIRM: "test, once more",
    Role.SHRINK: "test with a smaller value",
    Role.SETUP: "preparation",
    Role.CONTROL: "control",
    Role.CLEANUP: "clean-up",
}
"""Role -> what a reader takes from it; others are their own word."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a message. mark: "" | "mark" (the failure) | "absent" (what is missing)."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """An exchange for the template; every text in it is visible and capped."""

    id: str
    title: str
    about: str
    request: tuple[Line, ...]
    response: tuple[Line, ...]
    observations: tuple[str, ...] = ()


def show_exchange(
    exchange: Exchange,
    start: datetime | None,
    *,
    outcome: str = "",
    detail: str = "",
    about: Sequence[str] = (),
    laid_out: bool = True,
) -> Shown:
    """Show an exchange as lines, with a mark on what the outcome is about (a status, a header).

    A check judges the request of a webhook delivery, and the response otherwise.
    start: when the run began, None where that is not the clock of the exchange.
    about: further texts that may name the guilty part of a body.
    laid_out: whether JSON is laid out, which costs half a millisecond; the page's script does so
    with what it unpacks.
    """
    delivered = exchange.direction is Direction.IN
    judged, other = (outcome, detail), ("", "")
    words = tuple(filter(None, (detail, *about)))
    in_request = delivered or not (exchange.response and _names(exchange.response.body, words))
    return Shown(
        exchange.id,
        make_title(exchange),
        describe_context(exchange, start),
        _show_request(
            exchange, *(judged if delivered else other), words if in_request else (), laid_out
        ),
        _show_response(
            exchange, *(other if delivered else judged), () if in_request else words, laid_out
        ),
        tuple(join_lines(f"{o.name} {o.about}: {o.value}") for o in exchange.observations),
    )


def _names(body: bytes, words: Sequence[str]) -> bool:
    """Whether one of the words names a part of a body."""
    return bool(words and find_guilty(lay_out(body) or (), words))


def make_title(exchange: Exchange) -> str:
    """Describe the exchange in one line: "GET /contacts → 401 Unauthorized"."""
    via = exchange.request.via
    where = f"{via.url}{exchange.request.wire_target}" if via else exchange.request.wire_target
    tls = f" with TLS {via.tls}" if via and via.tls else ""
    request = join_lines(f"{exchange.request.method} {where}{tls}")
    return f"{cut(request, 160)} → {describe_response(exchange)}"


def describe_response(exchange: Exchange) -> str:
    """The status of a response in a phrase, or why none came."""
    if exchange.response is None:
        return exchange.error.kind.value if exchange.error else "no response"
    return join_lines(cut(f"{exchange.response.status} {exchange.response.reason}".strip(), 80))


def describe_context(exchange: Exchange, start: datetime | None) -> str:
    """Describe an exchange's role, caller, time and duration.

    The time is that of the target's clock, with the seconds since the run began.
    """
    role = _ROLES.get(exchange.role, exchange.role.value)
    role = "delivered" if exchange.direction is Direction.IN else role
    caller = exchange.request.identity or exchange.request.caller.value
    took = max(exchange.received_at - exchange.sent_at, 0.0) * 1000
    clock = exchange.travelled_to
    moved = f" · the target's clock at {clock:%Y-%m-%d %H:%M} UTC" if clock else ""
    when = f"+{exchange.sent_at:.3f} s"
    if start is not None:
        when = f"{locate(start, exchange.sent_at):%Y-%m-%d %H:%M:%S} UTC ({when})"
    return f"{role} · as {join_lines(caller)} · {when} · {took:.0f} ms{moved}"


def join_text(lines: tuple[Line, ...]) -> str:
    """Join the lines into one text, without those that mark something absent."""
    return "\n".join(line.text for line in lines if line.mark != "absent")


def _show_request(
    exchange: Exchange, outcome: str, detail: str, words: Sequence[str], laid_out: bool
) -> tuple[Line, ...]:
    if exchange.raw is not None:
        return _show_text(exchange.raw, truncated=False)
    request = exchange.request
    version = request.version or "1.1"
    start = join_lines(f"{request.method} {request.wire_target} HTTP/{version}")
    body = _show_body(request.body or b"", words, laid_out)
    pairs = request.wire_headers
    headers, missing = _show_headers(pairs, detail), _show_absent(pairs, outcome, detail)
    return (Line(start), *headers, *missing, *_separate(body))


def _show_response(
    exchange: Exchange, outcome: str, detail: str, words: Sequence[str], laid_out: bool
) -> tuple[Line, ...]:
    response = exchange.response
    if response is None:
        error = exchange.error
        text = f"{error.kind.value}: {error.message}" if error else "no response"
        return (Line(cut(make_visible(text), BODY_SHOWN), "mark"),)
    status = outcome == "accepted" or outcome.endswith("-status")
    start = Line(f"HTTP/1.1 {describe_response(exchange)}", "mark" if status else "")
    body = _show_body(response.body, words, laid_out, truncated=response.truncated)
    looked_at = "content-type" if "media-type" in outcome else detail
    if exchange.observed(UNASKED):
        body = (*body, Line("… bytes came behind the response that no request asked for"))
    headers = _show_headers(response.headers, looked_at)
    return (
        start,
        *headers,
        *_show_absent(response.headers, outcome, detail),
        *_separate(body),
    )


def _show_headers(pairs: Pairs, detail: str = "") -> tuple[Line, ...]:
    lines = [
        _show_header(name, value, "mark" if detail and name.lower() == detail.lower() else "")
        for name, value in pairs[:HEADERS_SHOWN]
    ]
    if len(pairs) > HEADERS_SHOWN:
        lines.append(Line(f"… and {len(pairs) - HEADERS_SHOWN} more headers"))
    return tuple(lines)


@lru_cache(maxsize=4096)
def _show_header(name: str, value: str, mark: str) -> Line:
    """Show a header field; most responses have the same ones."""
    return Line(cut(join_lines(f"{name}: {value}"), HEADER_SHOWN), mark)


def _show_absent(pairs: Pairs, outcome: str, detail: str) -> tuple[Line, ...]:
    if outcome != "absent" and not outcome.endswith("-absent"):
        return ()
    if not detail or " " in detail or any(name.lower() == detail.lower() for name, _ in pairs):
        return ()
    return (Line(f"{join_lines(detail)}: (absent)", "absent"),)


def _separate(body: tuple[Line, ...]) -> tuple[Line, ...]:
    return (Line(""), *body) if body else ()


def _show_body(
    body: bytes, words: Sequence[str], laid_out: bool, *, truncated: bool = False
) -> tuple[Line, ...]:
    """Show the start of a body; JSON is laid out, and what the words name in it is marked."""
    laid = lay_out(body) if laid_out and not truncated else None
    if laid is None:
        return _show_text(body, truncated=truncated)
    guilty = find_guilty(laid, words)
    lines: list[Line] = []
    shown = 0
    for number, line in enumerate(laid):
        text = cut(join_lines(line.text), BODY_SHOWN)
        shown += len(text)
        if shown > BODY_SHOWN and number:
            lines.append(Line(f"… {len(laid) - number} more lines, {len(body)} bytes in all"))
            break
        lines.append(Line(text, "mark" if line.pointer in guilty else ""))
    return tuple(lines)


def _show_text(body: bytes, *, truncated: bool) -> tuple[Line, ...]:
    if not body:
        return ()
    lines = decode_body(body[:BODY_SHOWN]).split("\n")
    if len(body) > BODY_SHOWN:
        lines.append(f"… {len(body) - BODY_SHOWN} more bytes recorded")
    if truncated:
        lines.append("… the response was longer; the recorder stopped here")
    return tuple(map(Line, lines))
