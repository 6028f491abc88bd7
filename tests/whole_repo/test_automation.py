"""Versions that are tested are those that are promised, and commands that run are there."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@pytest.fixture(scope="module")
def project(root: Path) -> Mapping[str, Any]:
    settings: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    return settings


@pytest.fixture(scope="module")
def workflow(root: Path) -> Mapping[str, Any]:
    made: dict[str, Any] = yaml.safe_load((root / ".github" / "workflows" / "ci.yml").read_text())
    return made


def pinned(root: Path, python: str) -> dict[str, str]:
    """What constraints.txt installs on a version of Python on Linux."""
    environment = {**default_environment(), "python_version": python}
    environment["python_full_version"] = f"{python}.0"
    lines = (root / "constraints.txt").read_text().splitlines()
    found = [Requirement(line) for line in lines if not line.startswith("#")]
    return {
        canonicalize_name(one.name): str(one.specifier).removeprefix("==")
        for one in found
        if one.marker is None or one.marker.evaluate(environment)
    }


def bounds(project: Mapping[str, Any]) -> list[Requirement]:
    extras = project["optional-dependencies"].values()
    listed = [*project["dependencies"], *(one for extra in extras for one in extra)]
    return [Requirement(one) for one in listed if not one.startswith("apicheck[")]


def matrix(workflow: Mapping[str, Any]) -> Mapping[str, Any]:
    found: dict[str, Any] = workflow["jobs"]["test"]["strategy"]["matrix"]
    return found


@pytest.mark.parametrize("python", ["3.11", "3.14"])
def test_the_constraints_name_an_allowed_version_of_every_dependency(
    root: Path, project: Mapping[str, Any], python: str
) -> None:
    versions = pinned(root, python)
    wrong = [
        str(one)
        for one in bounds(project)
        if not one.specifier.contains(versions.get(canonicalize_name(one.name), "0"))
    ]
    assert wrong == []


def test_the_constraints_name_versions_only(root: Path) -> None:
    """A place to fetch them from would be known to one machine."""
    lines = (root / "constraints.txt").read_text().splitlines()
    assert [line for line in lines if not re.match(r"#|[a-z0-9.-]+==[\w.]+( ; |$)", line)] == []


def test_every_dependency_has_a_lower_bound(project: Mapping[str, Any]) -> None:
    """Without one, `make test-lowest` takes the first release that there ever was."""
    assert [str(one) for one in bounds(project) if ">=" not in str(one.specifier)] == []


def test_the_workflow_tests_every_python_that_the_metadata_names(
    project: Mapping[str, Any], workflow: Mapping[str, Any]
) -> None:
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    assert matrix(workflow)["python"] == named


def test_each_set_of_versions_has_its_make_target(root: Path, workflow: Mapping[str, Any]) -> None:
    targets = {one["versions"]: one["target"] for one in matrix(workflow)["include"]}
    assert sorted(targets) == sorted(matrix(workflow)["versions"])
    makefile = (root / "Makefile").read_text()
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    run = {word for step in steps for word in re.findall(r"^make ([\w-]+)", step.get("run", ""))}
    for target in (*targets.values(), *run):
        assert f"\n{target}: " in makefile
    assert run >= {"lint", "test-long"}


def test_what_runs_before_a_merge_leaves_no_test_out(root: Path) -> None:
    script = (root / ".ci" / "run").read_text()
    assert re.findall(r"^make VENV=\S+ ([\w-]+)$", script, re.MULTILINE) == [
        "lint",
        "test",
        "test-long",
    ]
    settings = tomllib.loads((root / "pyproject.toml").read_text())
    options = settings["tool"]["pytest"]["ini_options"]["addopts"]
    makefile = (root / "Makefile").read_text()
    assert options[-2:] == ["-m", "not long"]
    assert "\n\t$(PYTEST)\n" in makefile
    assert "\n\t$(PYTEST) --dist load -m long\n" in makefile
