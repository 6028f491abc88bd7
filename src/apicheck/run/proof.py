"""The proof: every fault of the reference server is caught, and nothing unrelated fails.

The proof compares the endings (check, subject, outcome) on a server with a fault with those on the
honest server at the same seed. The outcomes that the checks of a fault declare must be among the
new endings. Each new ending must be declared or recorded as collateral; a new inconclusive counts
as well. Each clause that has checks must fail with some fault.

A whole proof asks the honest server everything. A proof of named faults asks it the same sample as
the server with each fault.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from apicheck.load import profile_dir
from apicheck.load.mistakes import did_you_mean
from apicheck.model.check import Check
from apicheck.model.errors import ApicheckError, Mistake
from apicheck.model.plan import Options, Plan
from apicheck.model.verdict import Verdict
from apicheck.plan import matches
from apicheck.run.clause_proof import DRAWS, break_the_others, list_unbroken
from apicheck.run.collateral import Broken, Caught, Collateral, read_collateral
from apicheck.run.config import RunConfig, build_plan, load_inputs
from apicheck.run.progress import Progress, Silent
from apicheck.run.prover import Ended, ProofRow, Prover
from apicheck.run.server import reference_server


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof of one profile, or of a part of it.

    checks: those that were tried alone, () for all. whole: whether every check and fault was tried.
    unbroken: of a whole proof, the clauses that have checks and that no fault breaks.
    """

    profile: str
    rows: tuple[ProofRow, ...]
    honest_failures: tuple[Ended, ...]
    seconds: float
    requests: int
    unproven: tuple[tuple[str, str], ...] = ()
    """Faults that a check names and the server does not have: (check, fault)."""
    silent: tuple[tuple[str, str], ...] = ()
    """Checks that were tried and ask nothing on the profile: (check, reason)."""
    checks: tuple[str, ...] = ()
    whole: bool = False
    unbroken: tuple[str, ...] = ()

    @property
    def applicable(self) -> tuple[ProofRow, ...]:
        """The faults that this profile can show."""
        return tuple(row for row in self.rows if row.applicable)

    @property
    def expecting(self) -> tuple[ProofRow, ...]:
        """The applicable faults that must be caught: those that a tried check names, or all."""
        return tuple(row for row in self.applicable if row.expected or not self.checks)

    @property
    def survivors(self) -> tuple[ProofRow, ...]:
        """Faults that were not caught with their stated outcome."""
        return tuple(row for row in self.expecting if not row.killed)

    @property
    def unrelated(self) -> tuple[ProofRow, ...]:
        """Faults with which a check failed that neither names them nor is recorded."""
        return tuple(row for row in self.applicable if row.unrelated)

    @property
    def holds(self) -> bool:
        """Whether the checks are proven: honest clean, all caught, nothing unrelated.

        Of a whole proof also whether each clause that has checks fails with some fault.
        """
        wrong = (self.survivors, self.unrelated, self.honest_failures, self.unproven, self.silent)
        return not any((*wrong, self.unbroken))

    def as_recorded(self) -> Proof:
        """The same proof once everything that failed is recorded: nothing is unrelated."""
        rows = (
            replace(
                row,
                collateral=tuple(sorted((*row.collateral, *row.unrelated))),
                unrelated=(),
                why=(),
                unseen=(),
            )
            for row in self.rows
        )
        return replace(self, rows=tuple(rows))

    def update_record(self, before: Collateral) -> dict[str, tuple[str, ...]]:
        """Return the record after this proof. Only what was tried is replaced."""
        after = {} if self.whole else dict(before)
        for row in self.applicable:
            seen = {check for check, _, _ in (*row.collateral, *row.unrelated)}
            tried = self.checks or before.get(row.fault, ())
            kept = set(before.get(row.fault, ())) - set(tried)
            after[row.fault] = tuple(sorted(seen | kept))
        return after

    def update_caught(self, before: Caught) -> dict[str, tuple[str, ...]]:
        """Return the record of what caught each fault. Only what was tried is replaced."""
        after = {} if self.whole else dict(before)
        for row in self.applicable:
            seen = {f"{check}#{outcome}" for check, outcome in row.caught}
            untried = (
                {
                    one
                    for one in before.get(row.fault, ())
                    if one.partition("#")[0] not in self.checks
                }
                if self.checks
                else set()
            )
            after[row.fault] = tuple(sorted(seen | untried))
        return after

    def update_broken(self, before: Broken) -> dict[str, tuple[str, ...]]:
        """Return the record of the clauses that fail. Of checks tried alone only what is new."""
        after = {} if self.whole else dict(before)
        for row in self.applicable:
            kept = before.get(row.fault, ()) if self.checks else ()
            after[row.fault] = tuple(sorted({*row.broken, *kept}))
        return after


