"""README and docs say what is so."""

import re
import subprocess
from pathlib import Path

import pytest

from apicheck.cli import COMMANDS
from apicheck.cli.coverage_page import build_markdown
from apicheck.cli.provider_page import build_page
from apicheck.load.profiles import profile_names
from apicheck.registry import collect
from apicheck.run import measure_coverage, read_caught, read_collateral
from reference_server.faults.catalogue import catalogue

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)


def documents(project_files: tuple[Path, ...]) -> list[Path]:
    return [path for path in project_files if path.suffix == ".md"]


def anchors(document: Path) -> set[str]:
    """The fragments that GitHub gives to headings."""
    words = (
        re.sub(r"[^\w\- ]", "", text.lower()) for text in HEADING.findall(document.read_text())
    )
    return {text.strip().replace(" ", "-") for text in words}


def test_every_link_between_documents_leads_somewhere(
    root: Path, project_files: tuple[Path, ...]
) -> None:
    broken = []
    for document in documents(project_files):
        for link in LINK.findall(document.read_text()):
            if re.match(r"[a-z]+:", link):
                continue
            place, _, fragment = link.partition("#")
            target = (document.parent / place) if place else document
            if not target.exists() or (fragment and fragment not in anchors(target)):
                broken.append(f"{document.relative_to(root)}: {link}")
    assert broken == []


def test_every_document_in_docs_is_reached_from_the_readme(root: Path) -> None:
    linked = set(LINK.findall((root / "README.md").read_text()))
    assert {f"docs/{path.name}" for path in (root / "docs").glob("*.md")} <= linked


def test_every_make_target_that_the_documents_name_exists(
    root: Path, project_files: tuple[Path, ...]
) -> None:
    listed = subprocess.run(
        ["make", "help"], cwd=root, capture_output=True, text=True, check=True
    ).stdout
    targets = set(re.findall(r"^make ([\w-]+)", listed, re.MULTILINE))
    assert {"demo", "test", "test-long", "lint", "bench"} <= targets
    for document in documents(project_files):
        named = set(
            re.findall(r"^\$ make ([\w-]+)|`make ([\w-]+)`", document.read_text(), re.MULTILINE)
        )
        assert {first or second for first, second in named} <= targets, document


def test_every_command_that_the_documents_name_exists(project_files: tuple[Path, ...]) -> None:
    pattern = re.compile(r"(?:^\$ |`)apicheck ([a-z-]+)", re.MULTILINE)
    for document in documents(project_files):
        assert set(pattern.findall(document.read_text())) <= set(COMMANDS), document


def test_the_architecture_names_each_module_of_the_server_beside_its_package(root: Path) -> None:
    text = (root / "docs" / "architecture.md").read_text()
    (section,) = re.findall(r"^## The reference server\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| (`\w+`|the top) \| .* \| (.*) \|$", section, re.MULTILINE)
    named = {package.strip("`"): re.findall(r"`(\w+)`", modules) for package, modules in rows}
    server = root / "reference_server"
    packages = {file.parent.name: file.parent for file in server.glob("*/__init__.py")}
    assert set(named) == {"the top", *packages}
    for package, folder in {**packages, "the top": server}.items():
        modules = [] if package == "faults" else [file.stem for file in folder.glob("[!_]*.py")]
        assert sorted(named[package]) == sorted(modules), package


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 5])
def test_the_readme_explains_every_exit_code(root: Path, code: int) -> None:
    assert f"\n| {code} | " in (root / "README.md").read_text()


@pytest.mark.parametrize("profile", profile_names())
def test_the_page_of_the_proof_shows_the_recorded_collateral(root: Path, profile: str) -> None:
    """`make proof` writes both."""
    page = (root / "docs/proof.md").read_text()
    (section,) = re.findall(rf"^## {profile}$\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| `([a-z0-9/-]+)`: .* \|([^|]*)\|$", section, re.MULTILINE)
    shown = {fault: re.findall(r"`([^`]+)`", cell) for fault, cell in rows}
    recorded = read_collateral(profile)
    assert {fault: cell for fault, cell in shown.items() if cell} == {
        fault: list(checks) for fault, checks in recorded.items()
    }


def test_the_page_of_the_proof_names_every_fault(root: Path) -> None:
    """`make proof` writes it."""
    named = set(re.findall(r"`([a-z0-9-]+/[a-z0-9-]+)`", (root / "docs/proof.md").read_text()))
    assert sorted(set(catalogue()) - named) == []


@pytest.mark.parametrize("profile", profile_names())
def test_the_page_of_the_proof_shows_what_is_recorded_to_have_caught_a_fault(
    root: Path, profile: str
) -> None:
    """`make proof` writes both."""
    page = (root / "docs/proof.md").read_text()
    (section,) = re.findall(rf"^## {profile}$\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| `([a-z0-9/-]+)`: .* \|([^|]*)\|[^|]*\|$", section, re.MULTILINE)
    shown = {fault: set(re.findall(r"`([^`]+)` ([a-z0-9-]+)", cell)) for fault, cell in rows}
    for fault, caught in read_caught(profile).items():
        assert {tuple(one.split("#")) for one in caught} <= shown[fault], fault


def test_the_pages_of_the_profiles_are_current(root: Path) -> None:
    """`make pages` writes them."""
    checks = collect(entry_points=False)
    measured = {name: measure_coverage(name, checks) for name in profile_names()}
    assert (root / "docs/coverage.md").read_text("utf-8") == build_markdown([*measured.values()])
    pages = {file.stem: file.read_text("utf-8") for file in (root / "docs/providers").glob("*.md")}
    assert set(pages) == set(measured) - {"canonical", "receiver"}
    for name, page in pages.items():
        assert page == build_page(measured[name]), name
