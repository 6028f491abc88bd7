"""Verdicts, and the words that go with them: levels, grades, severities, outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Verdict(StrEnum):
    """What is known about a check on a subject, or about a clause."""

    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"
    """The harness, the network or the configuration failed; the target was not judged."""
    INCONCLUSIVE = "inconclusive"
    """The check ran, but its property was not triggered, or did not repeat."""
    REVIEW = "review"
    """A person must judge."""
    PARTIAL = "partial"
    """Of a clause only: some subjects passed, some applicable ones were not tested."""
    NOT_TESTED = "not-tested"
    NOT_APPLICABLE = "not-applicable"


UNDECIDED = (Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.PARTIAL, Verdict.NOT_TESTED)
"""Verdicts of a clause that leave open whether the target keeps it."""


class NotTestedKind(StrEnum):
    """Why an applicable subject was not tested; `--allow-incomplete` takes these words."""

    NEEDS_IDENTITY = "needs-identity"
    NEEDS_REQUEST = "needs-request"
    """No request for the operation was accepted: a fixture is missing."""
    NO_RESPONSE = "no-response"
    """The connection was closed, cut off or silent, or what came could not be read."""
    NEEDS_BUDGET = "needs-budget"
    NEEDS_CONTROL = "needs-control"
    NEEDS_LISTENER = "needs-listener"
    """The provider does not know the address of the webhook listener."""
    NEEDS_ENDPOINT = "needs-endpoint"
    """The target file does not say where the API is by TLS, by plain HTTP, or for a region."""
    NEEDS_EFFECTS = "needs-effects"
    """Nothing shows which deliveries a receiver has processed."""
    READ_ONLY = "read-only"
    HAZARD = "hazard"
    """The operation may end a credential, an account or the server."""
    SELECTED_OUT = "selected-out"
    OUT_OF_SCOPE = "out-of-scope"
    OTHER_ACTOR = "other-actor"
    NO_CHECK = "no-check"


class Level(StrEnum):
    """How binding a clause is; decides what a fail means (RFC 2119 words)."""

    MUST = "must"
    MUST_NOT = "must not"
    SHOULD = "should"
    MAY = "may"
    INFO = "info"

    @property
    def binding(self) -> bool:
        """Whether a fail of such a clause makes the run not-conformant."""
        return self in (Level.MUST, Level.MUST_NOT)


class Consequence(StrEnum):
    """What a clause's verdict means to its owner, after level and grade are applied."""

    VIOLATION = "violation"
    WARNING = "warning"
    OBSERVED = "observed"
    NOT_OBSERVED = "not-observed"
    NONE = "none"


class Grade(StrEnum):
    """Where a fact comes from. T and A cap the consequence of a fail at warning."""

    SOURCE = "S"
    OFFICIAL = "O"
    THIRD_PARTY = "T"
    ASSUMED = "A"

    @property
    def caps_consequence(self) -> bool:
        """Whether a fail that rests on such a fact is at most a warning."""
        return self in (Grade.THIRD_PARTY, Grade.ASSUMED)


class Severity(IntEnum):
    """How much harm an outcome does, whatever the clause says of its level."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class Confirm(StrEnum):
    """How a failing outcome is confirmed before it is reported as fail."""

    REPEAT = "repeat"
    """Play the probe again; when it does not repeat, the verdict is inconclusive (flaky)."""
    ONCE = "once"
    """One exchange between two good controls is enough to fail."""
    FRESH = "fresh"
    """Play the probe again on a new identity, bucket or object: the first was used up."""
    REPEAT_OR_GONE = "repeat-or-gone"
    """Play the probe again; a target that no longer accepts connections confirms it too."""


class RunWord(StrEnum):
    """The one word of a run; the exit code comes from it (`EXIT_CODES`)."""

    CONFORMANT = "conformant"
    CONFORMANT_WITH_WAIVERS = "conformant-with-waivers"
    NOT_CONFORMANT = "not-conformant"
    INCOMPLETE = "incomplete"
    INVALID = "invalid"


EXIT_CODES = {
    RunWord.CONFORMANT: 0,
    RunWord.CONFORMANT_WITH_WAIVERS: 0,
    RunWord.NOT_CONFORMANT: 1,
    RunWord.INCOMPLETE: 3,
    RunWord.INVALID: 4,
}


@dataclass(frozen=True, slots=True)
class NotTested:
    """An applicable subject that was not tested: the kind, and a sentence for a person."""

    kind: NotTestedKind
    reason: str
    remedy: str = ""
    """Lines to paste into apicheck.toml, or a sentence on what to do; "" when there is none."""


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """A subject that the check does not concern, with the facts that say so."""

    reason: str


@dataclass(frozen=True, slots=True)
class Inconclusive:
    """The property was not triggered, or an unrelated disturbance hid the response.

    hides: the failure that was seen and is not sure; the judge upholds it where it repeats.
    remedy: as that of `NotTested`.
    """

    reason: str
    hides: Failure | None = None
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class HarnessError:
    """The harness or a check failed; the target was not judged. remedy: what to do, or ""."""

    reason: str
    remedy: str = ""


StopReason = NotTested | Inconclusive | HarnessError
"""Why a probe could not be played to its end."""


@dataclass(frozen=True, slots=True)
class Failure:
    """How the target breaks the property. It reaches the API's author, so it must convince.

    outcome: an id out of the check's closed set of outcomes.
    expected, actual: what was promised and what came, each a phrase without a final full stop.
    detail: part of the cause's identity (a header's name, a scope); one finding per
        check x outcome x detail. Never a value that differs between runs.
    exchange: id of the exchange that shows it; "" when no single one does.
    at_most: a severity below that of the outcome, where another explanation is likelier.
    """

    outcome: str
    expected: str
    actual: str
    detail: str = ""
    exchange: str = ""
    at_most: Severity | None = None


Judgement = Failure | Inconclusive | NotTested | NotApplicable | None
"""What a judge returns; None is a pass."""
