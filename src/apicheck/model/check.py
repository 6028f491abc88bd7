"""A check: the declaration of one testable property."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from apicheck.model.exchange import Exchange, Transcript, TransportErrorKind
from apicheck.model.facts import ExpectedResponse, StatusSet
from apicheck.model.operation import Operation
from apicheck.model.step import Script
from apicheck.model.subject import Case, RunContext, Subject, SubjectKind
from apicheck.model.verdict import (
    Confirm,
    Judgement,
    NotApplicable,
    NotTested,
    Severity,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One failing outcome, out of a check's closed set."""

    id: str
    severity: Severity
    confirm: Confirm = Confirm.REPEAT


@dataclass(frozen=True, slots=True)
class Claims:
    """What a probe must have while it plays.

    Names such as "bucket:general", "identity:admin", "clock", "subscription". Exclusive: no
    other probe that claims the name plays at the same time.
    """

    shared: frozenset[str] = frozenset()
    exclusive: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Applies:
    """The check applies to the subject.

    requests: the most that one playing of one case sends, without its setup.
    last: play after all others, because the check uses up limits that they need.
    facts: the fact paths that the result is about, where they are not the subject's own.
    seconds: the longest that one playing waits, where no clock can be moved.
    promise: the response that the policy promises for what the check provokes; None where the
    judge needs none.
    provokes: 429 or 5xx statuses that the script causes on purpose for this subject.
    """

    requests: int = 1
    claims: Claims = field(default_factory=Claims)
    last: bool = False
    facts: tuple[str, ...] = ()
    seconds: float = 0.0
    promise: ExpectedResponse | None = None
    provokes: StatusSet = field(default_factory=StatusSet)

    def bind(self, subject: Subject) -> Subject:
        """Give the subject the promise, for the script and the judge."""
        return replace(subject, promise=self.promise, provokes=self.provokes)


@dataclass(frozen=True, slots=True)
class PassiveResult:
    """The result of a passive check on one subject.

    subject: operationId, "" for exchanges of no declared operation. fact: path.
    exercised: how many exchanges put the property to the test. evidence: exchange ids that
    show the judgement, the shortest first; for a pass, up to three.
    """

    subject: str
    fact: str
    exercised: int
    judgement: Judgement
    evidence: tuple[str, ...] = ()
    count: int = 0
    """How many exchanges show the judgement."""


@dataclass(frozen=True, slots=True)
class Fold:
    """How a passive check reads the exchanges of a run: each once, in order of sending.

    start makes the state, step reads one exchange and returns the state, finish returns the
    results. Without an exchange to judge it returns none, and the run reports nothing observed.
    everywhere: it reads what came by way of other endpoints than the base URL too.

    of_accepted: the fact paths ("" for none in particular) that an accepted response of an
    operation puts to the test. None of them passes by refusals alone: an operation that accepted
    no request is not tested. None where the property is one of refusals, or of any response.
    at_any_time: also read what was sent while a script had taken the target's clock elsewhere.
    """

    start: Callable[[RunContext], Any]
    step: Callable[[RunContext, Any, Exchange], Any]
    finish: Callable[[RunContext, Any], tuple[PassiveResult, ...]]
    of_accepted: Callable[[RunContext, Operation], Iterable[str]] | None = None
    at_any_time: bool = False
    everywhere: bool = False
    of_document: bool = False
    """Whether it reads the document and no exchange, so that no run is needed."""

    def reads(self, exchange: Exchange) -> bool:
        """Whether an exchange is one of those that are read."""
        now = self.at_any_time or not exchange.travelled_to
        return now and (self.everywhere or exchange.request.via is None)


def _applies_always(_: Subject) -> Applies:
    return Applies()


ANYBODY = "anybody"
"""The actor of a check that whoever has an endpoint is held to."""


@dataclass(frozen=True, slots=True)
class Check:
    """One testable property: how to probe it, how to judge it, and what proves that it can fail.

    Active: `script` and `judge`; `subject_kind` says what the check judges. `cases` lists
    the named rows of a table; `draws` names a strategy whose values are further cases. The script
    is then played once for each case, with `subject.case` bound. Passive: `fold` alone.
    provokes: statuses that the script causes on purpose; any other 429 or 5xx in an exchange
    that exercises the property makes a pass, and a fail by status, inconclusive.
    accepted: a correct server accepts the exercising requests (otherwise it refuses them); this
    decides in which modes they may be sent with an unsafe method.
    actor: the party whose duty it is: of a policy of a receiver, only its checks are planned, and
    those of `ANYBODY` who has an endpoint.
    triggered_by: active checks that cause what a passive check reads. A run that selects the
    passive check without them plays them, and does not judge them.
    proven_by: outcome -> faults of the reference server that show it.
    id, page: filled in by the registry, from the module's path and the page beside it.
    """

    title: str
    """The property, as it reads when it holds: "A request without credentials is refused"."""
    outcomes: tuple[Outcome, ...]
    proven_by: Mapping[str, tuple[str, ...]]
    reads: tuple[str, ...] = ()
    standards: tuple[str, ...] = ()
    subject_kind: SubjectKind = SubjectKind.OPERATION
    applies: Callable[[Subject], Applies | NotApplicable | NotTested] = _applies_always
    cases: Callable[[Subject], tuple[Case, ...]] | None = None
    draws: str = ""
    script: Callable[[Subject], Script] | None = None
    judge: Callable[[Subject, Transcript], Judgement] | None = None
    learn: Callable[[Subject, Transcript], str] | None = None
    """What a pass shows beside the property, in words; "" for nothing."""
    fold: Fold | None = None
    provokes: frozenset[int] = frozenset()
    judges_errors: frozenset[TransportErrorKind] = frozenset()
    """Reasons why no response came of which the judge makes something. Any other one makes its
    judgement inconclusive."""
    accepted: bool = False
    actor: str = "provider"
    triggered_by: tuple[str, ...] = ()
    min_exercised: int = 1
    rows_each: int = 3
    """The least number of rows that each subject gets, of those that are spread over subjects."""
    failure_title: str = ""
    """The property, as it reads when it does not hold; "" for `title` with a word in front."""
    id: str = ""
    page: str = ""
    origin: str = "apicheck"
    """Distribution that the check comes from."""

    @property
    def passive(self) -> bool:
        """Whether the check sends nothing."""
        return self.fold is not None

    def outcome(self, outcome_id: str) -> Outcome:
        """The declared outcome of an id. Raises KeyError when it is not declared."""
        for outcome in self.outcomes:
            if outcome.id == outcome_id:
                return outcome
        raise KeyError(f"{self.id or self.title}: undeclared outcome {outcome_id!r}")
