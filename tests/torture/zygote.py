"""Runs `apicheck` as a process of its own for each command, without importing it each time.

A line of JSON on stdin (`arguments`, `cwd`, `environ`, `out`, `err`, `patience_s`) is a command. It
runs in a fork of this process, which has imported everything; one line on stdout says its exit
code, the peak of its memory and its time. A command that takes too long is killed.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import signal
import sys
import time
from typing import Any


def import_everything() -> None:
    """What a command would import. The listings of the packages name no single module."""
    import apicheck

    for module in pkgutil.walk_packages(apicheck.__path__, "apicheck."):
        if module.name not in ("apicheck.__main__", "apicheck.pytest_plugin"):
            importlib.import_module(module.name)


def run(order: dict[str, Any]) -> int:
    """Become the command; returns its exit code."""
    for descriptor, name in ((1, order["out"]), (2, order["err"])):
        opened = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.chdir(order["cwd"])
    os.environ.update(order["environ"])
    sys.argv = ["apicheck", *order["arguments"]]
    from apicheck.__main__ import main

    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def serve() -> None:
    import_everything()
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            code = 70
            try:
                code = run(order)
            finally:
                os._exit(code)
        killed = False
        while True:
            found, status, usage = os.wait4(child, os.WNOHANG)
            if found:
                break
            if time.monotonic() - began > order["patience_s"] and not killed:
                killed = True
                os.kill(child, signal.SIGKILL)
            time.sleep(0.005)
        told = {
            "code": os.waitstatus_to_exitcode(status),
            "killed": killed,
            "peak_mb": usage.ru_maxrss / 1024,
            "seconds": time.monotonic() - began,
            "cpu_s": usage.ru_utime + usage.ru_stime,
        }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    serve()
