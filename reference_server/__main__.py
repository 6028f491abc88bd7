"""`python -m reference_server`: serve a profile and its control plane on loopback."""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path

import uvicorn

from apicheck.model.errors import ApicheckError
from reference_server.app import build_api
from reference_server.control import build_control
from reference_server.document.profile import read_profile
from reference_server.faults.catalogue import catalogue, select
from reference_server.state.server_state import ServerState
from reference_server.target_file import write_target

_HOST = "127.0.0.1"


def main(arguments: list[str] | None = None) -> int:
    """Serve until a signal comes, or until stdin ends with --stdin-watch."""
    options = _build_parser().parse_args(arguments)
    try:
        server = ServerState(read_profile(options.profile), options.seed)
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
        sockets = [_listen(options.port), _listen(options.control_port)]
    except (OSError, OverflowError) as error:
        ports = f"{options.port} and {options.control_port}"
        sys.stderr.write(f"cannot listen on {_HOST}, ports {ports}: {error}\n")
        return 2
    urls = [f"http://{_HOST}:{s.getsockname()[1]}" for s in sockets]
    if options.write_target:
        try:
            write_target(Path(options.write_target), server, urls[0], urls[1])
        except OSError as error:
            sys.stderr.write(f"cannot write {options.write_target}: {error.strerror}\n")
            return 2
    line = {"base_url": urls[0], "control_url": urls[1], "target": options.write_target}
    with suppress(KeyboardInterrupt):  # uvicorn raises SIGINT again when it has ended
        asyncio.run(_serve(server, sockets, line, watch=options.stdin_watch))
    return 0


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m reference_server", description=__doc__)
    parser.add_argument("--profile", required=True, help="a profile's directory, or its name")
    parser.add_argument("--port", type=int, default=0, help="of the API; 0: any free one")
    parser.add_argument("--control-port", type=int, default=0, help="of the control plane")
    parser.add_argument("--fault", action="append", default=[], help="a fault to begin with")
    parser.add_argument("--write-target", help="write an apicheck.toml that fits this server")
    parser.add_argument("--seed", type=int, help="make the same credentials every time")
    parser.add_argument("--stdin-watch", action="store_true", help="stop when stdin ends")
    return parser


def _listen(port: int) -> socket.socket:
    # The protocol is named because asyncio sets TCP_NODELAY only on sockets that name it.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((_HOST, port))
    made.listen(512)
    return made


async def _serve(
    server: ServerState, sockets: list[socket.socket], line: dict[str, str | None], *, watch: bool
) -> None:
    """Two listeners in one event loop: a control call never meets a request half way."""
    listeners = [_build_listener(build_api(server)), _build_listener(build_control(server))]

    def stop() -> None:
        for listener in listeners:
            listener.should_exit = True

    if watch:
        loop = asyncio.get_running_loop()
        threading.Thread(
            target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(stop)), daemon=True
        ).start()
    running = [
        asyncio.create_task(listener.serve(sockets=[sock]))
        for listener, sock in zip(listeners, sockets, strict=True)
    ]
    while not all(listener.started or listener.should_exit for listener in listeners):  # noqa: ASYNC110  (uvicorn has no event for this)
        await asyncio.sleep(0.005)
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    stop()
    await asyncio.gather(*running)


def _build_listener(application: object) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            application,  # type: ignore[arg-type]  # uvicorn's own alias is narrower than ASGI
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,
            lifespan="off",
            timeout_keep_alive=60,
            timeout_graceful_shutdown=1,
        )
    )


if __name__ == "__main__":
    raise SystemExit(main())
