"""What a receiver is held to: by the scheme of its deliveries, or by a provider's policy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from apicheck.load import document_of, find_signature_mistakes, load_policy, load_spec
from apicheck.load.mistakes import did_you_mean
from apicheck.load.source import read_source
from apicheck.model.codec import to_json
from apicheck.model.errors import Mistake, PolicyError
from apicheck.model.facts import Delivery, Signature, Webhooks
from apicheck.model.json import Json, at, with_value
from apicheck.model.operation import Spec
from apicheck.model.policy import Clause, Policy
from apicheck.model.subject import UNIQUE

CLAUSE_SET = "receiver"
_SAMPLES = Path(__file__).with_name("sample_deliveries.yaml")
_ACTOR = "receiver"
_UNIQUE_ID = f"evt_{UNIQUE}"
_NAME = re.compile(r"\{(\w+)\}")
SIGNED_NAMES = frozenset({"body", "id", "method", "secret", "target", "timestamp"})
"""What a delivery itself gives to what is signed."""
_NOT_MADE = {
    "paypal": "its receivers fetch a certificate of PayPal's, with which nobody else can sign",
}
"""Schemes whose deliveries only the provider can make, with the reason."""

Members = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Sample:
    """Deliveries as they look without their signatures, of one media type.

    bodies: the usual one first. components: to which the schema refers.
    """

    media: str = "application/json"
    bodies: tuple[Json, ...] = ()
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
    sample = Sample(given["media"], (given["body"],), given.get("headers", {}))
    facts: dict[str, Json] = {"signature": {"scheme": scheme, **options}}
    if "timeout" in given:
        facts["delivery"] = {"timeout": given["timeout"]}
    return Promised(facts, sample, f"A receiver of {scheme} deliveries")


def promise_of_provider(
    folder_or_file: Path, events: Sequence[str] = (), values: Mapping[str, str] = {}
) -> Promised:
    """What a provider's policy says of its deliveries, and of their receivers.

    events: whose examples are delivered; () for all. values: of the names that the
    policy leaves open in what is signed (`licenseCode`). Raises PolicyError where it signs nothing.
    """
    file = folder_or_file / "policy.yaml" if folder_or_file.is_dir() else folder_or_file
    spec = load_spec(document_of(file))
    policy = load_policy(file, spec)
    webhooks = policy.facts.webhooks
    if not isinstance(webhooks, Webhooks) or not isinstance(webhooks.signature, Signature):
        raise PolicyError(
            f"{policy.id} promises no signature of its webhooks: no receiver can tell a forgery,"
            " and there is nothing to test"
        )
    bound = [clause for clause in policy.clauses if _ACTOR in clause.actors]
    return Promised(
        facts={
            "signature": _write_signature(fill_signature(webhooks.signature, values)),
            "payload": dict(webhooks.payload),
            "delivery": _write_delivery(webhooks.delivery),
            **({"https": webhooks.https} if webhooks.https else {}),
        },
        sample=_find_sample(spec, webhooks, events),
        title=f"A receiver of {policy.title or policy.id}",
        clauses={clause.id: _write_clause(clause) for clause in bound},
        sources=_write_sources(policy, bound),
        grades={
            path: grade.value
            for path, grade in policy.grades.items()
            if path in {"webhooks", "webhooks.signature"}
        },
    )


def fill_signature(signature: Signature, values: Mapping[str, str]) -> Signature:
    """The signature with values in what is signed. Raises PolicyError for names without value."""
    signed = signature.options.get("signed", "")
    open_names = [name for name in _NAME.findall(signed) if name not in SIGNED_NAMES]
    mistakes = [
        Mistake("--param", 0, name, "the policy leaves its value open", f"--param {name}=…")
        for name in open_names
        if name not in values
    ]
    mistakes += [
        Mistake(
            "--param", 0, name, "the policy signs no such value", did_you_mean(name, open_names)
        )
        for name in values
        if name not in open_names
    ]
    if mistakes:
        raise PolicyError("no delivery can be signed by this policy", tuple(mistakes))
    for name, value in values.items():
        signed = signed.replace(f"{{{name}}}", value)
    return replace(
        signature, options={**signature.options, **({"signed": signed} if values else {})}
    )


def _find_mistakes(scheme: str, options: Mapping[str, str]) -> Iterator[Mistake]:
    if scheme in _NOT_MADE:
        yield Mistake("--scheme", 0, scheme, "cannot be tested", _NOT_MADE[scheme])
    own = {name: value for name, value in options.items() if name != "tolerance"}
    for option, message, hint in find_signature_mistakes(Signature(scheme, own)):
        place = "--scheme" if option == "scheme" else "--param"
        yield Mistake(place, 0, "" if option == "scheme" else option, message, hint)


def _read(file: Path) -> Members:
    return dict(read_source(file, PolicyError).value)


def _find_sample(spec: Spec, webhooks: Webhooks, events: Sequence[str]) -> Sample:
    """The deliveries of events as the document describes them in `webhooks`."""
    described: Members = spec.document.get("webhooks") or {}
    known = sorted({*described, *webhooks.events})
    listed = f"there are: {', '.join(known) or 'none'}"
    mistakes = tuple(
        Mistake("--event", 0, "", f'there is no event "{one}"', did_you_mean(one, known) or listed)
        for one in events
        if one not in known
    )
    if mistakes:
        raise PolicyError("the policy does not know every event", mistakes)
    wanted = events or list(described)
    contents = [at(described.get(name, {}), "/post/requestBody/content") for name in wanted]
    found = [next(iter(one.items())) for one in contents if isinstance(one, Mapping) and one]
    pointer = webhooks.payload.get("id") or webhooks.id.get("pointer")
    bodies = [
        with_value(body, pointer, _UNIQUE_ID)
        if isinstance(body, Mapping) and isinstance(pointer, str)
        else body
        for _, shown in found
        for body in _list_examples(shown)
    ]
    if not found:
        return Sample(bodies=({"id": _UNIQUE_ID, "type": next(iter(events), "apicheck.test")},))
    (media, first), *_ = found
    schema = first.get("schema") if len(found) == 1 else None
    return Sample(media, tuple(bodies), schema=schema, components=spec.document.get("components"))


def _list_examples(shown: Members) -> list[Json]:
    if "example" in shown:
        return [shown["example"]]
    named: Members = shown.get("examples") or {}
    return [one["value"] for one in named.values() if isinstance(one, Mapping) and "value" in one]


def _write_delivery(delivery: Delivery) -> Json:
    """When a sender gives up, what it takes for an acknowledgement, how much it sends."""
    timeout, acknowledged = delivery.timeout_s, delivery.acknowledged
    limit = delivery.body_limit_bytes
    return {
        **({"body_limit": limit} if limit is not None else {}),
        **({"timeout": f"{timeout:g}s"} if timeout else {}),
        **({"acknowledged": list(acknowledged.patterns)} if acknowledged else {}),
    }


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
        "untested": clause.untested,
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
