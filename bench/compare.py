"""A run of apicheck beside one of schemathesis, on the same server, one after the other.

    make bench                            both on an honest server, then with fault after fault
    python bench/compare.py --no-faults   the honest server only
    python bench/compare.py --fault ID    this fault only

Prints what each sent, how long it took (wall clock and processor time of the client) and what it
found. The two ask different questions: schemathesis tests an API against its document, with many
generated values; apicheck tests it against its policy. So neither number means much alone; the
last table says which of the policy's defects each of them notices. A tool *notices* a fault when
it reports a kind of failure on an operation that it did not report on the honest server; that of
schemathesis is run with two seeds, because what it reports there depends on what it draws.

Each has what it needs: apicheck the target file, schemathesis the token of the identity that may
do everything, and no limits: the server's clock is moved on while it runs, so that none is met.
The whole takes a quarter of an hour.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from apicheck import testing

FAULTS = (
    "auth/skips-authentication",
    "auth/treats-percent-as-wildcard",
    "auth/head-skips-authentication",
    "scopes/any-scope-suffices",
    "scopes/ignores-tenant",
    "errors/html-body",
    "errors/fails-on-nul",
    "errors/omits-allow",
    "headers/omits-required",
    "conformance/wrong-type",
    "ratelimit/one-too-many",
    "webhooks/unsigned",
)
_WINDOW_S = 60
_BETWEEN_MOVES_S = 0.1


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of one tool. seconds: wall clock; cpu: of the tool's own processes."""

    requests: int
    seconds: float
    cpu: float
    kinds: frozenset[str]


def asked(url: str, method: str = "GET", body: object = None) -> dict[str, object]:
    """One call of the control protocol."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return dict(json.load(answer))


def measured(server: testing.Server, command: list[str | Path], cwd: Path) -> tuple[Measured, str]:
    """What a command sends to a server and how long it takes, and what it prints."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    requests = asked(f"{server.control_url}/requests")["requests"]
    assert isinstance(requests, list)
    return Measured(len(requests), seconds, cpu, frozenset()), done.stdout + done.stderr


@contextmanager
def without_limits(server: testing.Server) -> Iterator[None]:
    """Every limit of the server is forgotten ten times a second, while the context lasts."""
    over = Event()

    def move() -> None:
        while not over.wait(_BETWEEN_MOVES_S):
            asked(f"{server.control_url}/clock", "POST", {"advance": _WINDOW_S})

    mover = Thread(target=move)
    mover.start()
    try:
        yield
    finally:
        over.set()
        mover.join()


def by_apicheck(server: testing.Server, folder: Path) -> Measured:
    """A whole run with its report."""
    command = [Path(sys.executable).with_name("apicheck"), "run", "-q"]
    out = Path(tempfile.mkdtemp(dir=folder)) / "run"
    told, said = measured(server, [*command, "--target", server.target_file, "--out", out], folder)
    if not (out / "results.json").exists():
        sys.exit(f"apicheck did not finish:\n{said}")
    results = json.loads((out / "results.json").read_text())
    kinds = frozenset(f"{item['check']} {item['outcome']}" for item in results["findings"])
    return Measured(results["run"]["requests"], told.seconds, told.cpu, kinds)


def by_schemathesis(server: testing.Server, folder: Path, seed: int = 1) -> Measured:
    """All its checks and phases, with the settings that it has when nothing is said."""
    identities = asked(f"{server.control_url}/identities")["identities"]
    assert isinstance(identities, list)
    admin = next(item for item in identities if item["name"] == "admin")
    document = testing.profile_dir("canonical") / "openapi.yaml"
    program = Path(sys.executable).with_name("schemathesis")
    command: list[str | Path] = [program, "run", document, "--url", server.base_url, "--no-color"]
    header = f"Authorization: Bearer {admin['token']}"
    command += ["--header", header, "--continue-on-failure", "--seed", str(seed)]
    with without_limits(server):
        told, said = measured(server, command, folder)
    if "SUMMARY" not in said:
        sys.exit(f"schemathesis did not finish:\n{said}")
    sent = re.search(r"(\d+) generated", said)
    requests = max(told.requests, int(sent[1]) if sent else 0)  # the server remembers 10,000
    return Measured(requests, told.seconds, told.cpu, frozenset(_failures(said)))


def _failures(said: str) -> Iterator[str]:
    """`operation: failure` for each that schemathesis lists."""
    operation = ""
    for line in said.partition("FAILURES")[2].splitlines():
        if heading := re.fullmatch(r"_+ (.+) _+", line):
            operation = heading[1]
        elif failure := re.match(r"- (ST\d+ [^(]+)", line):
            yield f"{operation}: {failure[1].strip()}"


def shown(name: str, one: Measured, other: Measured) -> None:
    """A row of the first table, with ratios to the other tool."""
    ratios = (one.requests / other.requests, one.seconds / other.seconds, one.cpu / other.cpu)
    print(
        f"{name:13} {one.requests:6} requests {one.seconds:6.1f} s {one.cpu:6.1f} s cpu"
        f" = {ratios[0]:5.2f}x {ratios[1]:5.2f}x {ratios[2]:5.2f}x of the other;"
        f" finds {len(one.kinds)}"
    )


def with_fault(server: testing.Server, fault: str) -> None:
    """Put the server back to its beginning, with one fault or ("") with none."""
    asked(f"{server.control_url}/reset", "POST", {})
    asked(f"{server.control_url}/faults", "PUT", {"on": [fault] if fault else []})


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-faults", action="store_true", help="the honest server only")
    parser.add_argument("--fault", action="append", metavar="ID", help="only these faults")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, testing.server("canonical") as server:
        folder = Path(name)
        ours = by_apicheck(server, folder)
        with_fault(server, "")
        theirs = by_schemathesis(server, folder)
        print("canonical, honest server:")
        shown("apicheck", ours, theirs)
        shown("schemathesis", theirs, ours)
        if chosen.no_faults:
            return
        with_fault(server, "")
        usual = theirs.kinds | by_schemathesis(server, folder, seed=2).kinds
        compared(server, folder, chosen.fault or FAULTS, (ours.kinds, usual))


def compared(
    server: testing.Server,
    folder: Path,
    faults: Sequence[str],
    usual: tuple[frozenset[str], frozenset[str]],
) -> None:
    """A row for each fault. usual: what each tool reports on the honest server."""
    noticed = [0, 0]
    print(f"\n{'fault':42} {'apicheck':>24} {'schemathesis':>24}")
    for fault in faults:
        row = f"{fault:42}"
        for number, tool in enumerate((by_apicheck, by_schemathesis)):
            with_fault(server, fault)
            run = tool(server, folder)
            notices = bool(run.kinds - usual[number])
            noticed[number] += notices
            row += f"  {'notices' if notices else '-':8}{run.requests:6} {run.seconds:5.0f} s"
        print(row, flush=True)
    print(f"{'noticed, of ' + str(len(faults)):42} {noticed[0]:9} {noticed[1]:24}")


if __name__ == "__main__":
    main()
