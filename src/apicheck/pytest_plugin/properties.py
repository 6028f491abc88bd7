"""What an item tells reports of other tools beside its outcome (JUnit XML: properties)."""

from __future__ import annotations

from pathlib import Path

from apicheck.model.results import Results
from apicheck.promises import Promise, find_clause, findings_of

RUN = "apicheck_run"
"""The property that has the run directory."""


def describe(results: Results, promise: Promise, directory: Path) -> list[tuple[str, object]]:
    """Describe a promise by properties, named as in the JUnit XML of a run."""
    clause = find_clause(results, promise).clause
    named = [("clause", clause.id), ("section", clause.section), ("level", clause.level.value)]
    named += [("check", promise.check), ("subject", promise.subject)]
    named += [("fingerprint", finding.id) for finding in findings_of(results, promise)]
    named += [(RUN, str(directory))]
    return [(name, value) for name, value in named if value]
