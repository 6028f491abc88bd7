"""The schema of the facts and their types have the same keys."""

from __future__ import annotations

from typing import Any

from apicheck.load import facts_from
from apicheck.load.mistakes import schema, validator
from apicheck.model.facts import ExpectedResponse, Foreign

_TEXTS = {"duration": "60s", "date": "2026-01-31"}
_DEFINITIONS = schema("policy")["$defs"]


def _fill(rule: dict[str, Any], text: str = "status") -> Any:
    """A value with every key that a schema knows; the richest form where it allows several."""
    if "$ref" in rule:
        name = rule["$ref"].rpartition("/")[2]
        return _fill(_DEFINITIONS[name], _TEXTS.get(name, "/status"))
    if "anyOf" in rule:
        return _fill(rule["anyOf"][-1])
    if "enum" in rule:
        return rule["enum"][0]
    types = rule.get("type", "string")
    if "object" in types:
        values = {key: _fill(inner) for key, inner in rule.get("properties", {}).items()}
        others = rule.get("additionalProperties")
        return {**values, "/any": _fill(others)} if isinstance(others, dict) else values
    if "array" in types:
        return [_fill(rule["items"])] if "items" in rule else []
    if "integer" in types:
        return rule["minimum"]
    return True if types == "boolean" else text


def test_every_key_of_the_schema_is_read() -> None:
    written = _fill(_DEFINITIONS["facts"])
    assert not list(validator("policy", "facts").iter_errors(written))
    facts = facts_from(written)
    refused = facts.requests["media"]
    assert isinstance(refused, ExpectedResponse)
    assert refused.challenge is not None
    assert isinstance(facts.authorization.foreign["user"], Foreign)
