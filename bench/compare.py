"""A run of apicheck beside one of schemathesis, on the same server, one after the other.

    make bench                            both on an honest server, then one fault for each theme
    python bench/compare.py --no-faults   the honest server only

Prints what each sent, how long it took (wall clock and processor time of the client) and what it
found. The two ask different questions: schemathesis tests an API against its document, with many
generated values; apicheck tests it against its policy. So neither number means much alone; the
last table says which of the policy's defects each of them notices. A tool *notices* a fault when
it reports a kind of failure that it did not report on the honest server. The server enforces its
limits: schemathesis, which is told of none, runs into them, and apicheck moves the clock.
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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apicheck import testing

FAULTS = (
    "auth/treats-percent-as-wildcard",
    "auth/omits-challenge",
    "scopes/ignores-tenant",
    "errors/html-body",
    "headers/omits-required",
    "conformance/wrong-type",
    "ratelimit/one-too-many",
    "versioning/omits-deprecation",
    "webhooks/unsigned",
)


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


def by_apicheck(server: testing.Server, folder: Path) -> Measured:
    """A whole run with its report."""
    command = [Path(sys.executable).with_name("apicheck"), "run", "-q"]
    out = Path(tempfile.mkdtemp(dir=folder)) / "run"
    told, said = measured(server, [*command, "--target", server.target_file, "--out", out], folder)
    if not (out / "results.json").exists():
        sys.exit(f"apicheck did not finish:\n{said}")
    findings = json.loads((out / "results.json").read_text())["findings"]
    kinds = frozenset(f"{item['check']} {item['outcome']}" for item in findings)
    return Measured(told.requests, told.seconds, told.cpu, kinds)


def by_schemathesis(server: testing.Server, folder: Path) -> Measured:
    """All its checks and phases, with the settings that it has when nothing is said."""
    identities = asked(f"{server.control_url}/identities")["identities"]
    assert isinstance(identities, list)
    admin = next(item for item in identities if item["name"] == "admin")
    document = testing.profile_dir("canonical") / "openapi.yaml"
    program = Path(sys.executable).with_name("schemathesis")
    command = [program, "run", document, "--url", server.base_url, "--no-color"]
    header = f"Authorization: Bearer {admin['token']}"
    command += ["--header", header, "--continue-on-failure", "--seed", "1"]
    told, said = measured(server, command, folder)
    if "SUMMARY" not in said:
        sys.exit(f"schemathesis did not finish:\n{said}")
    return Measured(told.requests, told.seconds, told.cpu, frozenset(_failures(said)))


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
    capped = "≥" if one.requests >= 10_000 else " "
    ratio = (
        f"{one.seconds / other.seconds:5.2f}x the time, {one.cpu / other.cpu:5.2f}x the processor"
    )
    print(
        f"{name:13} {capped}{one.requests:6} requests {one.seconds:7.1f} s"
        f" {one.cpu:7.1f} s cpu  {ratio}; finds {len(one.kinds)}"
    )


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-faults", action="store_true", help="the honest server only")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, testing.server("canonical") as server:
        folder = Path(name)
        ours = by_apicheck(server, folder)
        asked(f"{server.control_url}/reset", "POST", {})
        theirs = by_schemathesis(server, folder)
        print("canonical, honest server:")
        shown("apicheck", ours, theirs)
        shown("schemathesis", theirs, ours)
        for kind in sorted(theirs.kinds):
            print(f"              schemathesis, {kind}")
        if chosen.no_faults:
            return
        print(f"\n{'fault':40} {'apicheck':9} {'schemathesis':12}")
        for fault in FAULTS:
            noticed = []
            for tool, honest in ((by_apicheck, ours), (by_schemathesis, theirs)):
                asked(f"{server.control_url}/reset", "POST", {})
                asked(f"{server.control_url}/faults", "PUT", {"on": [fault]})
                noticed.append("notices" if tool(server, folder).kinds - honest.kinds else "-")
            print(f"{fault:40} {noticed[0]:9} {noticed[1]:12}", flush=True)


if __name__ == "__main__":
    main()
