"""Render SARIF 2.1.0 as GitHub code scanning reads it: a result for each finding.

Whatever stands among the results becomes an alert there, whichever `kind` it has, and one result
without a place in a file makes GitHub refuse the whole. So the verdicts of clauses stand in the
properties of the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from urllib.parse import quote

from apicheck.model.json import Json
from apicheck.model.results import Finding, Results
from apicheck.model.verdict import Consequence, RunWord
from apicheck.report.consequences import find_consequences
from apicheck.report.page import read_sections
from apicheck.report.text import cut, join_lines, make_visible
from apicheck.report.times import read_end, read_start, write_time
from apicheck.report.words import title_of

MOST_RESULTS = 5_000
"""GitHub shows no more of a run."""
MOST_LOCATIONS = 20
"""Of a result, the first one included: so the whole stays below the 10 MB that GitHub takes."""
_MOST_TAGS = 20
_QUOTED = 5
_LONGEST = 4_000
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"
_LEVELS = {
    Consequence.VIOLATION: "error",
    Consequence.WARNING: "warning",
    Consequence.OBSERVED: "note",
    Consequence.NOT_OBSERVED: "note",
    Consequence.NONE: "note",
}
_NOWHERE = "apicheck.toml:1"
"""The place of a finding about a document and clauses that no file of the repository has."""


def render_sarif(results: Results) -> bytes:
    """Render the findings as SARIF, the most severe first, within the limits of GitHub."""
    shown = results.findings[:MOST_RESULTS]
    rules = list(dict.fromkeys(map(_name_rule, shown)))
    first = {_name_rule(finding): finding for finding in reversed(shown)}
    meant = find_consequences(results)
    run: dict[str, Json] = {
        "tool": {
            "driver": {
                "name": "apicheck",
                "version": results.run.tool.partition(" ")[2],
                "rules": [
                    _build_rule(results, first[rule], meant[first[rule].id]) for rule in rules
                ],
            }
        },
        "automationDetails": {"id": f"apicheck/{_name_category(results)}/"},
        "invocations": [_build_invocation(results, len(results.findings) - len(shown))],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": [
            _build_result(results, finding, rules.index(_name_rule(finding)), meant[finding.id])
            for finding in shown
        ],
        "properties": _list_verdicts(results),
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1).encode() + b"\n"


def _name_rule(finding: Finding) -> str:
    return join_lines(f"{finding.check}/{finding.outcome}")


def _name_category(results: Results) -> str:
    """Name the analysis: a later one of the same policy replaces it."""
    return quote(join_lines(results.run.profile or results.run.policy), safe="")


def _build_rule(results: Results, finding: Finding, consequence: Consequence) -> Json:
    entry = results.catalogue.get(finding.check, {})
    title = join_lines(title_of(entry, failed=True) or finding.check)
    page = make_visible(str(entry.get("page", "")))
    sections = [
        f"## {heading}\n\n{body}"
        for heading, body in read_sections(page)
        if heading and not heading.lower().startswith("examples")
    ]
    markdown = cut("\n\n".join(sections) or title, _LONGEST)
    standards = [join_lines(str(one)) for one in entry.get("standards", ())]
    return {
        "id": _name_rule(finding),
        "name": _name_rule(finding),
        "shortDescription": {"text": cut(title, 1_000)},
        "fullDescription": {"text": cut(title, 1_000)},
        "help": {"text": markdown, "markdown": markdown},
        "defaultConfiguration": {"level": _LEVELS[consequence]},
        "properties": {
            "tags": ["api", finding.check.partition("/")[0], *standards][:_MOST_TAGS],
            "problem.severity": _LEVELS[consequence].replace("note", "recommendation"),
            "precision": "high",
        },
    }


def _build_result(
    results: Results, finding: Finding, rule: int, consequence: Consequence
) -> Mapping[str, Json]:
    found = list(islice(_list_places(results, finding), MOST_LOCATIONS))
    places = found or [(_NOWHERE, "the API")]
    fingerprint = join_lines(finding.id)
    first, *others = [
        _build_location(place, about, number) for number, (place, about) in enumerate(places)
    ]
    return {
        "ruleId": _name_rule(finding),
        "ruleIndex": rule,
        "level": _LEVELS[consequence],
        "message": {"text": cut(_describe(results, finding), _LONGEST)},
        "locations": [first],
        "relatedLocations": others,
        "partialFingerprints": {
            "primaryLocationLineHash": f"{fingerprint}:1",
            "apicheck/finding/v1": fingerprint,
        },
        "properties": {
            "severity": finding.severity.name.lower(),
            "clauses": [join_lines(one) for one in finding.clauses],
            "count": finding.count,
        },
    }


def _describe(results: Results, finding: Finding) -> str:
    broken = [one.clause for one in results.clauses if one.clause.id in finding.clauses]
    lines = [
        f"Expected {finding.expected}; got {finding.actual}.",
        *(f"{one.id}: {one.quote or one.statement or one.title}" for one in broken[:_QUOTED]),
        f"On {', '.join((finding.operations or finding.subjects)[:20]) or 'the API'}.",
        *([f"Reproduce: {finding.curl}"] if finding.curl else []),
    ]
    # GitHub makes a link of "[text](1)", with a location's number in the place of a URL.
    return make_visible("\n".join(lines)).replace("[", "\\[").replace("]", "\\]")


def _list_places(results: Results, finding: Finding) -> Iterator[tuple[str, str]]:
    """The places of a finding, with what is there: its clauses, then its operations."""
    for kind, names in (("clauses", finding.clauses), ("operations", finding.operations)):
        known = results.run.places.get(kind, {})
        yield from ((known[name], name) for name in names if name in known)


def _build_location(place: str, about: str, number: int) -> Json:
    file, _, line = place.rpartition(":")
    return {
        "id": number,
        "physicalLocation": {
            "artifactLocation": {"uri": quote(file), "uriBaseId": _ROOT},
            "region": {"startLine": max(int(line), 1) if line.isdecimal() else 1},
        },
        "message": {"text": cut(join_lines(about), 200)},
    }


def _build_invocation(results: Results, left_out: int) -> Json:
    run, word = results.run, results.word
    built: dict[str, Json] = {
        "executionSuccessful": word.word is not RunWord.INVALID and bool(run.finished),
        "exitCode": word.exit_code,
        "exitCodeDescription": f"{word.word.value}: {join_lines(word.why)}",
        "startTimeUtc": write_time(read_start(run)),
        "endTimeUtc": write_time(read_end(run)),
    }
    if left_out:
        text = f"{left_out} findings of lesser severity are left out; results.json has them"
        built["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": text}}]
    return built


def _list_verdicts(results: Results) -> Json:
    return {
        "word": results.word.word.value,
        "scope": join_lines(results.word.scope),
        "clauses": {join_lines(one.clause.id): one.verdict.value for one in results.clauses},
    }
