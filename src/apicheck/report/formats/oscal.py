"""Render OSCAL assessment results (NIST, version 1.2), for tools of governance.

A clause is an objective with a finding, a finding of apicheck an observation. The state of an
objective is "satisfied" or not, and no word between; the verdict stands beside it as a property.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping

from apicheck.model.json import Json
from apicheck.model.results import ClauseResult, Finding, Results
from apicheck.model.verdict import NotTestedKind, Verdict
from apicheck.report.text import cut, join_lines, make_visible
from apicheck.report.times import read_end, read_start, write_time

VERSION = "1.2.1"
NAMESPACE = "urn:apicheck:oscal:1"
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)
_LONGEST = 8_000
_NO_TOKEN = re.compile(r"[^\w.-]")
STATES: Mapping[Verdict, tuple[str, str]] = {
    Verdict.PASS: ("satisfied", "pass"),
    Verdict.FAIL: ("not-satisfied", "fail"),
    Verdict.ERROR: ("not-satisfied", "other"),
    Verdict.INCONCLUSIVE: ("not-satisfied", "other"),
    Verdict.PARTIAL: ("not-satisfied", "other"),
    Verdict.REVIEW: ("not-satisfied", "other"),
    Verdict.NOT_TESTED: ("not-satisfied", "other"),
    Verdict.NOT_APPLICABLE: ("satisfied", "other"),
}
"""Verdict -> state of the objective, and the reason. Only a verdict that was reached satisfies."""


def render_oscal(results: Results) -> bytes:
    """Render the results as OSCAL; equal results give equal ids, and so equal bytes."""
    run = results.run
    moment = write_time(read_end(run))
    policy = _make_id("policy", run.policy, run.digests.get("policy", ""))
    waived = [one for one in results.clauses if one.kind is NotTestedKind.OUT_OF_SCOPE]
    result: dict[str, Json] = {
        "uuid": _make_id("result", *_identify(results)),
        "title": _line(f"{run.policy} at {run.target}: {results.word.word.value}"),
        "description": _text(f"{results.word.scope}\n\n{results.word.why}"),
        "start": write_time(read_start(run)),
        "end": moment,
        "props": list(
            _list_properties({"word": results.word.word.value, "tool": run.tool, "mode": run.mode})
        ),
        "reviewed-controls": {
            "control-selections": [{"description": "Every clause.", "include-all": {}}]
        },
        "findings": [_build_finding(results, item) for item in results.clauses],
    }
    if results.findings:
        result["observations"] = [_build_observation(one, moment) for one in results.findings]
    if waived:
        result["risks"] = [_build_risk(item) for item in waived]
    document = {
        "uuid": _make_id("document", *_identify(results)),
        "metadata": {
            "title": _line(f"Conformance test of {run.target} against {run.policy}"),
            "last-modified": moment,
            "version": _line(run.policy_version),
            "oscal-version": VERSION,
        },
        "import-ap": {"href": f"#{policy}"},
        "results": [result],
        "back-matter": {
            "resources": [
                {
                    "uuid": policy,
                    "title": _line(f"{run.policy} {run.policy_version}"),
                    "description": "The policy, whose clauses are the objectives.",
                }
            ]
        },
    }
    return json.dumps({"assessment-results": document}, indent=1).encode() + b"\n"


def _identify(results: Results) -> tuple[str, ...]:
    """What distinguishes one run from every other."""
    run = results.run
    return (run.started, run.finished, run.target, *(f"{k}={v}" for k, v in run.digests.items()))


def _make_id(*parts: str) -> str:
    """An id that the same parts have in every document."""
    return str(uuid.uuid5(_IDS, "\n".join(make_visible(part) for part in parts)))


def _build_finding(results: Results, item: ClauseResult) -> Json:
    clause = item.clause
    state, reason = STATES[item.verdict]
    properties = {
        "clause": clause.id,
        "verdict": item.verdict.value,
        "level": clause.level.value,
        "consequence": item.consequence.value,
        "counts": "yes" if item.in_scope else "no",
        "kind": item.kind.value if item.kind else "",
    }
    words = clause.quote or clause.statement or clause.title or clause.id
    finding: dict[str, Json] = {
        "uuid": _make_id("finding", results.run.policy, clause.id),
        "title": _line(f"{clause.id}: {item.verdict.value}"),
        "description": _text(words),
        "props": list(_list_properties(properties)),
        "target": {
            "type": "objective-id",
            "target-id": _make_token(clause.id),
            "status": {"state": state, "reason": reason},
        },
        "remarks": _text(item.reason),
    }
    if item.reason:
        finding["target"]["status"]["remarks"] = _text(item.reason)
    if item.findings:
        finding["related-observations"] = [
            {"observation-uuid": _make_id("observation", one)} for one in item.findings
        ]
    if item.kind is NotTestedKind.OUT_OF_SCOPE:
        finding["related-risks"] = [{"risk-uuid": _make_id("risk", clause.id)}]
    return finding


def _build_observation(finding: Finding, moment: str) -> Json:
    words = f"Expected {finding.expected}; got {finding.actual}."
    properties = {
        "check": finding.check,
        "outcome": finding.outcome,
        "severity": finding.severity.name.lower(),
        "fingerprint": finding.id,
    }
    return {
        "uuid": _make_id("observation", finding.id),
        "title": _line(f"{finding.check}: {finding.outcome}"),
        "description": _text(words),
        "props": list(_list_properties(properties)),
        "methods": ["TEST"],
        "types": ["finding"],
        "relevant-evidence": [
            {
                "href": f"report.html#finding-{_NO_TOKEN.sub('_', finding.id)}",
                "description": _text(", ".join(finding.operations) or "The API."),
            }
        ],
        "collected": moment,
    }


def _build_risk(item: ClauseResult) -> Json:
    return {
        "uuid": _make_id("risk", item.clause.id),
        "title": _line(f"{item.clause.id} is waived"),
        "description": _text(item.reason),
        "statement": _text(item.clause.quote or item.clause.statement or item.clause.id),
        "status": "deviation-approved",
    }


def _list_properties(values: Mapping[str, str]) -> Iterator[Json]:
    for name, value in values.items():
        if value.strip():
            yield {"name": name, "ns": NAMESPACE, "value": _line(value)}


def _make_token(text: str) -> str:
    """Make a token (a name of XML without colon) of an id; the property `clause` has the id."""
    token = _NO_TOKEN.sub("_", join_lines(text))
    return token if token[:1].isalpha() else f"_{token}"


def _line(text: str) -> str:
    """Text on one line that is not empty, and has no space at its ends."""
    return cut(join_lines(text).strip(), _LONGEST) or "-"


def _text(text: str) -> str:
    return cut(make_visible(text).strip(), _LONGEST) or "-"
