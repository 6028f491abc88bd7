"""What a run found: results of checks, findings, clauses, and the run's one word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apicheck.model.json import Json
from apicheck.model.policy import Clause
from apicheck.model.verdict import Consequence, NotTestedKind, RunWord, Severity, Verdict


@dataclass(frozen=True, slots=True)
class FailureSummary:
    """One confirmed way in which a check fails on a subject.

    count: cases or exchanges that show it. evidence: exchange ids, the shortest first.
    """

    outcome: str
    detail: str
    expected: str
    actual: str
    count: int
    evidence: tuple[str, ...]
    case: str = ""
    at_most: Severity | None = None
    """A severity below that of the outcome, where another explanation is likelier."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict of one check on one subject. Knows no clause.

    facts: paths that it is about. kind: for not-tested. flaky: outcomes that did not repeat.
    exercised: exchanges in which the property was put to the test. evidence: also of a pass.
    """

    check: str
    subject: str
    operation: str
    facts: tuple[str, ...]
    verdict: Verdict
    failures: tuple[FailureSummary, ...] = ()
    reason: str = ""
    remedy: str = ""
    kind: NotTestedKind | None = None
    exercised: int = 0
    cases: int = 0
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause: check x outcome x detail, with all that it touches.

    id: stable over runs (a digest of check, outcome, detail). curl: shortest reproduction.
    """

    id: str
    check: str
    outcome: str
    detail: str
    severity: Severity
    expected: str
    actual: str
    operations: tuple[str, ...]
    subjects: tuple[str, ...]
    clauses: tuple[str, ...]
    count: int
    evidence: tuple[str, ...]
    curl: str
    facts: tuple[str, ...] = ()
    """`path = value (origin)`, each a fact that the finding rests on."""


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """The verdict of one clause.

    results: indexes into `Results.checks`. tally: verdict word -> subjects.
    in_scope: whether it counts for the run's word. attest: the question to a person, or "".
    """

    clause: Clause
    verdict: Verdict
    consequence: Consequence
    reason: str
    in_scope: bool
    results: tuple[int, ...] = ()
    findings: tuple[str, ...] = ()
    tally: Mapping[str, int] = field(default_factory=dict)
    kind: NotTestedKind | None = None
    capped_by: str = ""
    """The assumed fact that capped the consequence at warning, "" when none did."""


@dataclass(frozen=True, slots=True)
class Word:
    """The run's word, never without its scope. why: one sentence."""

    word: RunWord
    exit_code: int
    scope: str
    why: str
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do that would complete the run, with the lines to paste."""

    title: str
    clauses: tuple[str, ...]
    lines: str = ""


@dataclass(frozen=True, slots=True)
class PreflightItem:
    """The result of one inspection before the run."""

    id: str
    verdict: Verdict
    message: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a result comes from. Times are RFC 3339, UTC. digests: role -> sha256."""

    tool: str
    started: str
    finished: str
    target: str
    base_url: str
    policy: str
    policy_version: str
    profile: str
    spec: str
    actor: str
    mode: str
    seed: int
    requests: int
    digests: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    argv: tuple[str, ...] = ()
    interrupted: str = ""
    """Why the run stopped early ("Ctrl-C", "max-seconds"), "" when it did not."""


NO_PROVENANCE = Provenance(
    tool="",
    started="",
    finished="",
    target="",
    base_url="",
    policy="",
    policy_version="",
    profile="",
    spec="",
    actor="provider",
    mode="full",
    seed=0,
    requests=0,
)
"""For results that are not saved."""


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that a report shows. A report is a pure function of it and the evidence."""

    run: Provenance
    word: Word
    tasks: tuple[Task, ...]
    preflight: tuple[PreflightItem, ...]
    clauses: tuple[ClauseResult, ...]
    checks: tuple[CheckResult, ...]
    findings: tuple[Finding, ...]
    catalogue: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """Check id -> title, page, standards, outcomes, proven_by, of every check that ran."""
    facts: tuple[Mapping[str, Json], ...] = ()
    """Effective facts with origin and grade."""
    caveats: tuple[str, ...] = ()
    """What the policy or the target accepts and a stricter reading would not."""
    leftovers: tuple[str, ...] = ()
    """What the run created and could not delete."""
    coverage: Mapping[str, int] = field(default_factory=dict)
    """operationId -> exchanges."""
