"""Serves an application of a project's own tests on loopback, from a thread of this process.

A socket, and no call of the application: what clients see of an API is also its connections, and
many checks are about these. One server serves both kinds, so that none of its habits looks like
the application's.
"""

from __future__ import annotations

import inspect
import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from apicheck.model.errors import TargetUnreachable

if TYPE_CHECKING:
    import uvicorn

_HOST = "127.0.0.1"
_PAUSE_S = 0.005
_log = logging.getLogger(__name__)

Application = Callable[..., Any]
"""An ASGI or a WSGI application."""


@contextmanager
def serve_application(application: Application) -> Iterator[str]:
    """Serve an application while the context lasts; its URL, without a path.

    Raises TargetUnreachable for an ASGI application that does not start.
    """
    import uvicorn
    from a2wsgi import WSGIMiddleware

    served = _Watched(application if _is_asgi(application) else WSGIMiddleware(application))
    config = uvicorn.Config(served, log_level="critical", access_log=False, server_header=False)
    server = uvicorn.Server(config)
    with socket.create_server((_HOST, 0)) as listening:
        # Or head and body of each response lie 40 ms apart; asyncio sees to it for its own sockets.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        thread = threading.Thread(target=_run, args=(server, listening), daemon=True)
        thread.start()
        while not server.started and thread.is_alive():  # uvicorn has no event for this
            time.sleep(_PAUSE_S)
        if not server.started:
            raise TargetUnreachable(f"the application does not start: {served.refusal}")
        try:
            yield f"http://{_HOST}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _run(server: uvicorn.Server, listening: socket.socket) -> None:
    with suppress(SystemExit):  # of a server whose application does not start
        server.run([listening])


class _Watched:
    """An ASGI application, and what clients do not see: why it does not start, what it raises.

    Each place that raises is logged once, with its traceback, as many requests may lead there.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._logged: set[tuple[type[Exception], str, int]] = set()
        self.refusal = "it says no more"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def pass_on(message: Any) -> None:
            if message["type"] == "lifespan.startup.failed" and message.get("message"):
                self.refusal = message["message"]
            await send(message)

        try:
            await self._application(scope, receive, pass_on)
        except Exception as error:
            if scope["type"] == "http":
                self._log(error, f"{scope['method']} {scope['path']}")
            raise

    def _log(self, error: Exception, request: str) -> None:
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = (type(error), last.filename, last.lineno or 0)
        if place not in self._logged:
            self._logged.add(place)
            _log.error("the application raised at %r", request, exc_info=error)


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
