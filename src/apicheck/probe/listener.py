"""Receives the target's webhooks: a small HTTP server that keeps each delivery."""

from __future__ import annotations

import re
import resource
import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from typing import Any, cast
from urllib.parse import urlsplit

from apicheck.model.errors import TargetError
from apicheck.model.received import parse_count
from apicheck.model.target import Listener
from apicheck.probe.clock import TargetClock
from apicheck.probe.closed_ports import ClosedPorts
from apicheck.signatures import Delivery

_BODY_CAP = 1024 * 1024
_KEPT = 1000
_CHUNK_SIZE = re.compile(r"[0-9A-Fa-f]{1,8}")
_SOCKET_TIMEOUT_S = 5.0
_FILES = 4096
_PAUSE_S = 0.01
_HELD_S = 60.0
_RESPONDED_WITHIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Reaction:
    """What the listener does with a delivery. status 0: it closes the connection, unanswered.

    location: of a redirect. hold: it first waits until the script collects the delivery a second
    time, or for as long as a slow receiver may take. pause_s: how long it takes for each response.
    closed: it refuses connections until the script says how to respond.
    """

    status: int = 200
    location: str = ""
    hold: bool = False
    pause_s: float = 0.0
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery as received, before redaction. status: of the response; 0: none.

    On the target's clock: at: seconds since the run began; epoch: epoch seconds.
    """

    delivery: Delivery
    status: int
    at: float
    epoch: float


@dataclass(slots=True)
class _Inbox:
    """What comes to one URL. responding: how many responses are due and not written yet."""

    reaction: Reaction = field(default_factory=Reaction)
    responding: int = 0
    arrivals: deque[Arrival] = field(default_factory=lambda: deque(maxlen=_KEPT))


class WebhookListener:
    """Receives webhooks. Each URL that it hands out belongs to one script."""

    def __init__(self, listener: Listener, clock: TargetClock) -> None:
        self._listener = listener
        self._clock = clock
        self._changed = threading.Condition()
        self._inboxes: dict[str, _Inbox] = {}
        self._server: _Server | None = None
        self._ports = ClosedPorts(listener.listen.rpartition(":")[0].strip("[]") or "127.0.0.1")

    @property
    def url(self) -> str:
        """The URL that the target calls, without the part that differs for each script.

        Starts to listen. Raises TargetError when it cannot.
        """
        if self._listener.public_url:
            self._ensure_started()
            return self._listener.public_url.rstrip("/")
        host, port = self._ensure_started().server_address[:2]
        name = "127.0.0.1" if host in ("0.0.0.0", b"0.0.0.0") else str(host)  # noqa: S104  (read, not bound)
        return f"http://{name}:{port}"

    def open_inbox(self, reaction: Reaction | None = None) -> dict[str, str]:
        """Make a new URL at this listener. Returns it with its path, which `collect` takes."""
        name = secrets.token_hex(8)
        base = self.url
        if reaction is not None and reaction.closed:
            base = f"{base.rpartition(':')[0]}:{self._ports.take(name)}"
        url = f"{base}/hooks/{name}"
        with self._changed:
            self._inboxes[name] = _Inbox(reaction or Reaction())
        return {"url": url, "path": urlsplit(url).path}

    def collect(
        self, path: str, count: int, within_s: float, respond: int | None
    ) -> tuple[Arrival, ...]:
        """Wait for `count` deliveries to a path. Returns those that came, oldest first, each once.

        They have got their responses, if those are due: a script may move the target's clock next,
        and a response that comes later came too late.
        respond: the status of the response to later deliveries, None for one as before. A delivery
        that is held is let go.
        """
        if respond is not None:
            self._ports.open(_read_name(path), self._ensure_started().process_request)
        with self._changed:
            inbox = self._inboxes.setdefault(_read_name(path), _Inbox())
            if respond is not None:
                inbox.reaction = Reaction(respond)
                self._changed.notify_all()
            self._changed.wait_for(lambda: len(inbox.arrivals) >= count, within_s)
            self._changed.wait_for(lambda: not inbox.responding, _RESPONDED_WITHIN_S)
            taken = tuple(inbox.arrivals)
            inbox.arrivals.clear()
        return taken

    def close(self) -> None:
        """Stop listening."""
        self._ports.close()
        with self._changed:
            server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
            server.thread.join()

    @contextmanager
    def accept(self, delivery: Delivery) -> Iterator[Reaction]:
        """Keep a delivery. Gives what is done with it in the context, once that is due."""
        with self._changed:
            inbox = self._inboxes.get(_read_name(delivery.target), _Inbox(Reaction(404)))
            reaction, now = inbox.reaction, self._clock.now()
            arrival = Arrival(delivery, reaction.status, now, self._clock.epoch())
            inbox.arrivals.append(arrival)
            at_once = not (reaction.hold or reaction.pause_s)
            inbox.responding += at_once
            self._changed.notify_all()
            if reaction.hold:
                self._changed.wait_for(lambda: inbox.reaction is not reaction, _HELD_S)
        time.sleep(reaction.pause_s)
        try:
            yield reaction
        finally:
            with self._changed:
                inbox.responding -= at_once
                self._changed.notify_all()

    def _ensure_started(self) -> _Server:
        with self._changed:
            if self._server is None:
                self._server = self._start()
            return self._server

    def _start(self) -> _Server:
        host, _, port = self._listener.listen.rpartition(":")
        try:
            server = _Server((host.strip("[]") or "127.0.0.1", int(port)))
        except (OSError, ValueError, OverflowError) as error:
            raise TargetError(
                f"[webhooks] listen: cannot listen at {self._listener.listen!r}: {error};"
                ' use "127.0.0.1:0" for any free port'
            ) from None
        server.listener = self
        server.thread = threading.Thread(
            target=server.serve_forever, args=(0.05,), name="apicheck-listener", daemon=True
        )
        server.thread.start()
        return server


def parse_chunk_size(line: str) -> int | None:
    """The size of a chunk by its line, which may have extensions (RFC 9112 section 7.1)."""
    digits = line.partition(";")[0].strip()
    return int(digits, 16) if _CHUNK_SIZE.fullmatch(digits) else None


def _read_name(target: str) -> str:
    return target.partition("?")[0].rstrip("/").rpartition("/")[2]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024
    """With the usual five, a burst of deliveries waits a second for its connections."""
    listener: WebhookListener
    thread: threading.Thread

    def __init__(self, address: tuple[str, int]) -> None:
        self._most = _count_allowed()
        self._lock = threading.Lock()
        self._since: dict[socket.socket, float] = {}
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread, once there are not too many.

        The run needs files as well. A sender that is slow gives way to those that wait.
        """
        while not self._admit(request):
            time.sleep(_PAUSE_S)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End a connection, and count it no more."""
        with self._lock:
            self._since.pop(request, None)
        super().shutdown_request(request)

    def _admit(self, request: socket.socket) -> bool:
        now = time.monotonic()
        with self._lock:
            if len(self._since) >= self._most:
                oldest, since = next(iter(self._since.items()))
                if now - since < _SOCKET_TIMEOUT_S:
                    return False
                del self._since[oldest]
                with suppress(OSError):
                    oldest.shutdown(socket.SHUT_RDWR)
            self._since[request] = now
        return True

    def handle_error(self, *_: object) -> None:
        """Say nothing of a sender that went away: what came in whole was kept."""


def _count_allowed() -> int:
    """How many connections may be open at once: half of the files that this process may have."""
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if most == resource.RLIM_INFINITY else min(_FILES, most)
    if files != resource.RLIM_INFINITY and files < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
            files = wanted
    return _FILES // 2 if files == resource.RLIM_INFINITY else min(files, _FILES) // 2


class _Lines(BufferedIOBase):
    """A connection, read by lines. last: the line read last; empty at the connection's end."""

    def __init__(self, stream: BufferedIOBase) -> None:
        self._stream = stream
        self.last = b""

    def readline(self, size: int | None = -1, /) -> bytes:
        self.last = self._stream.readline(-1 if size is None else size)
        return self.last

    def read(self, size: int | None = -1, /) -> bytes:
        return self._stream.read(size)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Handler(BaseHTTPRequestHandler):
    timeout = _SOCKET_TIMEOUT_S

    def setup(self) -> None:
        super().setup()
        self.rfile = self._lines = _Lines(self.rfile)

    def parse_request(self) -> bool:
        """Read the head. False when it is none, or when its sender stopped in the middle of it.

        The library takes a connection's end for the end of a head, and what had come by then
        for a delivery, which has no signature or half of one.
        """
        return super().parse_request() and bool(self._lines.last)

    def do_POST(self) -> None:
        """Accept any method alike: a check judges which one is right."""
        body = self._read_body()
        if body is None:
            self.close_connection = True
            return
        headers = tuple((str(name), str(value)) for name, value in self.headers.items())
        delivery = Delivery(self.command, self.path, headers, body)
        with cast("_Server", self.server).listener.accept(delivery) as reaction:
            self._respond(reaction)

    do_GET = do_PUT = do_PATCH = do_HEAD = do_DELETE = do_POST  # noqa: N815  (http.server calls these names)

    def _respond(self, reaction: Reaction) -> None:
        if not reaction.status:
            self.close_connection = True
            return
        self.send_response_only(reaction.status)
        if reaction.location:
            self.send_header("Location", reaction.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _read_body(self) -> bytes | None:
        """The whole body; None when it is too long or not framed as HTTP/1.1 requires."""
        try:
            if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
                return self._read_chunks()
            length = parse_count(self.headers.get("Content-Length") or "0")
            fits = length is not None and length <= _BODY_CAP
            return self._read_whole(length) if fits else None
        except (ValueError, OSError):
            return None

    def _read_whole(self, size: int | None) -> bytes:
        """So many bytes. Raises ValueError when the sender stops before."""
        data = self.rfile.read(size)
        if len(data) != size:
            raise ValueError("the sender stopped before the end of the body")
        return data

    def _read_chunks(self) -> bytes | None:
        body = bytearray()
        while True:
            size = parse_chunk_size(self.rfile.readline(64).decode("latin-1"))
            if size is None or len(body) + size > _BODY_CAP:
                return None
            body += self._read_whole(size)
            self.rfile.readline(64)
            if size == 0:
                return bytes(body)

    def log_message(self, *_: object) -> None:
        """Log nothing: headers may carry secrets."""
