"""What holds of every source file."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from apicheck.pages.verify import UNWRITTEN

MODULE_LINES_AT_MOST = 400
CHECK_LINES_AT_MOST = 280
"""A check aims at 120 lines; beyond this nobody could say what it asserts."""
ELSEWHERE = re.compile(r"(?<![\w.$}])/(home|root|srv|Users|work)/|\.\./shared\b")


def modules(root: Path) -> list[Path]:
    found = [*(root / "src").rglob("*.py"), *(root / "reference_server").rglob("*.py")]
    assert len(found) > 50
    return found


def without_docstring(module: Path) -> Iterator[str]:
    tree = ast.parse(module.read_text())
    if module.name != "__main__.py" and ast.get_docstring(tree) is None:
        yield f"{module.name}:1 the module"
    bodies = [
        tree.body,
        *(n.body for n in tree.body if isinstance(n, ast.ClassDef) and n.name[0] != "_"),
    ]
    for node in (node for body in bodies for node in body):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        overloads = any("overload" in ast.dump(item) for item in node.decorator_list)
        if node.name.startswith("_") or overloads:
            continue
        if ast.get_docstring(node) is None:
            yield f"{module.name}:{node.lineno} {node.name}"


def test_every_public_name_has_a_docstring(root: Path) -> None:
    assert [item for module in modules(root) for item in without_docstring(module)] == []


def test_no_module_has_a_name_that_says_nothing(root: Path) -> None:
    empty_words = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
    assert [m for m in modules(root) if {m.stem, m.parent.name} & empty_words] == []


def test_no_module_is_longer_than_a_reader_can_hold(root: Path) -> None:
    def limit(module: Path) -> int:
        return (
            CHECK_LINES_AT_MOST
            if "checks" in module.parts and module.stem[0] != "_"
            else MODULE_LINES_AT_MOST
        )

    lengths = {m.relative_to(root): len(m.read_text().splitlines()) for m in modules(root)}
    assert {m: n for m, n in lengths.items() if n > limit(root / m)} == {}


def test_no_file_names_a_place_outside_the_project(
    root: Path, project_files: tuple[Path, ...]
) -> None:
    named = []
    for path in project_files:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        named += [
            f"{path.relative_to(root)}:{number}: {line.strip()[:80]}"
            for number, line in enumerate(lines, start=1)
            if ELSEWHERE.search(line) and path != Path(__file__)
        ]
    assert named == []


def test_no_file_has_a_place_that_is_still_to_be_written(
    root: Path, project_files: tuple[Path, ...]
) -> None:
    """`apicheck new-check` marks them."""
    about_them = (root / "src/apicheck/scaffold", root / "tests/unit/scaffold")
    others = [
        path
        for path in project_files
        if path.suffix in (".py", ".md") and not path.is_relative_to(about_them[0])
        if not path.is_relative_to(about_them[1])
    ]
    marked = {path.relative_to(root) for path in others if UNWRITTEN in path.read_text()}
    assert marked == {Path("src/apicheck/pages/verify.py")}


@pytest.mark.parametrize(
    "line", ["see /" + "work/x", "cat ../" + "shared/y", "'/" + "home/ada/z'", "/" + "root/.cache"]
)
def test_a_place_outside_would_be_noticed(line: str) -> None:
    assert ELSEWHERE.search(line)


def test_no_provider_is_named_beyond_the_examples_of_the_command_line(root: Path) -> None:
    profiles = {folder.name for folder in (root / "openapi").iterdir() if folder.is_dir()}
    providers = profiles - {"canonical", "receiver"}
    assert len(providers) >= 5
    naming = re.compile("|".join(sorted(providers)), re.IGNORECASE)
    sources = [
        path
        for folder in ("src", "reference_server")
        for path in (root / folder).rglob("*")
        if path.is_file() and path.suffix not in (".pyc", ".png", ".woff2")
    ]
    named = {
        f"{path.relative_to(root)}: {line.strip()}"
        for path in sources
        for line in path.read_text(errors="replace").splitlines()
        if naming.search(line)
    }
    example = re.compile(r"src/apicheck/cli/\w+\.py: apicheck .*--profile \w+.*")
    assert [line for line in sorted(named) if not example.fullmatch(line)] == []
