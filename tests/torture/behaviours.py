"""How a target may misbehave: parts of which the table of hostile targets is made."""

from __future__ import annotations

import gzip
import re
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache

from tests.torture.api import Behaviour, Reply, Turn, as_json

Edit = Callable[[Reply], Reply]
EVIL = "<script>evil()</script><img src=x onerror=evil()><svg onload=evil()>"
ANSI = "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x1b[0m"
BIDI = "\u202eevil\u2066\u200f"
MEGABYTE = b"a" * 1_000_000


def on_one(behave: Behaviour) -> Behaviour:
    """Only where one thing is read."""

    def only(turn: Turn) -> None:
        (behave if turn.reads_one else Turn.send)(turn)

    return only


def late(behave: Behaviour, after: int = 40) -> Behaviour:
    """Only after so many requests."""

    def only(turn: Turn) -> None:
        (behave if turn.number > after else Turn.send)(turn)

    return only


def says(*parts: bytes) -> Behaviour:
    """These bytes, then the connection ends."""
    return lambda turn: turn.say(*parts)


def edits(edit: Edit) -> Behaviour:
    return lambda turn: turn.send(edit(turn.reply))


def header(name: str, value: str) -> Behaviour:
    """A header field with this value, in place of an honest one."""
    return edits(lambda reply: reply.with_header(name, value))


def holds(content: object, status: int = 200, media: str = "application/json") -> Behaviour:
    """A body that is no honest one. Bytes are written as they are."""
    return edits(
        lambda reply: replace(
            reply, status=status, content=content, headers={**reply.headers, "Content-Type": media}
        )
    )


def member(text: str) -> Behaviour:
    """The honest object as JSON, with this text as the value of an additional member."""
    return edits(
        lambda reply: replace(reply, content=reply.body[:-1] + b', "more": ' + text.encode() + b"}")
    )


def raw_head(*lines: bytes, first: bytes = b"HTTP/1.1 200 Fine", end: bytes = b"\r\n") -> Behaviour:
    """The honest body below a head of these lines besides the honest ones; then the end."""

    def behave(turn: Turn) -> None:
        honest = turn.reply.head().split(b"\r\n")[1:-2]
        turn.say(end.join((first, *honest, *lines, b"", b"")), turn.reply.body)

    return behave


def framed(*lines: bytes, body: Callable[[bytes], bytes] = bytes) -> Behaviour:
    """The honest response with these lines in place of its Content-Length; then the end."""

    def behave(turn: Turn) -> None:
        head = turn.reply.head(length="")[:-2]
        turn.say(head, b"".join(line + b"\r\n" for line in lines), b"\r\n", body(turn.reply.body))

    return behave


def chunk(data: bytes, extension: bytes = b"") -> bytes:
    return b"%x%s\r\n%s\r\n" % (len(data), extension, data)


def chunked(write: Callable[[bytes], bytes]) -> Behaviour:
    return framed(b"Transfer-Encoding: chunked", body=write)


def encoded(coding: bytes, encode: Callable[[bytes], bytes]) -> Behaviour:
    """The honest body in a coding that nobody asked for."""
    return framed(b"Content-Encoding: " + coding, body=encode)


def pours(start: Callable[[Turn], bytes], parts: Iterable[bytes]) -> Behaviour:
    """A beginning, then many parts."""

    def behave(turn: Turn) -> None:
        turn.write(start(turn))
        for part in parts:
            turn.write(part)
        turn.close()

    return behave


def endless(part: bytes, pause_s: float = 0.0, *lines: bytes) -> Behaviour:
    """A body that never ends, below a head with these lines."""

    def behave(turn: Turn) -> None:
        turn.write(turn.reply.head(length="")[:-2], b"".join(one + b"\r\n" for one in lines))
        turn.write(b"\r\n")
        turn.for_ever(part, pause_s)

    return behave


def floods(part: bytes) -> Behaviour:
    """The same before the first line of a response, without end."""
    return lambda turn: turn.for_ever(part)


def drips(data: Callable[[Turn], bytes], pause_s: float = 1.0) -> Behaviour:
    """A byte at a time."""

    def behave(turn: Turn) -> None:
        for position in range(len(whole := data(turn))):
            turn.write(whole[position : position + 1])
            time.sleep(pause_s)

    return behave


