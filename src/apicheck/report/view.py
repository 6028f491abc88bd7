"""Prepare what the HTML report shows, in its order, for the template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from apicheck.model.json import Json
from apicheck.model.policy import Clause
from apicheck.model.results import CheckResult, ClauseResult, Finding, Results
from apicheck.model.verdict import Consequence, NotTestedKind, Verdict
from apicheck.report.alike import group_alike
from apicheck.report.curl import build_command
from apicheck.report.evidence import Evidence
from apicheck.report.page import Page, read_page
from apicheck.report.rows import RowView, list_row_evidence, view_rows
from apicheck.report.sections import group_by_section, label_section
from apicheck.report.times import find_clock
from apicheck.report.wire import Shown, show_exchange
from apicheck.report.words import CONSEQUENCE_ORDER, title_of

EXCHANGES_IN_A_FINDING = 3
EVIDENCE_KEPT = 10
EXCHANGES_OF_A_PASS = 3
SUBJECTS_NAMED = 12
PRINTED_CLAUSES = 200
PRINTED_KINDS = 6
MORE_SHOWN = 3
"""Findings of a kind that are open beside the first; one mistake may cause dozens."""
VERDICT_ORDER = (
    Verdict.FAIL,
    Verdict.ERROR,
    Verdict.INCONCLUSIVE,
    Verdict.PARTIAL,
    Verdict.REVIEW,
    Verdict.NOT_TESTED,
    Verdict.PASS,
    Verdict.NOT_APPLICABLE,
)
"""Worst first. A test ensures that no verdict is missing."""
_SILENT = (Verdict.PASS, Verdict.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Group:
    """Subjects of one check with the same verdict for the same reason."""

    check: str
    title: str
    verdict: Verdict
    kind: str
    reason: str
    subjects: tuple[str, ...]
    more: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClauseView:
    """A row of the clause matrix. kinds: its findings, those of one kind together."""

    result: ClauseResult
    clause: Clause
    groups: tuple[Group, ...]
    kinds: tuple[tuple[Finding, ...], ...]
    checks: int
    subjects: int
    beyond: bool = False
    """Whether paper leaves it out, as there are too many clauses."""


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section of the policy. title: "" for clauses that have no section."""

    title: str
    clauses: tuple[ClauseView, ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding, with all that a reader needs to verify and to fix it."""

    finding: Finding
    title: str
    consequence: Consequence
    clauses: tuple[Clause, ...]
    exchanges: tuple[Shown, ...]
    before: tuple[str, ...]
    curl: str
    page: Page
    standards: tuple[str, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckView:
    """A check that ran: what it asserts, its verdicts, and one exchange in which it passed."""

    id: str
    title: str
    page: Page
    standards: tuple[str, ...]
    faults: tuple[str, ...]
    tally: tuple[tuple[Verdict, int], ...]
    exercised: int
    sample: Shown | None
    rows: tuple[RowView, ...] = ()
    spread: str = ""
    """Which rows were not tried on every subject, in words."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Clauses of one kind by verdict, with their denominator."""

    title: str
    total: int
    parts: tuple[tuple[Verdict, int], ...]


def select_evidence(results: Results) -> frozenset[str]:
    """Select the ids of the exchanges that the page refers to; they are always kept."""
    found = {i for finding in results.findings for i in finding.evidence[:EVIDENCE_KEPT]}
    passed = {i for check in results.checks for i in check.evidence[:EXCHANGES_OF_A_PASS]}
    failures = [failure for check in results.checks for failure in check.failures]
    failed = {i for failure in failures for i in failure.evidence[:EVIDENCE_KEPT]}
    return frozenset(found | passed | failed) | list_row_evidence(results)


def view_findings(results: Results, evidence: Evidence) -> tuple[FindingView, ...]:
    """View the findings, ordered by consequence, then by severity."""
    views = [_view_finding(results, finding, evidence) for finding in results.findings]
    views.sort(
        key=lambda view: (
            CONSEQUENCE_ORDER.index(view.consequence),
            -view.finding.severity,
            -len(view.finding.operations),
            view.finding.id,
        )
    )
    return tuple(views)


def group_by_kind(views: Iterable[FindingView]) -> tuple[tuple[FindingView, ...], ...]:
    """Group views by kind of finding, in the order of the first view of each kind."""
    every = {view.finding.id: view for view in views}
    found = group_alike(view.finding for view in every.values())
    return tuple(tuple(every[one.id] for one in members) for members in found)


def _view_finding(results: Results, finding: Finding, evidence: Evidence) -> FindingView:
    entry = results.catalogue.get(finding.check, {})
    joined = [item for item in results.clauses if finding.id in item.findings]
    consequences = [item.consequence for item in joined] or [Consequence.NONE]
    known = [evidence.kept[item] for item in finding.evidence if item in evidence.kept]
    reproduction = finding.curl or (build_command(known[0], results.run.base_url) if known else "")
    faults = entry.get("proven_by", {})
    return FindingView(
        finding=finding,
        title=title_of(entry, failed=True) or finding.check,
        consequence=min(consequences, key=CONSEQUENCE_ORDER.index),
        clauses=tuple(item.clause for item in joined),
        exchanges=tuple(
            show_exchange(
                exchange,
                find_clock(results.run),
                outcome=finding.outcome,
                detail=finding.detail,
                about=(finding.expected, finding.actual),
            )
            for exchange in known[:EXCHANGES_IN_A_FINDING]
        ),
        before=evidence.before.get(known[0].id, ()) if known else (),
        curl=reproduction,
        page=read_page(str(entry.get("page", ""))),
        standards=_as_texts(entry.get("standards")),
        faults=_as_texts(faults.get(finding.outcome)) if isinstance(faults, Mapping) else (),
    )


def view_sections(results: Results) -> tuple[SectionView, ...]:
    """View every clause that this run could judge, by section, in the policy's order."""
    views = {i.clause.id: _view_clause(results, i) for i in results.clauses if not _is_elsewhere(i)}
    silent = [view for view in views.values() if view.result.verdict in _SILENT]
    room = max(PRINTED_CLAUSES - len(views) + len(silent), 0)
    views |= {view.clause.id: replace(view, beyond=True) for view in silent[room:]}
    found = group_by_section(item.clause for item in results.clauses)
    named = ((title, [views[c.id] for c in found[title] if c.id in views]) for title in found)
    return tuple(SectionView(label_section(title), tuple(items)) for title, items in named if items)


def view_clauses_elsewhere(results: Results) -> tuple[ClauseView, ...]:
    """View the clauses of other actors, those that a person attests, and those out of scope."""
    return tuple(_view_clause(results, i) for i in results.clauses if _is_elsewhere(i))


def _is_elsewhere(item: ClauseResult) -> bool:
    if item.in_scope or item.verdict is Verdict.FAIL:
        return False
    if item.kind in (NotTestedKind.OTHER_ACTOR, NotTestedKind.OUT_OF_SCOPE):
        return True
    return bool(item.clause.attest) and not item.results


def _view_clause(results: Results, item: ClauseResult) -> ClauseView:
    judged = [result for _, result in results.results_of(item)]
    by_id = {finding.id: finding for finding in results.findings}
    return ClauseView(
        result=item,
        clause=item.clause,
        groups=tuple(_group_results(results, judged)),
        kinds=group_alike(by_id[finding] for finding in item.findings if finding in by_id),
        checks=len({result.check for result in judged}),
        subjects=len(judged),
    )


def _group_results(results: Results, judged: list[CheckResult]) -> Iterable[Group]:
    grouped: dict[tuple[str, Verdict, str, str], list[CheckResult]] = {}
    for result in judged:
        kind = result.kind.value if result.kind else ""
        grouped.setdefault((result.check, result.verdict, kind, result.reason), []).append(result)
    order = {check: index for index, check in enumerate(dict.fromkeys(r.check for r in judged))}
    for key in sorted(grouped, key=lambda key: (order[key[0]], VERDICT_ORDER.index(key[1]))):
        check, verdict, kind, reason = key
        members = grouped[key]
        names = list(dict.fromkeys(item.subject or "undeclared paths" for item in members))
        ids = [i for item in members for i in item.evidence]
        ids += [i for item in members for failure in item.failures for i in failure.evidence]
        yield Group(
            check=check,
            title=title_of(results.catalogue.get(check, {}), failed=verdict is Verdict.FAIL),
            verdict=verdict,
            kind=kind,
            reason=reason,
            subjects=tuple(names[:SUBJECTS_NAMED]),
            more=max(len(names) - SUBJECTS_NAMED, 0),
            evidence=tuple(dict.fromkeys(ids))[:EXCHANGES_OF_A_PASS],
        )


def view_checks(results: Results, evidence: Evidence) -> tuple[CheckView, ...]:
    """View every check that judged something, in alphabetical order."""
    by_check: dict[str, list[CheckResult]] = {}
    for result in results.checks:
        by_check.setdefault(result.check, []).append(result)
    return tuple(
        _view_check(results, check, by_check[check], evidence) for check in sorted(by_check)
    )


def _view_check(
    results: Results, check: str, judged: list[CheckResult], evidence: Evidence
) -> CheckView:
    entry = results.catalogue.get(check, {})
    counts = Counter(result.verdict for result in judged)
    passed = [i for r in judged if r.verdict is Verdict.PASS for i in r.evidence]
    sample = next((evidence.kept[item] for item in passed if item in evidence.kept), None)
    faults = entry.get("proven_by", {})
    every = faults.values() if isinstance(faults, Mapping) else ()
    return CheckView(
        id=check,
        title=title_of(entry, failed=counts[Verdict.FAIL] > 0) or check,
        page=read_page(str(entry.get("page", ""))),
        standards=_as_texts(entry.get("standards")),
        faults=tuple(dict.fromkeys(fault for faults_of in every for fault in faults_of)),
        tally=tuple((verdict, counts[verdict]) for verdict in VERDICT_ORDER if counts[verdict]),
        exercised=sum(result.exercised for result in judged),
        sample=show_exchange(sample, find_clock(results.run)) if sample else None,
        rows=tuple(view_rows(results, judged, evidence)),
        spread=_describe_spread(entry.get("spread")),
    )


def _describe_spread(spread: Json) -> str:
    if not isinstance(spread, Mapping):
        return ""
    return (
        f"The run spread {spread['rows']} rows of its table over {spread['subjects']} subjects:"
        f" it tested {spread['asked']} of {spread['possible']} pairs. --thorough tests all."
    )


def _as_texts(value: Json) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()


def count_tallies(results: Results) -> tuple[Tally, ...]:
    """Count the clauses for the first screen: must-clauses in scope, other clauses in scope."""
    in_scope = [item for item in results.clauses if item.in_scope]
    binding = [item for item in in_scope if item.clause.level.binding]
    others = [item for item in in_scope if not item.clause.level.binding]
    named = (("must-clauses in scope", binding), ("other clauses in scope", others))
    return tuple(_count_tally(title, items) for title, items in named if items)


def _count_tally(title: str, items: list[ClauseResult]) -> Tally:
    counts = Counter(item.verdict for item in items)
    order = (Verdict.PASS, *(verdict for verdict in VERDICT_ORDER if verdict is not Verdict.PASS))
    return Tally(title, len(items), tuple((v, counts[v]) for v in order if counts[v]))
