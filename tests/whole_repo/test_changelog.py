"""The changelog names every check; what is not released yet waits in fragments of one form."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import apicheck
from apicheck.registry import collect

TEMPLATE = "template.md"


def fragments(root: Path) -> list[Path]:
    return sorted(path for path in (root / "changelog.d").iterdir() if path.name != TEMPLATE)


def mistakes(name: str, text: str, types: set[str]) -> list[str]:
    """What is wrong with the form of a fragment."""
    named = re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*\.([a-z]+)\.md", name)
    found = []
    if named is None or named[1] not in types:
        found.append(f"the name is not <name>.<type>.md with a type of {sorted(types)}")
    if "\n\n" in text or re.match(r"[#*-]", text):
        found.append("the text is not one paragraph")
    if not text.endswith(".\n"):
        found.append("the text is not a whole sentence, or its line has no end")
    if any(len(line) > 100 for line in text.splitlines()):
        found.append("a line is longer than 100 characters")
    return found


@pytest.fixture(scope="module")
def types(root: Path) -> set[str]:
    """The types of fragments that towncrier is told of."""
    settings = tomllib.loads((root / "pyproject.toml").read_text())
    return set(settings["tool"]["towncrier"]["fragment"])


def test_every_fragment_has_the_form(root: Path, types: set[str]) -> None:
    found = {path.name: mistakes(path.name, path.read_text(), types) for path in fragments(root)}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.feature.md", "A sentence.\n"),
        ("A_b.added.md", "A sentence.\n"),
        ("a.added.rst", "A sentence.\n"),
        ("a.added.md", "- A sentence.\n"),
        ("a.added.md", "## Added\n"),
        ("a.added.md", "One.\n\nTwo.\n"),
        ("a.added.md", "A sentence."),
        ("a.added.md", "a word\n"),
        ("a.added.md", f"{'long ' * 30}.\n"),
    ],
)
def test_a_fragment_of_another_form_is_refused(name: str, text: str, types: set[str]) -> None:
    assert mistakes(name, text, types)


def test_a_release_takes_every_fragment_in(root: Path, tmp_path: Path) -> None:
    shutil.copy(root / "pyproject.toml", tmp_path)
    shutil.copytree(root / "changelog.d", tmp_path / "changelog.d")
    (tmp_path / "changelog.d" / "planted.fixed.md").write_text("Planted, on\ntwo lines.\n")
    towncrier = Path(sys.executable).with_name("towncrier")
    built = subprocess.run(
        [towncrier, "build", "--draft", "--version", "9.8.7", "--date", "2030-01-31"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert built.startswith("## [9.8.7] - 2030-01-31\n\n### ")
    assert "\n- Planted, on\n  two lines.\n" in built
    words = " ".join(built.split())
    missing = [p.name for p in fragments(root) if " ".join(p.read_text().split()) not in words]
    assert missing == []


def test_this_version_is_in_the_changelog_or_still_waits_in_fragments(root: Path) -> None:
    released = f"## [{apicheck.__version__}]" in (root / "CHANGELOG.md").read_text()
    assert released or fragments(root)


def test_the_changelog_names_every_check(root: Path) -> None:
    """By its id, or by its name in the line of its family."""
    waiting = "".join(f"- {path.read_text()}" for path in fragments(root))
    text = (root / "CHANGELOG.md").read_text() + waiting
    named = set(re.findall(r"`([a-z0-9/-]+)`", text))
    for family, line in re.findall(r"^- The family `(\w+)/`: ([^.]*)\.", text, re.MULTILINE):
        named |= {f"{family}/{name}" for name in re.findall(r"`([a-z0-9-]+)`", line)}
    assert sorted(set(collect(entry_points=False)) - named) == []
