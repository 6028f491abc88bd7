"""What a run will do, computed before it sends a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apicheck.model.check import Applies, Check
from apicheck.model.operation import Spec
from apicheck.model.policy import Clause, Policy
from apicheck.model.subject import Recipe, RunContext, Subject
from apicheck.model.target import Mode, Target
from apicheck.model.verdict import NotApplicable, NotTested


@dataclass(frozen=True, slots=True)
class Options:
    """What the user chose for one run. Empty selections select everything.

    `None` for max_requests and max_seconds: no limit. draws: values a drawn check gets.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    mode: Mode | None = None
    max_requests: int | None = None
    max_seconds: float | None = None
    concurrency: int = 4
    seed: int = 1
    draws: int = 20
    thorough: bool = False
    timeout_s: float = 10.0
    retries: int = 1
    allow_incomplete: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    """Selectors: only these operations are subjects of active checks; () for all."""
    skip: tuple[str, ...] = ()
    """Selectors of operations that are not sent, also not to prepare others."""
    recorded: bool = False
    """Recorded traffic is judged, and nothing sent."""

    @property
    def partial(self) -> bool:
        """Whether the user selected a part of the policy; the run's word says so."""
        return bool(self.select or self.ignore or self.clauses or self.operations or self.skip)


@dataclass(frozen=True, slots=True)
class Probe:
    """A check bound to a subject (and, in it, to a case), ready to play."""

    key: str
    """`check/subject` or `check/subject/case`; unique in a plan."""
    check: Check
    subject: Subject
    applies: Applies


@dataclass(frozen=True, slots=True)
class SkippedSubject:
    """A subject without a probe, and the reason."""

    check: str
    subject: str
    operation: str
    facts: tuple[str, ...]
    why: NotTested | NotApplicable


@dataclass(frozen=True, slots=True)
class PlannedClause:
    """A clause with the checks that judge it, or the reason why none does.

    outcomes: check -> the outcomes of it that the clause takes, where it does not take all.
    """

    clause: Clause
    checks: tuple[str, ...]
    why: NotTested | NotApplicable | None = None
    outcomes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spread:
    """How the rows of a check were shared out among its subjects.

    asked, possible: pairs of row and subject, out of all that there are.
    """

    rows: int
    subjects: int
    asked: int
    possible: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run costs. seconds: of sending, and of waiting where no control moves the clock."""

    requests: int
    seconds: float
    by_operation: Mapping[str, int] = field(default_factory=dict)
    effects: Mapping[str, int] = field(default_factory=dict)
    """operationId of unsafe method -> requests that a correct server accepts."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides what is sent and how it is judged; a pure function of its inputs.

    checks: every check of the catalogue by id, planned or not.
    drawn: values drawn for `check/subject`, in order, so that a saved run can be planned again.
    """

    spec: Spec
    policy: Policy
    target: Target
    options: Options
    context: RunContext
    checks: Mapping[str, Check]
    probes: tuple[Probe, ...]
    passive: tuple[Check, ...]
    controls: tuple[str, ...]
    """operationIds whose canonical request is sent once, whatever the checks need, so that
    passive checks have an accepted response of every operation to read."""
    unsent: Mapping[str, NotTested]
    """operationId -> why its canonical request is not sent. With `controls`, every operation."""
    skipped: tuple[SkippedSubject, ...]
    clauses: tuple[PlannedClause, ...]
    estimate: Estimate
    drawn: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    provoking: tuple[Probe, ...] = ()
    """Probes of checks that were not selected. They are played so that passive checks have
    responses to read, and are not judged."""
    spread: Mapping[str, Spread] = field(default_factory=dict)
    """Check id -> how its rows were spread, where not every subject gets every row."""
    endings: tuple[str, ...] = ()
    """operationIds that end the credential of their caller. Their canonical request is sent after
    everything else, with an identity that may be used up."""

    @property
    def conventions(self) -> tuple[str, ...]:
        """Path parameters found without a link, each with the operation that returns it."""
        recipes = (recipe for recipe in self.context.recipes.values() if isinstance(recipe, Recipe))
        needs = (need for recipe in recipes for need in recipe.needs if need.convention)
        return tuple(dict.fromkeys(f"{need.name} from {need.operation}" for need in needs))
