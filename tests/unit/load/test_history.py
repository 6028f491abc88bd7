"""Earlier documents that a policy names."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.load import load_policy, parse_spec
from apicheck.model.errors import PolicyError
from apicheck.model.facts import Selector

NOW = """\
openapi: 3.1.0
info: {title: Things, version: "2"}
paths: {/v1/things: {get: {operationId: list, responses: {}}}}
"""
SPEC = parse_spec(NOW, "openapi.yaml")


def write(folder: Path, versioning: str) -> Path:
    path = folder / "policy.yaml"
    path.write_text(f"policy: p\nfacts:\n  versioning: {versioning}\nclauses: {{}}\n")
    return path


def test_documents_are_read_beside_the_policy(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(NOW.replace('"2"', f'"{name}"'))
    policy = load_policy(
        write(tmp_path, "{history: [one.yaml, two.yaml], promises: {compatible: true}}"), SPEC
    )
    assert [spec.version for spec in policy.earlier] == ["one", "two"]
    assert policy.facts.versioning is not None
    assert policy.facts.versioning.compatible == Selector(("*",))


def test_nothing_is_promised_unless_the_policy_says_so(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(NOW)
    versioning = load_policy(write(tmp_path, "{history: one.yaml}"), SPEC).facts.versioning
    assert versioning is not None
    assert versioning.compatible is None


def test_an_operation_that_is_gone_may_be_selected(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(NOW.replace("/v1/things", "/v1/gone"))
    promise = '{history: one.yaml, promises: {compatible: "/v1/gone"}}'
    assert load_policy(write(tmp_path, promise), SPEC).earlier


def test_copies_may_be_elsewhere(tmp_path: Path) -> None:
    copy = tmp_path / "copy.yaml"
    copy.write_text(NOW)
    policy = load_policy(write(tmp_path, "{history: gone.yaml}"), SPEC, earlier=[copy])
    assert [spec.file for spec in policy.earlier] == [str(copy)]


def test_mistakes_are_told_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("openapi: 1.0\n")
    path = write(tmp_path, "{history: [bad.yaml, none.yaml]}")
    with pytest.raises(PolicyError) as raised:
        load_policy(path, SPEC)
    said = str(raised.value)
    assert "policy.yaml:3: facts.versioning.history: bad.yaml cannot be read" in said
    assert "OpenAPI 1.0 is not supported" in said
    assert "none.yaml cannot be read" in said
    assert "there is no such file" in said


def test_a_selector_that_selects_nothing_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(NOW)
    path = write(tmp_path, '{history: one.yaml, promises: {compatible: "/v3/**"}}')
    with pytest.raises(PolicyError, match=r'policy.yaml:3: .*"/v3/\*\*" selects no operation'):
        load_policy(path, SPEC)
