"""The direction of imports is held to, and each rule notices when it is broken."""

import os
import shutil
import subprocess
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

PLANTED = [
    ("The line runs one way", "apicheck/model/planted.py", "import apicheck.load"),
    ("The line runs one way", "apicheck/load/planted.py", "import apicheck.generate"),
    ("The line runs one way", "apicheck/authoring/planted.py", "import apicheck.registry"),
    ("The line runs one way", "apicheck/judge/planted.py", "import apicheck.run"),
    ("The line runs one way", "apicheck/judge/planted.py", "import apicheck.probe"),
    ("The line runs one way", "apicheck/run/planted.py", "import apicheck.cli"),
    (
        "Check families know nothing of each other",
        "apicheck/checks/auth/planted.py",
        "import apicheck.checks.errors",
    ),
    (
        "A check imports authoring, and what lies beside it",
        "apicheck/checks/auth/planted.py",
        "import apicheck.model.facts",
    ),
    (
        "The verbs know no single check",
        "apicheck/report/planted.py",
        "import apicheck.checks.auth",
    ),
    ("The line runs one way", "apicheck/requests/planted.py", "import apicheck.generate"),
    ("The line runs one way", "apicheck/authoring/planted.py", "import apicheck.generate"),
    (
        "Authoring is for checks: the verbs share requests with it, and do not know it",
        "apicheck/plan/planted.py",
        "import apicheck.authoring",
    ),
    (
        "Checks, model, plan, judge and report touch nothing outside",
        "apicheck/judge/planted.py",
        "import time",
    ),
    (
        "Checks, model, plan, judge and report touch nothing outside",
        "apicheck/checks/auth/planted.py",
        "import httpx",
    ),
    (
        "The server shares what is promised, not how it is judged",
        "reference_server/planted.py",
        "import apicheck.signatures",
    ),
    (
        "The packages of the server import downwards",
        "reference_server/document/planted.py",
        "import reference_server.state.clock",
    ),
    (
        "apicheck starts the server as a process and never imports it",
        "apicheck/run/planted.py",
        "import reference_server",
    ),
]


def contracts(root: Path) -> list[str]:
    settings = tomllib.loads((root / "pyproject.toml").read_text())
    return [contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]]


def linted(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    environ = {**os.environ, "PYTHONPATH": f"{tree / 'src'}{os.pathsep}{tree}", "COLUMNS": "200"}
    return subprocess.run(
        command, cwd=tree, env=environ, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def copied(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("tree")
    shutil.copy(root / "pyproject.toml", tree)
    unwanted = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(root / "src", tree / "src", ignore=unwanted)
    shutil.copytree(root / "reference_server", tree / "reference_server", ignore=unwanted)
    return tree


def test_every_contract_is_kept(root: Path) -> None:
    result = linted(root)
    assert result.returncode == 0, result.stdout
    assert f"{len(contracts(root))} kept, 0 broken" in result.stdout


def test_every_contract_has_a_planted_import(root: Path) -> None:
    assert {contract for contract, _, _ in PLANTED} == set(contracts(root))


@pytest.mark.parametrize(("contract", "place", "line"), PLANTED, ids=lambda text: text)
def test_a_planted_import_breaks_its_contract(
    copied: Path, contract: str, place: str, line: str
) -> None:
    above = copied if place.startswith("reference_server") else copied / "src"
    planted = above / place
    planted.write_text(f'"""Planted."""\n\n{line}\n')
    try:
        result = linted(copied)
    finally:
        planted.unlink()
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contract} BROKEN" in result.stdout


def circle_of(graph: grimp.ImportGraph) -> list[str]:
    """Files that import one another in a circle, the first one again at its end; [] for none."""
    imported = {file: graph.find_modules_directly_imported_by(file) for file in graph.modules}
    try:
        TopologicalSorter(imported).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []


@pytest.mark.parametrize("package", ["apicheck", "reference_server"])
def test_no_file_imports_itself_in_a_circle(package: str) -> None:
    """Imports for types count too: a reader has to follow them."""
    assert circle_of(grimp.build_graph(package, cache_dir=None)) == []


def test_a_circle_of_any_length_is_noticed() -> None:
    graph = grimp.ImportGraph()
    for importer, imported in (("a", "b"), ("b", "c"), ("c", "d"), ("d", "b")):
        graph.add_import(importer=importer, imported=imported)
    assert sorted(circle_of(graph)[1:]) == ["b", "c", "d"]
