"""The page on the policy format: its examples load, and it leaves no key out."""

from __future__ import annotations

import json
import os
import re
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from yaml import safe_load

from apicheck.judge.attesting import weigh_attestations
from apicheck.load import load_policy, load_spec, load_target, profile_dir
from apicheck.load.attestations import read_attestations
from apicheck.model.facts import Facts
from apicheck.model.operation import Spec
from apicheck.model.policy import Clause, Policy

PAGE = (Path(__file__).parents[3] / "docs" / "policy-format.md").read_text()
TARGETS = re.findall(r"^```toml target\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
BLOCKS = re.findall(r"^```yaml (\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
RATES = "facts: {rate_limits: {buckets: {export: {limit: 5, ops: exportContacts}}}}\n"


def indented(text: str) -> str:
    return "".join(f"  {line}" for line in text.splitlines(keepends=True))


def as_policy(kind: str, text: str) -> str:
    if kind == "policy":
        return text
    before = RATES if kind == "clauses" else ""
    return f"policy: example\n{before}{kind}:\n{indented(text)}"


@pytest.fixture(scope="module")
def canonical() -> tuple[Spec, Policy]:
    spec = load_spec(profile_dir("canonical") / "openapi.yaml")
    return spec, load_policy(profile_dir("canonical") / "policy.yaml", spec)


@pytest.mark.parametrize(("kind", "text"), BLOCKS)
def test_every_example_loads(
    kind: str, text: str, canonical: tuple[Spec, Policy], tmp_path: Path
) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(as_policy(kind, text))
    (tmp_path / "history").symlink_to(profile_dir("canonical") / "history")
    loaded = load_policy(policy, canonical[0])
    assert loaded.clauses or loaded.origins


@pytest.mark.parametrize("text", TARGETS)
def test_every_target_file_loads(text: str, canonical: tuple[Spec, Policy], tmp_path: Path) -> None:
    spec, policy = canonical
    (tmp_path / "apicheck.toml").write_text(text)
    environ = {
        "ADMIN_TOKEN": "t0ken-1",
        "OTHER_TOKEN": "t0ken-2",
        "ADMIN_KEY": "t0ken-5",
        "A_ID": "t0ken-3",
        "A_SECRET": "t0ken-4",
        "PATH": os.environ["PATH"],
    }
    target = load_target(tmp_path / "apicheck.toml", spec=spec, policy=policy, environ=environ)
    assert target.identities["admin"].placeholder == "$APICHECK_ADMIN_TOKEN"


def test_every_key_of_a_target_file_is_on_the_page() -> None:
    schema = json.loads((files("apicheck.load") / "schemas/target.schema.json").read_text())
    named = set(schema["properties"])
    for section in ("identities", "safety", "tls", "webhooks"):
        inner = schema["properties"][section]
        rules = inner if "properties" in inner else inner["additionalProperties"]
        named |= set(rules["properties"])
    missing = {name for name in named - {"effects"} if not re.search(rf"\b{name}\b", PAGE)}
    assert missing == set()


def test_the_example_of_attestations_answers_the_question_of_the_first_policy() -> None:
    section = PAGE.partition("\n## Attestations\n")[2]
    text = section.partition("```yaml\n")[2].partition("```")[0]
    (clause,) = (one for one in safe_load(BLOCKS[0][1])["clauses"].items() if "attest" in one[1])
    asked = Clause(clause[0], attest=clause[1]["attest"])
    policy = Policy("engagement", "2026-11", "", (asked,), Facts())
    given = read_attestations(text, "attestations.yaml", policy)
    (weighed,) = weigh_attestations(policy.clauses, given, date(2026, 11, 29))
    assert weighed.counts


def test_there_are_examples_of_every_kind() -> None:
    assert {kind for kind, _ in BLOCKS} == {"policy", "facts", "clauses"}


def test_every_section_and_key_of_the_schema_is_on_the_page() -> None:
    schema = json.loads((files("apicheck.load") / "schemas/policy.schema.json").read_text())
    named = set(schema["properties"]) | set(schema["$defs"]["clause"]["properties"])
    for section, inner in schema["$defs"]["facts"]["properties"].items():
        named |= {section} | set(inner.get("properties", {}))
    missing = {name for name in named if not re.search(rf"`{name}`|\b{name}:", PAGE)}
    assert missing == set()
