"""The check that the guide builds is a check, and its page holds."""

import pkgutil
import re
from dataclasses import replace
from importlib import import_module
from inspect import isfunction
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from apicheck import authoring
from apicheck.model.check import Check
from apicheck.pages import verify
from apicheck.registry import find_mistakes as find_check_mistakes
from apicheck.scaffold import PLACES_OF_A_FACT
from reference_server.faults.catalogue import find_mistakes
from reference_server.faults.fault import Fault

SECTIONS = "## What it asserts\n\nx\n\n## Why it matters\n\nx\n\n## How to fix it\n\nx\n\n"


@pytest.fixture
def guide(root: Path) -> str:
    return (root / "docs" / "write-a-check.md").read_text()


@pytest.fixture
def check(guide: str) -> Check:
    (code,) = re.findall(r"^```python\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    (examples,) = re.findall(r"^````markdown\n(.*?)^````$", guide, re.MULTILINE | re.DOTALL)
    names: dict[str, object] = {"__name__": "guide"}
    exec(compile(code, "write-a-check.md", "exec"), names)
    made = names["CHECK"]
    assert isinstance(made, Check)
    page = f"# conformance/empty-body\n\n{SECTIONS}{examples}"
    return replace(made, id="conformance/empty-body", page=page)


def test_the_guides_check_is_legal(check: Check) -> None:
    assert list(find_check_mistakes(check)) == []


def test_the_guides_examples_come_out_as_they_say(check: Check) -> None:
    assert verify(check) == ()


def test_the_guides_fault_is_declared_without_mistakes(guide: str) -> None:
    (code,) = (block for block in python_blocks(guide) if "@fault(" in block)
    names: dict[str, object] = {"__name__": "guide"}
    exec(compile(code, "write-a-check.md", "exec"), names)
    made = names["sends_body_with_204"]
    assert isinstance(made, Fault)
    assert list(find_mistakes([made])) == []


def test_the_guides_refusal_is_the_one_of_the_catalogue(guide: str, root: Path) -> None:
    (code,) = (block for block in python_blocks(guide) if "refusal(" in block)
    assert code == (root / "src/apicheck/checks/errors/missing_media_type.py").read_text()


def test_the_guides_test_of_a_page_passes_for_a_check(guide: str) -> None:
    (code,) = (block for block in python_blocks(guide) if "verify(" in block)
    names: dict[str, Any] = {"__name__": "guide"}
    exec(compile(code.replace("acme/name", "auth/order"), "write-a-check.md", "exec"), names)
    names["test_the_page_holds"]()


def test_the_guide_lists_the_places_of_a_new_fact_and_each_exists(guide: str, root: Path) -> None:
    _, _, rest = guide.partition("| place | what to state there |\n")
    rows = re.findall(r"^\| \[`(.*?)`\]\(\.\./(.*?)\) \| (.*) \|$", rest, re.MULTILINE)
    assert [(place, link, what) for place, link, what in rows] == [
        (place, place, what) for place, what in PLACES_OF_A_FACT
    ]
    assert [place for place, _ in PLACES_OF_A_FACT if not (root / place).exists()] == []


def test_the_guide_names_every_function_of_every_module_that_authors_import(guide: str) -> None:
    _, _, rest = guide.partition("| for | module | functions |\n")
    table, _, _ = rest.partition("\n\n")
    named: dict[str, set[str]] = {}
    for _, module, functions in re.findall(r"^\| (.*) \| `(\w+)` \| (.*) \|$", table, re.MULTILINE):
        named.setdefault(module, set()).update(re.findall(r"`(\w+)`", functions))
    assert named == {name: public_functions(module) for name, module in author_modules().items()}


def python_blocks(guide: str) -> list[str]:
    """The code of the guide beside that of its passive check."""
    return re.findall(r"^```py\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)


def author_modules() -> dict[str, ModuleType]:
    """The modules that authors import functions from, by the name they import."""
    own = [info.name for info in pkgutil.iter_modules(authoring.__path__)]
    modules = {name: import_module(f"apicheck.authoring.{name}") for name in own}
    modules |= {name: getattr(authoring, name) for name in authoring.__all__ if name.islower()}
    modules = {n: module for n, module in modules.items() if isinstance(module, ModuleType)}
    return {name: module for name, module in modules.items() if public_functions(module)}


def public_functions(module: ModuleType) -> set[str]:
    exported = getattr(module, "__all__", None)
    return {
        name
        for name, value in vars(module).items()
        if isfunction(value)
        and not name.startswith("_")
        and (name in exported if exported else value.__module__ == module.__name__)
    }