def stops_in_body(turn: Turn) -> None:
    whole = turn.reply.encode()
    turn.say(whole[: len(whole) - len(turn.reply.body) // 2])


def twice(turn: Turn) -> None:
    """The honest response, and behind it one that nobody asked for."""
    evil = replace(turn.reply, status=200, content={"evil": True})
    turn.write(turn.reply.encode() + evil.encode())


def afterwards(turn: Turn) -> None:
    turn.send()
    time.sleep(0.03)
    turn.write(replace(turn.reply, status=401, content={"evil": True}).encode())


def closes(turn: Turn) -> None:
    turn.say(turn.reply.encode())


def half_closes(turn: Turn) -> None:
    turn.send()
    turn.connection.shutdown(1)
    turn.stay_silent()


@cache
def bomb(times: int = 1, size: int = 200_000_000) -> bytes:
    """Zeros in gzip, so many times over."""
    packer = zlib.compressobj(9, wbits=31)
    part = bytes(1_000_000)
    data = b"".join(packer.compress(part) for _ in range(size // len(part))) + packer.flush()
    for _ in range(times - 1):
        data = gzip.compress(data)
    return data


def refuses(status: int, **headers: str) -> Behaviour:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    problem = {"title": "Not now", "status": status}
    return edits(
        lambda reply: Reply(
            status,
            problem,
            {**reply.headers, "Content-Type": "application/problem+json", **named},
            reply.head_only,
        )
    )


def makes(name: str) -> Behaviour:
    """A creation whose response has this JSON text for an id."""

    def behave(turn: Turn) -> None:
        if turn.call.method == "POST" and turn.reply.status == 201:
            honest = turn.reply.content
            text = f'{{"name": "Ada", "size": 3, "made": "{honest["made"]}", "id": {name}}}'
            turn.send(replace(turn.reply, content=text.encode()))
        else:
            turn.send()

    return behave


def locates(where: str) -> Behaviour:
    """A creation whose Location leads there."""

    def behave(turn: Turn) -> None:
        made = turn.call.method == "POST" and turn.reply.status == 201
        turn.send(turn.reply.with_header("Location", where) if made else None)

    return behave


def redirects(where: str, status: int = 302) -> Behaviour:
    return edits(lambda reply: Reply(status, None, {**reply.headers, "Location": where}))


def raw_header(name: bytes, value: bytes) -> Behaviour:
    """A header field of any bytes, in place of the honest one."""

    def behave(turn: Turn) -> None:
        lines = turn.reply.head().split(b"\r\n")
        kept = [one for one in lines if not one.lower().startswith(name.lower() + b":")]
        turn.write(b"\r\n".join((*kept[:-2], name + b": " + value, b"", b"")))
        turn.write(b"" if turn.reply.head_only else turn.reply.body)

    return behave


def only(wanted: Callable[[Turn], bool], behave: Behaviour) -> Behaviour:
    return lambda turn: (behave if wanted(turn) else Turn.send)(turn)


def on_read(behave: Behaviour) -> Behaviour:
    """Only where things are listed, or one is read."""
    return only(lambda turn: turn.call.method == "GET" and turn.reply.status == 200, behave)


def on_old(behave: Behaviour) -> Behaviour:
    """Only where the deprecated operation succeeds."""
    return only(lambda t: t.call.target == "/old-things" and t.reply.status == 200, behave)


def on_401(behave: Behaviour) -> Behaviour:
    """Only where a credential is refused."""
    return only(lambda turn: turn.reply.status == 401, behave)


def with_bytes(edit: Callable[[bytes], bytes]) -> Behaviour:
    """The honest body, edited."""
    return edits(lambda reply: replace(reply, content=edit(reply.body)))


def with_member(name: str, text: str) -> Behaviour:
    """The honest object, with this JSON text as the value of one of its members."""

    def edit(reply: Reply) -> Reply:
        others = {key: value for key, value in reply.content.items() if key != name}
        body = as_json(others)[:-1] + f', "{name}": {text}}}'.encode()
        return replace(reply, content=body)

    return edits(edit)


def without(name: str) -> Behaviour:
    """The honest response without a header field."""
    return lambda turn: turn.write(
        re.sub(rf"\r\n{name}:[^\r]*".encode(), b"", turn.reply.head())
        + (b"" if turn.reply.head_only else turn.reply.body)
    )


def defaces(turn: Turn) -> None:
    """Whoever is refused gets script, escapes and marks of direction."""
    if turn.reply.status >= 400:
        content = {"title": EVIL + ANSI + BIDI, "status": turn.reply.status}
        turn.send(replace(turn.reply, content=content))
    else:
        turn.send()


def other_response() -> Behaviour:
    """Each request gets the response to the one before."""
    before: list[Reply] = []

    def behave(turn: Turn) -> None:
        before.append(turn.reply)
        turn.send(replace(before[max(0, len(before) - 2)], head_only=turn.reply.head_only))

    return behave


def echoes(write: Callable[[str], str]) -> Behaviour:
    """The credential comes back in a body, in a header field and in a field's name."""

    def behave(turn: Turn) -> None:
        token = write(turn.call.headers.get("authorization", "").removeprefix("Bearer "))
        content = turn.reply.content
        if turn.reply.status == 200 and isinstance(content, dict) and token:
            turn.send(
                replace(
                    turn.reply,
                    content={**content, "more": f"you sent {token}", token: 1},
                    headers={**turn.reply.headers, "X-Sent": token, f"X-{token}": "1"},
                )
            )
        else:
            turn.send()

    return behave


def in_pieces(turn: Turn) -> None:
    """The beginning of the credential over and over, then the credential, a byte for each chunk."""
    token = turn.call.headers.get("authorization", "").removeprefix("Bearer ")
    if not turn.reads_one:
        turn.send()
        return
    body = as_json({"a": token[:12] * 15_000})[:-2] + f'{token}"}}'.encode()
    parts = [body[:-40], *(body[at : at + 1] for at in range(len(body) - 40, len(body)))]
    turn.write(turn.reply.head(length="", Transfer_Encoding="chunked"))
    turn.write(*(chunk(part) for part in parts), b"0\r\n\r\n")