def prove(
    profile: str,
    *,
    families: Sequence[str] = (),
    faults: Sequence[str] = (),
    checks: Sequence[str] = (),
    full: bool = False,
    seed: int = 1,
    progress: Progress | None = None,
) -> Proof:
    """Prove a profile's checks against its reference server, one fault after another.

    families: prove only their faults (`auth`). faults: prove only these. checks: play only these,
    with what they need. full: play every check on every operation; otherwise the checks that do
    not name a fault are sampled. Raises ApicheckError for a fault that the server does not have.
    """
    progress = progress or Silent()
    began = time.monotonic()
    recorded = read_collateral(profile)
    with reference_server(profile_dir(profile), seed=seed, lowers_limits=True) as server:
        config = RunConfig(profile=profile, target=server.target_file)
        inputs = load_inputs(config)
        # Every check is asked, whether or not a clause of the profile names it.
        select = tuple(checks) or ("*",)
        draws = DRAWS if not faults or _is_drawn(inputs.checks, faults) else 0
        made = build_plan(inputs, Options(select=select, seed=seed, draws=draws))
        prover = Prover(made, server.control_url, recorded, full=full)
        catalogue = prover.fetch_faults()
        known = {item["id"] for item in catalogue}
        _refuse_unknown(faults, known)
        wanted = [item for item in catalogue if _is_wanted(item["id"], families, faults)]
        progress.begin(f"proving {profile}", len(wanted) + 1)
        named = [item["id"] for item in wanted if item["applicable"]]
        prover.ask_honest(named if faults else None)
        progress.advance(text="honest server")
        rows = []
        for item in wanted:
            row = prover.prove_fault(item)
            rows.append(row)
            progress.advance(text=f"{row.fault}: {_summarize(row)}")
        whole = not (families or faults or checks)
        if whole:
            rows = break_the_others(prover, inputs, made, rows)
        progress.end()
    return Proof(
        profile=profile,
        rows=tuple(rows),
        honest_failures=tuple(sorted(e for e in prover.honest if _is_bad(e))),
        seconds=time.monotonic() - began,
        requests=prover.requests,
        unproven=tuple(
            (check.id, fault)
            for check in made.checks.values()
            if matches(check.id, select)
            for named_by in check.proven_by.values()
            for fault in named_by
            if fault not in known
        ),
        silent=tuple(_find_silent(made, checks)),
        checks=tuple(checks),
        whole=whole,
        unbroken=list_unbroken(made, rows) if whole else (),
    )


def _is_drawn(checks: Mapping[str, Check], faults: Sequence[str]) -> bool:
    """Whether a check that must catch one of the faults draws values."""
    return any(
        check.draws and not set(named).isdisjoint(faults)
        for check in checks.values()
        for named in check.proven_by.values()
    )


def _refuse_unknown(faults: Sequence[str], known: set[str]) -> None:
    mistakes = tuple(
        Mistake(fault, 0, "", "unknown fault", did_you_mean(fault, known))
        for fault in faults
        if fault not in known
    )
    if mistakes:
        raise ApicheckError("the reference server does not have every fault", mistakes)


def _find_silent(made: Plan, checks: Sequence[str]) -> list[tuple[str, str]]:
    """Find the active checks that were tried and have no probe, each with the reason."""
    asked = {probe.check.id for probe in made.probes}
    reasons = {item.check: item.why.reason for item in reversed(made.skipped)}
    return [
        (check_id, reasons.get(check_id, "the profile has no subject for it"))
        for check_id in checks
        if check_id not in asked and not made.checks[check_id].passive
    ]


def _is_wanted(fault: str, families: Sequence[str], faults: Sequence[str]) -> bool:
    if faults:
        return fault in faults
    return not families or matches(fault, families)


def _summarize(row: ProofRow) -> str:
    if not row.applicable:
        return "not applicable"
    caught = "caught" if row.killed else "SURVIVED" if row.expected else "nothing expected"
    caught += " at the second try" if row.again and row.killed else ""
    return f"{caught}, {len(row.unrelated)} unrelated" if row.unrelated else caught


def _is_bad(ended: Ended) -> bool:
    return ended[2] not in (Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE)
