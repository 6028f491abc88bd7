"""The page on the policy format: its examples load, and it leaves no key out."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from apicheck.load import load_policy, load_spec, profile_dir

PAGE = (Path(__file__).parents[3] / "docs" / "policy-format.md").read_text()
BLOCKS = re.findall(r"^```yaml (\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
RATES = "facts: {rate_limits: {buckets: {export: {limit: 5, ops: exportContacts}}}}\n"


def indented(text: str) -> str:
    return "".join(f"  {line}" for line in text.splitlines(keepends=True))


def as_policy(kind: str, text: str) -> str:
    if kind == "policy":
        return text
    before = RATES if kind == "clauses" else ""
    return f"policy: example\n{before}{kind}:\n{indented(text)}"


@pytest.mark.parametrize(("kind", "text"), BLOCKS)
def test_every_example_loads(kind: str, text: str, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(as_policy(kind, text))
    spec = load_spec(profile_dir("canonical") / "openapi.yaml")
    loaded = load_policy(policy, spec)
    assert loaded.clauses or loaded.origins


def test_there_are_examples_of_every_kind() -> None:
    assert {kind for kind, _ in BLOCKS} == {"policy", "facts", "clauses"}


def test_every_section_and_key_of_the_schema_is_on_the_page() -> None:
    schema = json.loads((files("apicheck.load") / "schemas/policy.schema.json").read_text())
    named = set(schema["properties"]) | set(schema["$defs"]["clause"]["properties"])
    for section, inner in schema["$defs"]["facts"]["properties"].items():
        named |= {section} | set(inner.get("properties", {}))
    missing = {name for name in named if not re.search(rf"`{name}`|\b{name}:", PAGE)}
    assert missing == set()
