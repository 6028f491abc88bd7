"""What a run found: results of checks, findings, clauses, and the run's one word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from apicheck.model.attestation import Attested
from apicheck.model.json import Json
from apicheck.model.operation import LeftOut
from apicheck.model.policy import Clause
from apicheck.model.verdict import Consequence, NotTestedKind, RunWord, Severity, Verdict
from apicheck.model.waiver import Waiver


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
class RowResult:
    """A row of a check's table. about: what is special about it. evidence: "" for none."""

    name: str
    about: str
    verdict: Verdict
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict of one check on one subject. Knows no clause.

    facts: paths that it is about. kind: for not-tested. exercised: exchanges in which the property
    was put to the test. evidence: also of a pass. seconds: that its own exchanges took.
    seconds_read: that the exchanges took which a passive check read; they are of other checks too.
    rows: of a check of a receiver; those of others are too many.
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
    seconds: float = 0.0
    seconds_read: float = 0.0
    rows: tuple[RowResult, ...] = ()

    def narrow(self, taken: Sequence[str], declared: Sequence[str]) -> CheckResult:
        """The result for a clause that takes only some outcomes of the check; () takes all.

        declared: every outcome, in the order in which the check looks for them. A failure with
        another outcome leaves those undecided that the check would have looked for later, unless
        every row was decided and one passed: they were looked for there.
        """
        if not taken or self.verdict is not Verdict.FAIL:
            return self
        own = tuple(failure for failure in self.failures if failure.outcome in taken)
        if own:
            return replace(self, failures=own)
        first = min(declared.index(failure.outcome) for failure in self.failures)
        last = max(declared.index(outcome) for outcome in taken)
        verdicts = {row.verdict for row in self.rows}
        if first > last or verdicts == {Verdict.PASS, Verdict.FAIL}:
            return replace(self, verdict=Verdict.PASS, failures=())
        reason = f"{declared[first]} was found, so that {' or '.join(taken)} was not looked for"
        return replace(self, verdict=Verdict.INCONCLUSIVE, failures=(), reason=reason)


class Standing(StrEnum):
    """What became of the valid request of an operation."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NO_RESPONSE = "no-response"
    NOT_SENT = "not-sent"


@dataclass(frozen=True, slots=True)
class OperationResult:
    """What became of the valid request of one operation of the document.

    status: of its response, 0 without one. reason: the server's own words, what came in place of a
    response, or why nothing was sent.
    kind, remedy: as for what is not tested; None and "" where a request was accepted, or where
    the server failed.
    requests: exchanges of the operation, whatever they were for. evidence: exchange ids.
    """

    operation: str
    method: str
    path: str
    standing: Standing
    status: int = 0
    reason: str = ""
    kind: NotTestedKind | None = None
    remedy: str = ""
    requests: int = 0
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScopeUse:
    """What came of a scope that an operation needs.

    lacking: statuses of valid requests by callers without it. holding: of those by callers who hold
    all that the operation needs. () where nobody sent such a request.
    """

    operation: str
    scope: str
    lacking: tuple[int, ...] = ()
    holding: tuple[int, ...] = ()


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
    elsewhere: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What came on other subjects, where it differs from `actual` -> those subjects."""


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """The verdict of one clause.

    results: indexes into `Results.checks`. outcomes: check -> the outcomes that the clause takes,
    where it does not take all. tally: verdict word -> subjects.
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
    outcomes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    capped_by: str = ""
    """The assumed fact that capped the consequence at warning, "" when none did."""
    waiver: Waiver | None = None
    waived: bool = False
    """Whether the waiver covers every failure: the consequence is then at most a warning."""


@dataclass(frozen=True, slots=True)
class Word:
    """The run's word, never without its scope. why: one sentence."""

    word: RunWord
    exit_code: int
    scope: str
    why: str
    partial: bool = False
    without_violations: int = 0
    """The exit code that the run would have if no clause were violated."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do that would complete the run, with the lines to paste.

    evidence: ids of the exchanges that it is about.
    """

    title: str
    clauses: tuple[str, ...]
    lines: str = ""
    evidence: tuple[str, ...] = ()


BASE_PATH = "base-path"
"""The preflight item of a run that ended because the document's paths are not at base_url."""


@dataclass(frozen=True, slots=True)
class PreflightItem:
    """The result of one inspection before the run."""

    id: str
    verdict: Verdict
    message: str


@dataclass(frozen=True, slots=True)
class Resumption:
    """A run that was resumed. at: RFC 3339, UTC. after_s: seconds since it began, on its clock.

    recorded: how many transcripts its journal had. taken_over: of how many probes.
    """

    at: str
    after_s: float
    recorded: int
    taken_over: int


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
    signing_key: str = ""
    """The id of the key that signs the run at its end, "" for none."""
    resumed: tuple[Resumption, ...] = ()
    places: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """"clauses" and "operations": id -> `api/policy.yaml:31`, as the repository names the file.

    What lies outside of the repository, or of the working directory where there is none, has no
    place."""


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
    operations: tuple[OperationResult, ...] = ()
    """Every operation of the document once, in its order."""
    scopes: tuple[ScopeUse, ...] = ()
    """Every scope that an operation needs, in the order of the document."""
    left_out: tuple[LeftOut, ...] = ()
    """Operations that are not among them, since the document's description of them is broken."""
    remarks: int = 0
    """Mistakes of the document that leave no operation out."""
    attestations: tuple[Attested, ...] = ()
    """Every clause with a question, if a file with answers was given."""

    @property
    def coverage(self) -> Mapping[str, int]:
        """Exchanges of each operation, by operationId."""
        return {one.operation: one.requests for one in self.operations}

    def results_of(self, clause: ClauseResult) -> Iterator[tuple[int, CheckResult]]:
        """The results of a clause as it takes them, each with its index in `checks`."""
        for number in clause.results:
            result = self.checks[number]
            declared = tuple(self.catalogue.get(result.check, {}).get("outcomes", ()))
            yield number, result.narrow(clause.outcomes.get(result.check, ()), declared)
