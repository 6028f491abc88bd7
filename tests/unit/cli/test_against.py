"""apicheck lint --against."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from apicheck.cli import main

OLD = """\
openapi: 3.1.0
info: {title: Things, version: "1"}
paths:
  /v1/things:
    get:
      operationId: listThings
      parameters: [{name: q, in: query, schema: {type: string}}]
      responses: {"200": {description: all}}
  /v2/things:
    get:
      operationId: listThings2
      responses: {"200": {description: all}}
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.yaml"
    path.write_text(OLD)
    return path


def write(folder: Path, text: str) -> str:
    path = folder / "new.yaml"
    path.write_text(text)
    return str(path)


def test_a_breaking_change_is_told_with_both_lines(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = write(tmp_path, OLD.replace("string", "integer"))
    assert main(["lint", "--spec", new, "--against", str(old)]) == 1
    said = capsys.readouterr().out
    assert "breaking request-type-narrowed: string → integer" in said
    assert f"old  {old}:7" in said
    assert f"new  {new}:7" in said
    assert "1 breaking, 0 probably breaking" in said


def test_what_adds_is_no_change(old: Path, tmp_path: Path) -> None:
    new = write(tmp_path, f"{OLD}  /v3/things:\n    get: {{responses: {{}}}}\n")
    assert main(["lint", "--spec", new, "--against", str(old)]) == 0


def test_only_some_operations_are_compared(old: Path, tmp_path: Path) -> None:
    new = write(tmp_path, OLD.replace("/v2/things", "/v3/things"))
    assert main(["lint", "--spec", new, "--against", str(old)]) == 1
    assert main(["lint", "--spec", new, "--against", str(old), "--only", "/v1/**"]) == 0
    assert main(["lint", "--spec", new, "--against", str(old), "--only", "/v4/**"]) == 2


def test_a_probable_change_counts_when_it_is_asked_for(old: Path, tmp_path: Path) -> None:
    new = write(tmp_path, OLD.replace('{"200"', '{"202": {description: later}, "200"'))
    assert main(["lint", "--spec", new, "--against", str(old)]) == 0
    assert main(["lint", "--spec", new, "--against", str(old), "--strict"]) == 1


def test_programs_get_json(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = write(tmp_path, OLD.replace("string", "integer"))
    assert main(["lint", "--spec", new, "--against", str(old), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["counts"] == {"breaking": 1, "probably-breaking": 0}
    (change,) = said["changes"]
    assert change["operations"] == ["listThings"]
    assert change["where"] == "parameter q in query"


def test_the_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--rules"]) == 0
    assert "operation-removed" in capsys.readouterr().out


@pytest.mark.parametrize("option", [["--json"], ["--strict"], ["--only", "x"]])
def test_options_of_the_comparison_need_a_document_to_compare_with(
    option: list[str], old: Path
) -> None:
    assert main(["lint", "--spec", str(old), *option]) == 2


def test_a_document_that_is_none_is_refused(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("openapi: 3.1.0\npaths: []\n")
    assert main(["lint", "--spec", str(old), "--against", str(broken)]) == 2
    assert "broken.yaml:2" in capsys.readouterr().err
