"""The same delivery in other bytes, and deliveries that a provider may send one day."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from apicheck.authoring import UNIQUE, Json, Request, pointers

_EVENT_NAMES = ("type", "event", "event_type", "eventType", "event_name", "topic")
_EVENT_FIELDS = ("-event", "-topic")
_UNKNOWN = "apicheck.unknown"
_LONG = 10_000
_EVENTS_AT_MOST = 50
_WORDS = "Zo\u00eb e\u0301 \u2603 \U0001f600 \u2028 \u6f22\u5b57"
"""A composed and a decomposed letter, characters of three and four bytes, a line separator."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A valid delivery. about: what is special about it."""

    name: str
    about: str
    request: Request


def list_variants(request: Request, event: str = "") -> Iterator[Variant]:
    """List what a receiver must take as it takes the usual delivery.

    event: JSON Pointer to the name of the event, "" for where it usually is.
    """
    yield Variant("usual", "it is the usual one", request)
    body = _parse(request)
    if not isinstance(body, Mapping) or not body:
        return
    for name, about, text in _spell(body):
        yield Variant(name, about, replace(request, body=text.encode()))
    more = {**body, "apicheck_member": {"new": True}}
    yield Variant(
        "unknown-member",
        "its body has a member that is new",
        replace(request, body=_dump(more).encode()),
    )
    yield from _rename_event(request, body, event)


def list_events(request: Request, examples: Sequence[Json], event: str = "") -> Iterator[Variant]:
    """List the other deliveries that the document shows, one for each name of an event.

    event: as in `list_variants`.
    """
    seen = {_name_event(_parse(request), event)}
    for body in examples[:_EVENTS_AT_MOST]:
        name = _name_event(body, event)
        if name and name not in seen:
            seen.add(name)
            changed = replace(request, body=_dump(body).encode())
            yield Variant(f"event-{name}", f"its event is {name}", changed)


def _name_event(body: Json, pointer: str) -> str:
    if not isinstance(body, Mapping):
        return ""
    place = _find_event(body, pointer)
    return str(pointers.at(body, place) or "") if place else ""


def _find_event(body: Mapping[str, Json], pointer: str) -> str:
    """Where the body names its event; "" where it does not."""
    usual = (f"/{name}" for name in _EVENT_NAMES if isinstance(body.get(name), str))
    return pointer or next(usual, "")


def distinguish(request: Request) -> Request:
    """The delivery with a body that no other delivery of any run has.

    A signature that covers the body alone is then that of no other delivery either.
    """
    body = _parse(request)
    if isinstance(body, Mapping):
        marked = _dump({**body, "apicheck_member": UNIQUE}).encode()
    else:
        marked = (request.body or b"") + f"&apicheck_member={UNIQUE}".encode()
    return replace(request, body=marked)


def lengthen(request: Request) -> Request:
    """The delivery with a text of its body made so long that it has 10 kB; itself without one."""
    body = _parse(request)
    place = next(_find_texts(body, ""), "")
    if not place:
        return request
    text = f"{pointers.at(body, place)} " * _LONG
    longer = pointers.with_value(body, place, text[:_LONG])
    return replace(request, body=_dump(longer).encode())


def enlarge(request: Request, size: int) -> Request:
    """The delivery with a body that is so many bytes longer; itself where it is no JSON object."""
    body = _parse(request)
    if not isinstance(body, Mapping):
        return request
    return replace(request, body=_dump({**body, "apicheck_member": "x" * size}).encode())


def fill(request: Request, size: int) -> Request:
    """The delivery with so many bytes in its body, by spaces; itself where it is no JSON object."""
    body = request.body or b""
    if not isinstance(_parse(request), Mapping):
        return request
    start = body.index(b"{") + 1
    return replace(request, body=body[:start] + b" " * (size - len(body)) + body[start:])


def _spell(body: Mapping[str, Json]) -> Iterator[tuple[str, str, str]]:
    """The body in other bytes: the same JSON, except for the words of one text."""
    plain = _dump(body)
    lines = json.dumps(body, indent=2) + "\n"
    yield "spaced", "its body has spaces and line feeds", lines
    yield "crlf", "lines of its body end in CRLF", lines.replace("\n", "\r\n")
    yield (
        "reordered",
        "its members come in another order",
        _dump(dict(reversed(list(body.items())))),
    )
    if "/" in plain:
        yield "slashes", r"slashes in its body are written \/", plain.replace("/", "\\/")
    place = next(_find_texts(body, ""), "")
    if place:
        changed = pointers.with_value(body, place, _WORDS)
        yield "unicode", "a text of its body is beyond ASCII", _dump(changed, ascii_only=False)
        yield "escapes", r"a text of its body is written in \u escapes", _dump(changed)


def _rename_event(request: Request, body: Mapping[str, Json], pointer: str) -> Iterator[Variant]:
    place = _find_event(body, pointer)
    fields = [name for name, _ in request.headers if name.lower().endswith(_EVENT_FIELDS)]
    if not place and not fields:
        return
    renamed = pointers.with_value(body, place, _UNKNOWN) if place else body
    changed = replace(request, body=_dump(renamed).encode())
    for name in fields:
        changed = changed.with_header(name, _UNKNOWN)
    yield Variant("unknown-event", "its event is of a kind that is new", changed)


def _find_texts(value: Json, at: str) -> Iterator[str]:
    """Pointers to texts of several words: no id, URL or word of a list is one."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _find_texts(inner, pointers.child_pointer(at, name))
    elif isinstance(value, str) and " " in value:
        yield at


def _parse(request: Request) -> Json:
    try:
        return json.loads(request.body or b"")
    except ValueError:
        return None


def _dump(value: Json, *, ascii_only: bool = True) -> str:
    return json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":"))
