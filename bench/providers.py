"""How long the runs of the five providers' profiles take, each on its reference server.

    python bench/providers.py             as a user runs them: limits of thousands are left out
    python bench/providers.py --thorough  everything, limits of 4,000 and 5,000 requests too

Prints for each run, with its HTML report, how many requests it sent, the wall clock, and the
processor time of client and server together, which other processes on the machine do not change.
Windows of an hour, deprecations of twelve months and tokens of a week take no time: the server's
clock is moved.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from apicheck.load import profile_dir
from apicheck.run import reference_server

PROVIDERS = ("capengage", "capsule", "dahimail", "emitrr", "webengage")


def measure(profile: str, folder: Path, options: Sequence[str]) -> tuple[int, float, float, str]:
    """Requests, seconds of wall clock and of processor time, and the word of one run."""
    out = folder / profile
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with reference_server(profile_dir(profile)) as server:
        command = [Path(sys.executable).with_name("apicheck"), "run", "-q", "--out", out]
        target = ["--profile", profile, "--target", server.target_file]
        arguments = list(map(str, (*command, *target, *options)))
        done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if not (out / "results.json").exists():
        sys.exit(f"apicheck did not finish:\n{done.stdout}{done.stderr}")
    results = json.loads((out / "results.json").read_text())
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return results["run"]["requests"], seconds, cpu, results["verdict"]["word"]


def main() -> None:
    """Print a line for each profile, and one for all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--thorough", action="store_true")
    options = ["--thorough"] if parser.parse_args().thorough else []
    totals = [0, 0.0, 0.0]
    print(f"{'profile':<12}{'requests':>10}{'seconds':>10}{'CPU s':>10}  word")
    with tempfile.TemporaryDirectory() as folder:
        for profile in PROVIDERS:
            *numbers, word = measure(profile, Path(folder), options)
            totals = [one + other for one, other in zip(totals, numbers, strict=True)]
            print(f"{profile:<12}{numbers[0]:>10}{numbers[1]:>10.1f}{numbers[2]:>10.1f}  {word}")
    print(f"{'all':<12}{totals[0]:>10}{totals[1]:>10.1f}{totals[2]:>10.1f}")


if __name__ == "__main__":
    main()
