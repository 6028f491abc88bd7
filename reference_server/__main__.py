"""`python -m reference_server`: serve a profile and its control plane on loopback."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import socket
import ssl
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from apicheck.model.errors import ApicheckError
from apicheck.model.json import Json
from reference_server.app import build_api
from reference_server.call import PLAIN, TLS
from reference_server.control import build_control
from reference_server.document.profile import LOWERED, MANY, read_profile
from reference_server.faults.catalogue import catalogue, select
from reference_server.state.server_state import ServerState, name_region
from reference_server.state.tls import listen_with
from reference_server.target_file import Addresses, write_target

_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket with the application behind it. context: for one that speaks TLS."""

    application: ASGIApp
    socket: socket.socket
    context: ssl.SSLContext | None = None

    @property
    def url(self) -> str:
        """Where clients reach it."""
        scheme = "https" if self.context else "http"
        return f"{scheme}://{_HOST}:{self.socket.getsockname()[1]}"


def main(arguments: list[str] | None = None) -> int:
    """Serve until a signal comes, or until stdin ends with --stdin-watch."""
    options = _build_parser().parse_args(arguments)
    try:
        profile = read_profile(options.profile, lowers_limits=options.lower_limits)
        server = ServerState(profile, options.seed)
    except ApicheckError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    try:
        server.switch(select(options.fault))
    except KeyError as error:
        known = ", ".join(catalogue())
        sys.stderr.write(f"there is no fault {error}; there are: {known}\n")
        return 2
    try:
        listeners = {
            "": Listener(build_api(server), _listen(options.port)),
            "control": Listener(build_control(server), _listen(options.control_port)),
            **_build_entries(server),
        }
    except (OSError, OverflowError) as error:
        ports = f"{options.port} and {options.control_port}"
        sys.stderr.write(f"cannot listen on {_HOST}, ports {ports}: {error}\n")
        return 2
    urls = {name: listener.url for name, listener in listeners.items()}
    server.tls_url = urls.get(TLS, "")
    addresses = Addresses(urls.pop(""), urls.pop("control"), urls)
    if options.write_target:
        try:
            write_target(Path(options.write_target), server, addresses)
        except OSError as error:
            sys.stderr.write(f"cannot write {options.write_target}: {error.strerror}\n")
            return 2
    gc.freeze()  # what serves is there to the end
    line = {
        "base_url": addresses.base,
        "control_url": addresses.control,
        "target": options.write_target,
        "entries": addresses.entries,
    }
    with suppress(KeyboardInterrupt):  # uvicorn raises SIGINT again when it has ended
        asyncio.run(_serve(tuple(listeners.values()), line, watch=options.stdin_watch))
    return 0


def _build_entries(server: ServerState) -> dict[str, Listener]:
    """Build the listeners by which the policy lets clients come, or refuses to.

    One by TLS, one by plain HTTP, and one by TLS for the host of each region.
    """
    if server.tls is None:
        return {}

    def build(entry: str) -> Listener:
        assert server.tls is not None
        secure = None if entry == PLAIN else listen_with(server.tls, entry, server.faults_in_force)
        return Listener(build_api(server, entry), _listen(0), secure)

    regions = map(name_region, server.profile.facts.transport.hosts)
    return {entry: build(entry) for entry in (TLS, PLAIN, *regions)}


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m reference_server", description=__doc__)
    parser.add_argument("--profile", required=True, help="a profile's directory, or its name")
    parser.add_argument("--port", type=int, default=0, help="of the API; 0: any free one")
    parser.add_argument("--control-port", type=int, default=0, help="of the control plane")
    parser.add_argument("--fault", action="append", default=[], help="a fault to begin with")
    parser.add_argument("--write-target", help="write an apicheck.toml that fits this server")
    parser.add_argument("--seed", type=int, help="make the same credentials every time")
    lowered = f"limits above {MANY} are {LOWERED}, and the target file says so"
    parser.add_argument("--lower-limits", action="store_true", help=lowered)
    parser.add_argument("--stdin-watch", action="store_true", help="stop when stdin ends")
    return parser


def _listen(port: int) -> socket.socket:
    # The protocol is named because asyncio sets TCP_NODELAY only on sockets that name it.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((_HOST, port))
    made.listen(512)
    return made


async def _serve(opened: tuple[Listener, ...], line: dict[str, Json], *, watch: bool) -> None:
    """All listeners in one event loop: a control call never meets a request half way."""
    servers = [_build_server(listener) for listener in opened]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    if watch:
        loop = asyncio.get_running_loop()
        threading.Thread(
            target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(stop)), daemon=True
        ).start()
    running = [
        asyncio.create_task(server.serve(sockets=[listener.socket]))
        for server, listener in zip(servers, opened, strict=True)
    ]
    while not all(server.started or server.should_exit for server in servers):  # noqa: ASYNC110  (uvicorn has no event for this)
        await asyncio.sleep(0.005)
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    stop()
    await asyncio.gather(*running)


def _build_server(listener: Listener) -> uvicorn.Server:
    config = uvicorn.Config(
        listener.application,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        lifespan="off",
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    config.load()
    config.ssl = listener.context  # its options name files, of which there are none
    return uvicorn.Server(config)


if __name__ == "__main__":
    raise SystemExit(main())
