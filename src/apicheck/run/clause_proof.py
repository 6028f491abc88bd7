"""The part of the proof that is about clauses: each that has checks fails with some fault.

The samples of the proof leave out subjects, and so all that a clause of few operations takes. Such
a clause is asked by itself, with the faults of its checks.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from apicheck.load import profile_dir
from apicheck.model.plan import Options, Plan, PlannedClause
from apicheck.run.collateral import Broken, read_broken
from apicheck.run.config import Inputs, RunConfig, build_plan, load_inputs
from apicheck.run.progress import Progress, Silent
from apicheck.run.prover import ProofRow, Prover
from apicheck.run.server import reference_server

DRAWS = 12
"""How many values a drawn check gets in a proof."""


@dataclass(frozen=True, slots=True)
class ClauseProof:
    """Which fault broke each clause of a profile that has checks.

    broken: clause -> fault, "" where none did. honest: clauses that fail without any fault.
    """

    profile: str
    broken: Mapping[str, str]
    honest: tuple[str, ...]
    seconds: float
    requests: int

    @property
    def unbroken(self) -> tuple[str, ...]:
        """The clauses that no fault breaks."""
        return tuple(clause for clause, fault in self.broken.items() if not fault)

    @property
    def holds(self) -> bool:
        """Whether each clause fails with a fault, and none without."""
        return not self.unbroken and not self.honest


def prove_clauses(profile: str, *, seed: int = 1, progress: Progress | None = None) -> ClauseProof:
    """Play each clause that has checks by itself, with one fault after another until it fails.

    Recorded faults are tried first, those before others that break the fewest clauses.
    """
    progress = progress or Silent()
    began = time.monotonic()
    with reference_server(profile_dir(profile), seed=seed, lowers_limits=True) as server:
        inputs = load_inputs(RunConfig(profile=profile, target=server.target_file))
        made = build_plan(inputs, Options(seed=seed, draws=DRAWS))
        prover = Prover(made, server.control_url, {})
        shown = [item["id"] for item in prover.fetch_faults() if item["applicable"]]
        tested = list_tested(made)
        recorded = read_broken(profile)
        honest = prover.list_broken(made)
        broken = {}
        progress.begin(f"proving the clauses of {profile}", len(tested))
        for one in tested:
            named = _order_candidates(made, one, shown, recorded)
            broken[one.clause.id] = break_clause(prover, inputs, made, one, named)
            progress.advance(text=f"{one.clause.id}: {broken[one.clause.id] or 'NOT BROKEN'}")
        progress.end()
    seconds = time.monotonic() - began
    return ClauseProof(profile, broken, tuple(sorted(honest)), seconds, prover.requests)


def list_tested(made: Plan) -> tuple[PlannedClause, ...]:
    """List the clauses that have checks, in the policy's order."""
    return tuple(one for one in made.clauses if one.why is None and one.checks)


def list_unbroken(made: Plan, rows: Sequence[ProofRow]) -> tuple[str, ...]:
    """List the clauses that have checks and that no fault breaks, in the policy's order."""
    broken = {clause for row in rows for clause in row.broken}
    return tuple(one.clause.id for one in list_tested(made) if one.clause.id not in broken)


def break_the_others(
    prover: Prover, inputs: Inputs, made: Plan, rows: Sequence[ProofRow]
) -> list[ProofRow]:
    """Ask each clause by itself that no fault broke yet. Returns the rows with what this found."""
    shown = [row.fault for row in rows if row.applicable]
    unbroken = list_unbroken(made, rows)
    found: dict[str, list[str]] = {}
    for one in list_tested(made):
        if one.clause.id in unbroken:
            named = _order_candidates(made, one, shown, {})
            fault = break_clause(prover, inputs, made, one, named)
            found.setdefault(fault, []).append(one.clause.id)
    return [
        replace(row, broken=tuple(sorted({*row.broken, *found.get(row.fault, ())}))) for row in rows
    ]


def break_clause(
    prover: Prover, inputs: Inputs, made: Plan, one: PlannedClause, faults: Iterable[str]
) -> str:
    """Play a clause alone, with one fault after another until it fails; "" where none breaks it."""
    options = replace(made.options, select=(), clauses=(one.clause.id,))
    plan = build_plan(inputs, options)
    return next((f for f in faults if one.clause.id in prover.list_broken(plan, f)), "")


def _order_candidates(
    made: Plan, planned: PlannedClause, shown: Sequence[str], recorded: Broken
) -> list[str]:
    """Order the faults to break a clause with: recorded ones, those of its checks, all others."""
    named = {
        fault
        for check in planned.checks
        for outcome, faults in made.checks[check].proven_by.items()
        if outcome in planned.outcomes.get(check, (outcome,))
        for fault in faults
    }
    seen = [fault for fault in shown if planned.clause.id in recorded.get(fault, ())]
    seen.sort(key=lambda fault: len(recorded[fault]))
    ranked = {fault: place for place, fault in enumerate(seen, -len(seen))}
    return sorted(shown, key=lambda fault: ranked.get(fault, 0 if fault in named else 1))
