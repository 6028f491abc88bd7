"""results.json, schema `apicheck-results/1`: the run, for programs, and back again."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from importlib import resources
from typing import cast

from apicheck.model.errors import RunDirectoryError
from apicheck.model.json import Json
from apicheck.model.results import (
    CheckResult,
    ClauseResult,
    Finding,
    PreflightItem,
    Provenance,
    Results,
    Task,
    Word,
)
from apicheck.report.codec import plain, typed

SCHEMA = "apicheck-results/1"

_SURROGATE = re.compile("[\ud800-\udfff]")


def schema() -> Mapping[str, Json]:
    """The published JSON Schema of results.json."""
    text = (resources.files("apicheck.report") / "results.schema.json").read_text("utf-8")
    return cast("Mapping[str, Json]", json.loads(text))


def encoded(results: Results) -> bytes:
    """The results as JSON text, UTF-8; equal results give equal bytes."""
    text = json.dumps(document(results), ensure_ascii=False, indent=1, allow_nan=False)
    escaped = _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return escaped.encode() + b"\n"


def document(results: Results) -> dict[str, Json]:
    """The results as a JSON value of the published shape."""
    return {
        "schema": SCHEMA,
        "verdict": plain(results.word),
        "run": plain(results.run),
        "summary": summary(results),
        "tasks": plain(results.tasks),
        "preflight": plain(results.preflight),
        "clauses": [_clause(results, item) for item in results.clauses],
        "findings": plain(results.findings),
        "results": plain(results.checks),
        "catalogue": plain(results.catalogue),
        "facts": plain(results.facts),
        "concessions": plain(results.concessions),
        "leftovers": plain(results.leftovers),
        "coverage": plain(results.coverage),
    }


def summary(results: Results) -> dict[str, Json]:
    """Counts with their denominators, for readers who want no more. Derived, never read back."""
    in_scope = [item for item in results.clauses if item.in_scope]
    binding = [item for item in in_scope if item.clause.level.binding]
    return {
        "clauses": len(results.clauses),
        "in_scope": len(in_scope),
        "binding_in_scope": len(binding),
        "by_verdict": dict(Counter(item.verdict.value for item in results.clauses)),
        "binding_by_verdict": dict(Counter(item.verdict.value for item in binding)),
        "by_consequence": dict(Counter(item.consequence.value for item in results.clauses)),
        "findings": dict(Counter(item.severity.name.lower() for item in results.findings)),
        "requests": results.run.requests,
        "operations": len(results.coverage),
        "operations_reached": sum(1 for count in results.coverage.values() if count),
    }


def _clause(results: Results, item: ClauseResult) -> dict[str, Json]:
    written = plain(item.clause)
    declared = written.pop("checks")
    judged = plain(item)
    del judged["clause"], judged["results"]
    return {
        **written,
        "declared_checks": declared,
        **judged,
        "checks": [_joined(index, results.checks[index]) for index in item.results],
    }


def _joined(index: int, result: CheckResult) -> dict[str, Json]:
    return {
        "id": result.check,
        "subject": result.subject,
        "verdict": result.verdict.value,
        "outcome": result.failures[0].outcome if result.failures else None,
        "result": index,
    }


def results_from_json(data: bytes) -> Results:
    """The results that `encoded` wrote. Raises RunDirectoryError for anything else."""
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
        return _decoded(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"results.json does not follow {SCHEMA}: {type(error).__name__}: {error}"
        raise RunDirectoryError(message) from None


def _decoded(value: Mapping[str, Json]) -> Results:
    return Results(
        run=typed(Provenance, value["run"]),
        word=typed(Word, value["verdict"]),
        tasks=typed(tuple[Task, ...], value["tasks"]),
        preflight=typed(tuple[PreflightItem, ...], value["preflight"]),
        clauses=tuple(_clause_result(item) for item in value["clauses"]),
        checks=typed(tuple[CheckResult, ...], value["results"]),
        findings=typed(tuple[Finding, ...], value["findings"]),
        catalogue=value["catalogue"],
        facts=tuple(value["facts"]),
        concessions=tuple(value["concessions"]),
        leftovers=tuple(value["leftovers"]),
        coverage=value["coverage"],
    )


_JUDGED = ("verdict", "consequence", "reason", "in_scope", "findings", "tally", "kind", "capped_by")


def _clause_result(value: Mapping[str, Json]) -> ClauseResult:
    written = {
        name: item
        for name, item in value.items()
        if name not in (*_JUDGED, "checks", "declared_checks")
    }
    judged = {name: value[name] for name in _JUDGED}
    return typed(
        ClauseResult,
        {
            "clause": {**written, "checks": value["declared_checks"]},
            "results": [item["result"] for item in value["checks"]],
            **judged,
        },
    )
