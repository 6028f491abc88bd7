"""The check that the guide builds is a check, and its page holds."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from apicheck import authoring
from apicheck.model.check import Check
from apicheck.pages import verify
from apicheck.registry import mistakes_in
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
    assert list(mistakes_in(check)) == []


def test_the_guides_examples_come_out_as_they_say(check: Check) -> None:
    assert verify(check) == ()


def test_the_guide_names_every_function_that_authors_import(guide: str) -> None:
    (table,) = re.findall(r"^\| for \| use \|\n(.*?)\n\n", guide, re.MULTILINE | re.DOTALL)
    functions = {name for name in authoring.__all__ if name.islower()}
    assert set(re.findall(r"`(\w+)`", table)) == functions


def test_the_guides_fault_is_declared_without_mistakes(guide: str) -> None:
    (code,) = re.findall(r"^```py\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    names: dict[str, object] = {"__name__": "guide"}
    exec(compile(code, "write-a-check.md", "exec"), names)
    made = names["sends_body_with_204"]
    assert isinstance(made, Fault)
    assert list(find_mistakes([made])) == []
