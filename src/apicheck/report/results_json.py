"""Encode results as results.json, schema `apicheck-results/1`, and decode them again."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from importlib import resources
from typing import cast

from apicheck.model.attestation import Attested
from apicheck.model.codec import from_json, to_json
from apicheck.model.errors import RunDirectoryError
from apicheck.model.json import Json
from apicheck.model.operation import LeftOut
from apicheck.model.results import (
    CheckResult,
    ClauseResult,
    Finding,
    OperationResult,
    PreflightItem,
    Provenance,
    Results,
    ScopeUse,
    Standing,
    Task,
    Word,
)
from apicheck.report.text import HIDDEN

SCHEMA = "apicheck-results/1"

_HIDDEN = re.compile(f"[{HIDDEN}]")


def load_schema() -> Mapping[str, Json]:
    """Load the published JSON Schema of results.json."""
    text = (resources.files("apicheck.report") / "results.schema.json").read_text("utf-8")
    return cast("Mapping[str, Json]", json.loads(text))


def encode_results(results: Results) -> bytes:
    """Encode the results as JSON text, UTF-8; equal results give equal bytes.

    A member is a line, and so is each element of a list: a result, a clause, a finding. Characters
    that nobody sees are escaped, so that no editor and no terminal obeys them.
    """
    members = (
        f" {_write(name)}: {_write_lines(value) if isinstance(value, list) else _write(value)}"
        for name, value in build_document(results).items()
    )
    text = "{\n" + ",\n".join(members) + "\n}\n"
    return _HIDDEN.sub(lambda match: json.dumps(match[0])[1:-1], text).encode()


def _write_lines(values: list[Json]) -> str:
    return "[\n" + ",\n".join(f"  {_write(value)}" for value in values) + "\n ]" if values else "[]"


def _write(value: Json) -> str:
    # Without indentation it is the library's part in C that writes.
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def build_document(results: Results) -> dict[str, Json]:
    """Build a JSON value of the published shape from the results."""
    return {
        "schema": SCHEMA,
        "verdict": to_json(results.word, whole=True),
        "run": _encode_run(results),
        "summary": summarize(results),
        "tasks": to_json(results.tasks, whole=True),
        "preflight": to_json(results.preflight, whole=True),
        "clauses": [_encode_clause(results, item) for item in results.clauses],
        "findings": to_json(results.findings, whole=True),
        "results": to_json(results.checks, whole=True),
        "operations": to_json(results.operations, whole=True),
        "scopes": to_json(results.scopes, whole=True),
        "document": {
            "left_out": to_json(results.left_out, whole=True),
            "remarks": results.remarks,
        },
        "catalogue": to_json(results.catalogue, whole=True),
        "facts": to_json(results.facts, whole=True),
        "caveats": to_json(results.caveats, whole=True),
        "leftovers": to_json(results.leftovers, whole=True),
        "attestations": to_json(results.attestations, whole=True),
        "coverage": to_json(results.coverage, whole=True),
    }


def _encode_run(results: Results) -> dict[str, Json]:
    """Encode the provenance, with its maps in alphabetical order, as a saved run has them."""
    run: dict[str, Json] = to_json(results.run, whole=True)
    places = {name: dict(sorted(run["places"][name].items())) for name in sorted(run["places"])}
    maps = {name: dict(sorted(run[name].items())) for name in ("digests", "versions")}
    return {**run, **maps, "places": places}


def summarize(results: Results) -> dict[str, Json]:
    """Count clauses, findings and operations, with denominators. Derived, so not read back."""
    in_scope = [item for item in results.clauses if item.in_scope]
    binding = [item for item in in_scope if item.clause.level.binding]
    return {
        "clauses": len(results.clauses),
        "in_scope": len(in_scope),
        "binding_in_scope": len(binding),
        "by_verdict": dict(Counter(item.verdict.value for item in results.clauses)),
        "binding_by_verdict": dict(Counter(item.verdict.value for item in binding)),
        "by_consequence": dict(Counter(item.consequence.value for item in results.clauses)),
        "findings": _count_severities(results.findings),
        "requests": results.run.requests,
        "operations": len(results.operations),
        "operations_by_standing": {
            standing.value: sum(one.standing is standing for one in results.operations)
            for standing in Standing
        },
    }


def _count_severities(findings: tuple[Finding, ...]) -> dict[str, int]:
    counts = Counter(item.severity for item in findings)
    return {severity.name.lower(): counts[severity] for severity in sorted(counts, reverse=True)}


def _encode_clause(results: Results, item: ClauseResult) -> dict[str, Json]:
    written = to_json(item.clause, whole=True)
    declared = written.pop("checks")
    judged = to_json(item, whole=True)
    del judged["clause"], judged["results"]
    return {
        **written,
        "declared_checks": declared,
        **judged,
        "checks": [_join_result(index, result) for index, result in results.results_of(item)],
    }


def _join_result(index: int, result: CheckResult) -> dict[str, Json]:
    return {
        "id": result.check,
        "subject": result.subject,
        "verdict": result.verdict.value,
        "outcome": result.failures[0].outcome if result.failures else None,
        "result": index,
    }


def results_from_json(data: bytes) -> Results:
    """Decode what `encode_results` wrote. Raises RunDirectoryError for anything else."""
    try:
        value = json.loads(data)
    except ValueError as error:
        raise RunDirectoryError(f"results.json is not JSON: {error}") from None
    found = value.get("schema") if isinstance(value, dict) else None
    if found != SCHEMA:
        raise RunDirectoryError(
            f"results.json has schema {found!r}; this version of apicheck reads {SCHEMA!r}"
        )
    try:
        return _decode(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"results.json does not follow {SCHEMA}: {type(error).__name__}: {error}"
        raise RunDirectoryError(message) from None


def _decode(value: Mapping[str, Json]) -> Results:
    return Results(
        run=from_json(Provenance, value["run"]),
        word=from_json(Word, value["verdict"]),
        tasks=from_json(tuple[Task, ...], value["tasks"]),
        preflight=from_json(tuple[PreflightItem, ...], value["preflight"]),
        clauses=tuple(_decode_clause(item) for item in value["clauses"]),
        checks=from_json(tuple[CheckResult, ...], value["results"]),
        findings=from_json(tuple[Finding, ...], value["findings"]),
        catalogue=value["catalogue"],
        facts=tuple(value["facts"]),
        caveats=tuple(value["caveats"]),
        leftovers=tuple(value["leftovers"]),
        attestations=from_json(tuple[Attested, ...], value.get("attestations", [])),
        operations=from_json(tuple[OperationResult, ...], value["operations"]),
        scopes=from_json(tuple[ScopeUse, ...], value.get("scopes", [])),
        left_out=from_json(tuple[LeftOut, ...], value["document"]["left_out"]),
        remarks=value["document"]["remarks"],
    )


_JUDGED = (
    "verdict",
    "consequence",
    "reason",
    "in_scope",
    "findings",
    "tally",
    "kind",
    "outcomes",
    "capped_by",
    "waiver",
    "waived",
)


def _decode_clause(value: Mapping[str, Json]) -> ClauseResult:
    written = {
        name: item
        for name, item in value.items()
        if name not in (*_JUDGED, "checks", "declared_checks")
    }
    judged = {name: value[name] for name in _JUDGED if name in value}
    return from_json(
        ClauseResult,
        {
            "clause": {**written, "checks": value["declared_checks"]},
            "results": [item["result"] for item in value["checks"]],
            **judged,
        },
    )
