"""What a run that was killed left on its target, by its journal."""

from __future__ import annotations

from collections.abc import Sequence

from apicheck.model.exchange import Exchange
from apicheck.model.plan import Plan
from apicheck.probe.cleanup import Creations
from apicheck.probe.journal import Record


def find_leftovers(plan: Plan, record: Record, cleaned: Sequence[Exchange]) -> tuple[str, ...]:
    """Find what was created and not deleted, in words. cleaned: sent after the run."""
    creations = Creations(plan, record.marks)
    creations.replay(record.exchanges.values())
    creations.replay(cleaned)
    return (*creations.list_open(), *creations.lasting, *name_under_way(record))


def name_suspected(plan: Plan, record: Record, cleaned: Sequence[Exchange]) -> tuple[str, ...]:
    """Name what failed requests of a run may have created, unless a clean-up has looked for it."""
    if cleaned:
        return ()
    creations = Creations(plan, record.marks)
    creations.replay(record.exchanges.values())
    return creations.suspected


def name_under_way(record: Record) -> tuple[str, ...]:
    """Name what may have been created by requests whose responses nobody read any more."""
    return tuple(
        f"what {request} created, if anything: no response had come when the run ended"
        for name, request in record.sent.items()
        if name not in record.exchanges
    )
