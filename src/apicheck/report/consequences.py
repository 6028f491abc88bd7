"""What each finding means to the policy: the worst consequence of a clause that it breaks."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.model.results import Results
from apicheck.model.verdict import Consequence
from apicheck.report.words import CONSEQUENCE_ORDER


def find_consequences(results: Results) -> Mapping[str, Consequence]:
    """Map the id of each finding to its consequence, `NONE` if no clause has it."""
    found: dict[str, Consequence] = {one.id: Consequence.NONE for one in results.findings}
    for item in results.clauses:
        for finding in item.findings:
            known = found.get(finding, Consequence.NONE)
            found[finding] = min(known, item.consequence, key=CONSEQUENCE_ORDER.index)
    return found
