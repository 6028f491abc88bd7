"""Serves an application of a project's own tests on loopback, from a thread of this process.

A socket, and no call of the application: what clients see of an API is also its connections, and
many checks are about these. One server serves both kinds, so that none of its habits looks like
the application's.
"""

from __future__ import annotations

import inspect
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_HOST = "127.0.0.1"
_PAUSE_S = 0.005

Application = Callable[..., Any]
"""An ASGI or a WSGI application."""


@contextmanager
def serve_application(application: Application) -> Iterator[str]:
    """Serve an application while the context lasts; its URL, without a path.

    Raises RuntimeError for an ASGI application that does not start.
    """
    import uvicorn
    from a2wsgi import WSGIMiddleware

    served = application if _is_asgi(application) else WSGIMiddleware(application)
    config = uvicorn.Config(served, log_level="critical", access_log=False, server_header=False)
    server = uvicorn.Server(config)
    with socket.create_server((_HOST, 0)) as listening:
        # Or head and body of each response lie 40 ms apart; asyncio sees to it for its own sockets.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started and thread.is_alive():  # uvicorn has no event for this
            time.sleep(_PAUSE_S)
        if not server.started:
            raise RuntimeError("the application does not start")
        try:
            yield f"http://{_HOST}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _is_asgi(application: Application) -> bool:
    called = getattr(application, "__call__", None)  # noqa: B004  (what a call of it calls)
    return any(map(inspect.iscoroutinefunction, (application, called))) or _takes_three(application)


def _takes_three(application: Application) -> bool:
    """Whether it takes what ASGI hands over (scope, receive, send); WSGI hands over two."""
    try:
        inspect.signature(application).bind(None, None, None)
    except (TypeError, ValueError):
        return False
    return True
