"""The facts that a policy may state, as its schema has them, and what a new one takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from apicheck.model.errors import ScaffoldError
from apicheck.model.json import Json
from apicheck.scaffold.project import near

SCHEMA = "src/apicheck/load/schemas/policy.schema.json"
_PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_REFUSALS = "requests"
"""The section in which every key is a kind of request, and every value its refusal."""
_MODEL = "media"
"""The kind whose values a new kind has."""

PLACES_OF_A_FACT = (
    (SCHEMA, "the key, and which values it may have"),
    ("src/apicheck/model/facts/", "the field of the section's type; a kind of `requests` has none"),
    ("src/apicheck/load/facts.py", "a short form of the value, if it has one"),
    ("docs/policy-format.md", "what the fact promises"),
    ("openapi/canonical/source.md", "the sentence that promises it"),
    ("openapi/canonical/policy.yaml", "the fact, and the clause that quotes the sentence"),
    ("openapi/canonical/openapi.yaml", "the response, if an operation does not document it yet"),
    ("reference_server/stages/", "the stage that keeps the promise, and the kind of its refusal"),
    ("reference_server/policy.py", "which fact promises that kind, and its usual statuses"),
    ("src/apicheck/plan/lint.py", "a kind of `requests` that needs a body: `_OF_BODIES`"),
)
"""Where a new fact is stated: (file or folder, what is stated there), in order."""


def is_known(fact: str, schema: Json) -> bool:
    """Whether a policy may state a fact. Raises ScaffoldError for what is no path of one."""
    sections = schema["$defs"]["facts"]["properties"]
    section = fact.partition(".")[0]
    if section not in sections:
        raise ScaffoldError(f"{fact!r} is no fact: no section {section!r}{near(section, sections)}")
    found = [schema["$defs"]["facts"]]
    for key in fact.split("."):
        found = [inner for one in found for inner in _members(key, one, schema)]
    if not (found or _PATH.fullmatch(fact)):
        raise ScaffoldError(f"{fact!r} is no path of a fact, such as requests.media")
    return bool(found)


def suggest(fact: str, schema: Json) -> str:
    """A question about the fact of the same section that is like this one; "" where none is."""
    section, _, rest = fact.partition(".")
    rules = schema["$defs"]["facts"]["properties"][section]
    return near(rest, rules.get("properties", {}))


def _members(key: str, rules: Json, schema: Json) -> Iterator[Json]:
    if "$ref" in rules:
        yield from _members(key, schema["$defs"][rules["$ref"].rpartition("/")[2]], schema)
    for keyword in ("anyOf", "oneOf", "allOf"):
        for inner in rules.get(keyword, ()):
            yield from _members(key, inner, schema)
    others = rules.get("additionalProperties")
    if key in rules.get("properties", {}):
        yield rules["properties"][key]
    elif isinstance(others, dict):
        yield others


def refusal_kind(fact: str) -> str:
    """The kind of request whose refusal a fact promises; "" for a fact of another section."""
    section, _, kind = fact.partition(".")
    return kind if section == _REFUSALS else ""


def with_refusal(text: str, kind: str) -> str:
    """The text of the schema with one more kind of request. Raises ScaffoldError if in doubt."""
    schema = json.loads(text)
    kinds = schema["$defs"]["facts"]["properties"][_REFUSALS]["properties"]
    kinds[kind] = kinds[_MODEL]
    if _dumped(json.loads(text)) != text:
        raise ScaffoldError(f"{SCHEMA} is not in the form in which it can be edited: add it there")
    return _dumped(schema)


def read_schema(root: Path | None = None) -> Json:
    """The schema of policies: a checkout's, or that of the apicheck which runs."""
    file = root / SCHEMA if root else files("apicheck.load").joinpath("schemas/policy.schema.json")
    return json.loads(file.read_text("utf-8"))


def _dumped(schema: Json) -> str:
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
