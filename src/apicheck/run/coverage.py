"""The coverage of a profile: how each clause is tested, or why no check tests it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from apicheck.load import load_policy, load_spec, profile_dir
from apicheck.model.check import Check
from apicheck.model.json import Json
from apicheck.model.operation import Spec
from apicheck.model.plan import Options, PlannedClause
from apicheck.model.policy import Clause, Policy
from apicheck.model.target import Target
from apicheck.model.verdict import Level
from apicheck.plan import matches
from apicheck.plan.clauses import plan_clauses
from apicheck.run.collateral import Broken, read_broken, read_caught

_NOWHERE = Target(name="(none)", base_url="http://127.0.0.1")
_NO_CHECK = "no check tests it yet"


class Means(StrEnum):
    """What becomes of a clause."""

    CHECK = "check"
    """`apicheck run` tests it on the API."""
    RECEIVER = "receiver"
    """A partner's receiver of webhooks is tested."""
    ATTESTATION = "attestation"
    """A person answers its question."""
    SANDBOX = "sandbox"
    """It binds the partner's client, which only a sandbox can watch."""
    INFORMATIVE = "informative"
    """It demands nothing; the report prints it."""
    OPEN = "open"
    """It could be tested, and is not yet."""


@dataclass(frozen=True, slots=True)
class ClauseCoverage:
    """How one clause is tested. why: the reason where no check tests it, else "".

    checks: ids, with `#outcome` where the clause takes only that. faults: those of the recorded
    proof of this profile that these checks caught, by check. broken_by: those with which the clause
    itself failed, None where that is not recorded.
    """

    clause: Clause
    means: Means
    checks: tuple[str, ...] = ()
    faults: Mapping[str, tuple[str, ...]] | None = None
    why: str = ""
    broken_by: tuple[str, ...] | None = None

    @property
    def explanation(self) -> str:
        """Why no check tests the clause, as a sentence, and the question that a person answers."""
        if not self.why:
            return ""
        sentence = f"{self.why[0].upper()}{self.why[1:].removesuffix('.')}."
        return f"{sentence} {self.clause.attest}".rstrip()

    @property
    def caught(self) -> tuple[str, ...]:
        """The faults that break the clause, or where no record says so those of its checks."""
        if self.broken_by is not None:
            return self.broken_by
        return tuple(sorted({one for found in (self.faults or {}).values() for one in found}))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reading changes: fact path -> the value by default, and in this reading.

    None where a fact is not there.
    """

    name: str
    changes: Mapping[str, tuple[Json, Json]]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The clauses of one profile, in the policy's order."""

    profile: str
    policy: Policy
    operations: int
    clauses: tuple[ClauseCoverage, ...]
    readings: tuple[Reading, ...] = ()

    def count(self, *means: Means) -> int:
        """Count the clauses of some means."""
        return sum(one.means in means for one in self.clauses)

    @property
    def placed(self) -> int:
        """How many clauses are tested, attested, or have the reason why neither can be."""
        return len(self.clauses) - self.count(Means.OPEN)


def measure_coverage(profile: str, checks: Mapping[str, Check]) -> Coverage:
    """Measure the coverage of a packaged profile. Raises PolicyError for an unknown one."""
    folder = profile_dir(profile)
    spec = load_spec(folder / "openapi.yaml")
    policy = load_policy(folder / "policy.yaml", spec)
    caught, broken = read_caught(profile), read_broken(profile)
    planned = plan_clauses(policy, checks, _NOWHERE, Options())
    found = tuple(_find_breaking(_cover(one, checks, caught), broken) for one in planned)
    readings = tuple(_compare_reading(name, policy, folder, spec) for name in policy.readings)
    return Coverage(profile, policy, len(spec.operations), found, readings)


def _compare_reading(name: str, policy: Policy, folder: Path, spec: Spec) -> Reading:
    chosen = load_policy(folder / "policy.yaml", spec, readings=(name,))
    before, after = ({one.path: one.value for one in p.origins} for p in (policy, chosen))
    paths = (path for path in (*before, *after) if before.get(path) != after.get(path))
    return Reading(name, {path: (before.get(path), after.get(path)) for path in paths})


def _cover(
    planned: PlannedClause, checks: Mapping[str, Check], caught: Mapping[str, Sequence[str]]
) -> ClauseCoverage:
    clause = planned.clause
    if planned.checks:
        named = tuple(name for one in planned.checks for name in _name_outcomes(one, planned))
        by = Means.CHECK if "provider" in clause.actors else Means.RECEIVER
        return ClauseCoverage(clause, by, named, _find_faults(named, caught))
    if "receiver" in clause.actors and clause.checks:
        named = tuple(check for check in checks if matches(check, clause.checks))
        return ClauseCoverage(clause, Means.RECEIVER, named, {})
    means, why = _explain(clause, planned.why.reason if planned.why else "")
    return ClauseCoverage(clause, means, why=why)


def _find_breaking(one: ClauseCoverage, broken: Broken) -> ClauseCoverage:
    """Add the faults with which the clause itself failed, where there is a record of it."""
    if not broken or one.means is not Means.CHECK:
        return one
    by = (fault for fault, clauses in broken.items() if one.clause.id in clauses)
    return replace(one, broken_by=tuple(sorted(by)))


def _explain(clause: Clause, reason: str) -> tuple[Means, str]:
    """Why no check tests a clause."""
    if clause.attest:
        return Means.ATTESTATION, clause.untested or reason
    if clause.level is Level.INFO:
        return Means.INFORMATIVE, "it demands nothing"
    if "provider" in clause.actors or "receiver" in clause.actors:
        return Means.OPEN, _NO_CHECK
    if "client" in clause.actors:
        return Means.SANDBOX, reason
    return Means.OPEN, f"{reason}, and no question asks for it"


def _name_outcomes(check: str, planned: PlannedClause) -> tuple[str, ...]:
    taken = planned.outcomes.get(check, ())
    return tuple(f"{check}#{outcome}" for outcome in taken) or (check,)


def _find_faults(
    named: Sequence[str], caught: Mapping[str, Sequence[str]]
) -> Mapping[str, tuple[str, ...]]:
    """Find the faults that each check caught; one with `#outcome` by that outcome."""
    return {
        name: tuple(
            fault
            for fault, by in sorted(caught.items())
            if any(name in (one, one.partition("#")[0]) for one in by)
        )
        for name in named
    }
