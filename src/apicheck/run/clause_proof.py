"""The part of the proof that is about clauses: each that has checks fails with some fault.

The samples of the proof leave out subjects, and so all that a clause of few operations takes. Such
a clause is asked by itself, with the faults of its checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from apicheck.model.plan import Options, Plan
from apicheck.run.config import Inputs, build_plan
from apicheck.run.prover import ProofRow, Prover


def list_unbroken(made: Plan, rows: Sequence[ProofRow]) -> tuple[str, ...]:
    """List the clauses that have checks and that no fault breaks, in the policy's order."""
    broken = {clause for row in rows for clause in row.broken}
    return tuple(
        one.clause.id
        for one in made.clauses
        if one.why is None and one.checks and one.clause.id not in broken
    )


def break_the_others(
    prover: Prover, inputs: Inputs, made: Plan, rows: Sequence[ProofRow]
) -> list[ProofRow]:
    """Ask each clause by itself that no fault broke yet. Returns the rows with what this found."""
    found: dict[str, list[str]] = {}
    for clause in list_unbroken(made, rows):
        options = Options(clauses=(clause,), seed=made.options.seed, draws=made.options.draws)
        fault = prover.break_clause(
            build_plan(inputs, options), _find_candidates(made, clause, rows)
        )
        found.setdefault(fault, []).append(clause)
    return [
        replace(row, broken=tuple(sorted({*row.broken, *found.get(row.fault, ())}))) for row in rows
    ]


def _find_candidates(made: Plan, clause: str, rows: Sequence[ProofRow]) -> Iterator[str]:
    """Find the faults that the checks of a clause name, and the profile can show."""
    (planned,) = (one for one in made.clauses if one.clause.id == clause)
    named = {
        fault
        for check in planned.checks
        for outcome, faults in made.checks[check].proven_by.items()
        if outcome in planned.outcomes.get(check, (outcome,))
        for fault in faults
    }
    return (row.fault for row in rows if row.applicable and row.fault in named)
