"""Serves an application of a project's own tests on loopback, from a thread of this process."""

from __future__ import annotations

import inspect
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

_HOST = "127.0.0.1"
_PAUSE_S = 0.005

Application = Callable[..., Any]
"""An ASGI or a WSGI application."""


@contextmanager
def serve_application(application: Application) -> Iterator[str]:
    """Serve an application while the context lasts; its URL, without a path.

    Raises RuntimeError for an ASGI application that does not start.
    """
    serve = _serve_asgi if _is_asgi(application) else _serve_wsgi
    with serve(application) as url:
        yield url


def _is_asgi(application: Application) -> bool:
    called = getattr(application, "__call__", None)  # noqa: B004  (what a call of it calls)
    return any(map(inspect.iscoroutinefunction, (application, called)))


@contextmanager
def _serve_asgi(application: Application) -> Iterator[str]:
    import uvicorn

    config = uvicorn.Config(application, log_level="critical", access_log=False)
    server = uvicorn.Server(config)
    with socket.create_server((_HOST, 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started and thread.is_alive():  # uvicorn has no event for this
            time.sleep(_PAUSE_S)
        if not server.started:
            raise RuntimeError("the application does not start")
        try:
            yield _name(listening)
        finally:
            server.should_exit = True
            thread.join()


class _Quiet(WSGIRequestHandler):
    """Logs nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its signature)
        """Log nothing."""


class _Threaded(ThreadingMixIn, WSGIServer):
    """Serves each request in a thread."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Log nothing: the client sees a closed connection."""


@contextmanager
def _serve_wsgi(application: Application) -> Iterator[str]:
    with _Threaded((_HOST, 0), _Quiet) as server:
        server.set_app(application)
        thread = threading.Thread(target=server.serve_forever, args=(_PAUSE_S,), daemon=True)
        thread.start()
        try:
            yield _name(server.socket)
        finally:
            server.shutdown()
            thread.join()


def _name(listening: socket.socket) -> str:
    return f"http://{_HOST}:{listening.getsockname()[1]}"
