"""Makes the documents of a receiver's run: a policy, an OpenAPI document and a target file.

A receiver is a target like any other: one operation, to which signed deliveries go.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

from apicheck.load import find_signature_mistakes, load_policy, load_spec
from apicheck.load.source import read_source
from apicheck.model.codec import to_json
from apicheck.model.errors import Mistake, PolicyError
from apicheck.model.facts import Signature, Webhooks
from apicheck.model.json import Json, at, with_value
from apicheck.model.operation import Spec
from apicheck.model.policy import Clause, Policy
from apicheck.run.directory import encode_json

OPERATION = "deliver"
CLAUSE_SET = "receiver"
_SAMPLES = Path(__file__).with_name("sample_deliveries.yaml")
_ACTOR = "receiver"
_NOT_MADE = {
    "paypal": "its receivers fetch a certificate of PayPal's, with which nobody else can sign",
}
"""Schemes whose deliveries only the provider can make, with the reason."""

Members = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Documents:
    """Where the documents of a receiver's run are."""

    policy: Path
    spec: Path
    target: Path


@dataclass(frozen=True, slots=True)
class Sample:
    """A delivery as it looks without its signature. components: to which its schema refers."""

    media: str = "application/json"
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)
    schema: Json = None
    components: Json = None


@dataclass(frozen=True, slots=True)
class Promised:
    """What a receiver is held to beside the built-in clauses.

    facts: of `webhooks`. clauses, sources: of a provider's policy that bind its receivers.
    grade: of the signature, where the policy's author assumes it.
    """

    facts: Members
    sample: Sample
    title: str
    clauses: Members = field(default_factory=dict)
    sources: Members = field(default_factory=dict)
    grades: Members = field(default_factory=dict)


def promise_of_scheme(scheme: str, options: Mapping[str, str]) -> Promised:
    """What holds for a receiver of any provider that signs by a scheme.

    Raises PolicyError, with every mistake, for a scheme by which nothing could be signed.
    """
    if mistakes := list(_find_mistakes(scheme, options)):
        raise PolicyError("no delivery can be signed by this scheme", tuple(mistakes))
    given = _read(_SAMPLES)[scheme]
    sample = Sample(given["media"], given["body"], given.get("headers", {}))
    facts: dict[str, Json] = {"signature": {"scheme": scheme, **options}}
    if "timeout" in given:
        facts["delivery"] = {"timeout": given["timeout"]}
    return Promised(facts, sample, f"A receiver of {scheme} deliveries")


def promise_of_provider(folder_or_file: Path, event: str) -> Promised:
    """What a provider's policy says of its deliveries, and of their receivers.

    event: whose example is delivered; "" for the first. Raises PolicyError where it signs nothing.
    """
    file = folder_or_file / "policy.yaml" if folder_or_file.is_dir() else folder_or_file
    written = _read(file)
    spec = load_spec(file.parent / str(written.get("spec", "openapi.yaml")))
    policy = load_policy(file, spec)
    webhooks = policy.facts.webhooks
    if not isinstance(webhooks, Webhooks) or not isinstance(webhooks.signature, Signature):
        raise PolicyError(
            f"{policy.id} promises no signature of its webhooks: no receiver can tell a forgery,"
            " and there is nothing to test"
        )
    bound = [clause for clause in policy.clauses if _ACTOR in clause.actors]
    deadline = webhooks.delivery.timeout_s
    grade = policy.grades.get("webhooks.signature")
    return Promised(
        facts={
            "signature": _write_signature(webhooks.signature),
            **({"payload": dict(webhooks.payload)} if webhooks.payload else {}),
            **({"delivery": {"timeout": f"{deadline:g}s"}} if deadline else {}),
        },
        sample=_find_sample(spec, webhooks, event),
        title=f"A receiver of {policy.title or policy.id}",
        clauses={clause.id: _write_clause(clause) for clause in bound},
        sources=_write_sources(policy, bound),
        grades={"webhooks.signature": grade.value} if grade else {},
    )


def write_documents(folder: Path, url: str, promised: Promised) -> Documents:
    """Write the documents of a run against a receiver's URL into a folder."""
    policy = {
        "policy": CLAUSE_SET,
        "title": promised.title,
        "spec": "openapi.yaml",
        "include": [CLAUSE_SET],
        "sources": promised.sources,
        "facts": {"webhooks": {"receiver": OPERATION, **promised.facts}},
        "grades": promised.grades,
        "clauses": promised.clauses,
    }
    found = Documents(folder / "policy.yaml", folder / "openapi.yaml", folder / "apicheck.toml")
    found.policy.write_bytes(encode_json(policy))  # JSON is YAML
    found.spec.write_bytes(encode_json(build_document(url, promised)))
    found.target.write_text("", encoding="utf-8")
    return found


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
    if sample.body is not None:
        media["example"] = sample.body
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


def _find_mistakes(scheme: str, options: Mapping[str, str]) -> Iterator[Mistake]:
    if scheme in _NOT_MADE:
        yield Mistake("--scheme", 0, scheme, "cannot be tested", _NOT_MADE[scheme])
    own = {name: value for name, value in options.items() if name != "tolerance"}
    for option, message, hint in find_signature_mistakes(Signature(scheme, own)):
        place = "--scheme" if option == "scheme" else "--param"
        yield Mistake(place, 0, "" if option == "scheme" else option, message, hint)


def _read(file: Path) -> Members:
    return dict(read_source(file, PolicyError).value)


def _find_sample(spec: Spec, webhooks: Webhooks, event: str) -> Sample:
    """The delivery of an event as the document describes it in `webhooks`."""
    described: Members = spec.document.get("webhooks") or {}
    if event and event not in {*described, *webhooks.events}:
        known = ", ".join(sorted({*described, *webhooks.events})) or "none"
        raise PolicyError(f'there is no event "{event}"; there are: {known}')
    name = event or next(iter(described), "")
    content = at(described.get(name, {}), "/post/requestBody/content")
    if not isinstance(content, Mapping) or not content:
        return Sample(body={"id": "evt_{apicheck:unique}", "type": name or "apicheck.test"})
    media, shown = next(iter(content.items()))
    examples: Members = shown.get("examples") or {}
    body = shown.get("example", next((e.get("value") for e in examples.values()), None))
    pointer = webhooks.payload.get("id") or webhooks.id.get("pointer")
    if isinstance(body, Mapping) and isinstance(pointer, str):
        body = with_value(body, pointer, "evt_{apicheck:unique}")
    return Sample(
        media, body, schema=shown.get("schema"), components=spec.document.get("components")
    )


def _write_signature(signature: Signature) -> Json:
    tolerance = f"{signature.tolerance_s:g}s"
    return {"scheme": signature.scheme, **signature.options, "tolerance": tolerance}


def _write_clause(clause: Clause) -> Json:
    fields = {
        "section": clause.section,
        "title": clause.title,
        "quote": clause.quote,
        "statement": clause.statement,
        "level": clause.level.value,
        "actors": _ACTOR,
        "source": clause.source,
        "checks": [name for name in clause.checks if name.startswith(f"{CLAUSE_SET}/")],
        "attest": clause.attest,
        "ambiguity": clause.ambiguity,
    }
    return {name: value for name, value in fields.items() if value}


def _write_sources(policy: Policy, bound: list[Clause]) -> Members:
    """The texts from which the clauses are quoted; their files stay where they are."""
    used = {clause.source for clause in bound}
    return {
        name: {
            key: value
            for key, value in json.loads(json.dumps(to_json(source))).items()
            if key in ("url", "retrieved", "grade") and value
        }
        for name, source in policy.sources.items()
        if name in used
    }
