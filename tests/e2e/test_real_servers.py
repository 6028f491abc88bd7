"""Servers that others wrote, with the policies that docs/examples keeps for them.

Each is installed from its registry into a folder of its own, started, and tested as its README
says. What is found must be what is kept in `findings.json`; KEEP_FINDINGS=1 writes that anew.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.servers import find_free_port, install_with_npm, install_with_pip, running

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.fixture
def kinto(tmp_path: Path) -> Iterator[str]:
    example = EXAMPLES / "kinto"
    programs = install_with_pip(tmp_path, example / "requirements.txt")
    port = find_free_port()
    start = [programs / "kinto", "start", "--ini", example / "kinto.ini", "--port", str(port)]
    with running(start, tmp_path, port, "/v1/") as url:
        yield url


@pytest.fixture
def verdaccio(tmp_path: Path) -> Iterator[str]:
    for name in ("package.json", "config.yaml"):
        shutil.copy(EXAMPLES / "verdaccio" / name, tmp_path)
    install_with_npm(tmp_path)
    port = find_free_port()
    program = tmp_path / "node_modules" / ".bin" / "verdaccio"
    start = [program, "--config", "config.yaml", "--listen", f"127.0.0.1:{port}"]
    with running(start, tmp_path, port, "/-/ping") as url:
        yield url


def summary(results: Any) -> dict[str, Any]:
    """What is kept of a run: verdicts, and each finding without what differs between runs."""
    return {
        "run": results["verdict"]["word"],
        "clauses": {clause["id"]: clause["verdict"] for clause in results["clauses"]},
        "findings": [
            {
                **{key: finding[key] for key in ("check", "outcome", "detail", "clauses")},
                "operations": sorted(finding["operations"]),
            }
            for finding in sorted(
                results["findings"], key=lambda f: (f["check"], f["outcome"], f["detail"])
            )
        ],
    }


@pytest.mark.long
@pytest.mark.parametrize("name", ["kinto", "verdaccio"])
def test_a_real_server_breaks_the_promises_that_we_found_broken_and_no_others(
    name: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    apicheck: Callable[..., Any],
) -> None:
    url = request.getfixturevalue(name)
    target, kept = EXAMPLES / name / "apicheck.toml", EXAMPLES / name / "findings.json"
    said = apicheck(
        *("run", "--target", target, "--base-url", url, "--out", tmp_path / "run"),
        env={f"{name.upper()}_URL": url},
    )
    results = tmp_path / "run" / "results.json"
    assert results.exists(), said.err
    found = summary(json.loads(results.read_text()))
    if os.environ.get("KEEP_FINDINGS"):
        kept.write_text(json.dumps(found, indent=2) + "\n")
    assert found == json.loads(kept.read_text())
