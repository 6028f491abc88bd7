"""Writes the documents of a receiver's run: a policy, an OpenAPI document and a target file.

A receiver is a target like any other: one operation, to which signed deliveries go.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

from apicheck.model.json import Json
from apicheck.model.target import is_loopback
from apicheck.run.directory import encode_json
from apicheck.run.receiver_promises import CLAUSE_SET, Promised

OPERATION = "deliver"


@dataclass(frozen=True, slots=True)
class Documents:
    """Where the documents of a receiver's run are."""

    policy: Path
    spec: Path
    target: Path


def write_documents(folder: Path, url: str, promised: Promised) -> Documents:
    """Write the documents of a run against a receiver's URL into a folder."""
    policy = {
        "policy": CLAUSE_SET,
        "title": promised.title,
        "spec": "openapi.yaml",
        "include": [CLAUSE_SET],
        "sources": promised.sources,
        "facts": {"webhooks": {"receiver": OPERATION, **promised.facts}, **_promise_tls(url)},
        "grades": promised.grades,
        "clauses": promised.clauses,
    }
    found = Documents(folder / "policy.yaml", folder / "openapi.yaml", folder / "apicheck.toml")
    found.policy.write_bytes(encode_json(policy))  # JSON is YAML
    found.spec.write_bytes(encode_json(build_document(url, promised)))
    found.target.write_text("", encoding="utf-8")
    return found


def _promise_tls(url: str) -> dict[str, Json]:
    """What is asked of the connection; nothing of a receiver that is tried out on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "http" and is_loopback(parts.hostname or ""):
        return {}
    return {"transport": {"https": "required", "tls": "1.2"}}


def build_document(url: str, promised: Promised) -> Json:
    """The OpenAPI document with the one operation to which deliveries go."""
    parts, sample = urlsplit(url), promised.sample
    parameters = [
        {"in": "query", "name": name, "required": True, "schema": {"type": "string"}, "example": v}
        for name, v in parse_qsl(parts.query, keep_blank_values=True)
    ]
    parameters += [
        {"in": "header", "name": name, "required": True, "schema": {"type": "string"}, "example": v}
        for name, v in sample.headers.items()
    ]
    media: dict[str, Json] = {"schema": sample.schema or {}}
    if sample.bodies:
        media["examples"] = {
            f"{number}": {"value": body} for number, body in enumerate(sample.bodies, start=1)
        }
    operation = {
        "operationId": OPERATION,
        "summary": "Receive a delivery",
        "parameters": parameters,
        "requestBody": {"required": True, "content": {sample.media: media}},
        "responses": {"2XX": {"description": "Acknowledged"}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{promised.title} at {parts.netloc}", "version": "1"},
        "paths": {quote(parts.path, safe="/%:@!$&'()*+,;=~") or "/": {"post": operation}},
        **({"components": sample.components} if sample.components else {}),
    }
