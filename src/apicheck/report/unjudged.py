"""Say of a clause that no check judged why that is so, and who can attest it."""

from __future__ import annotations

from apicheck.model.policy import ATTESTERS, OTHER_ACTORS, Clause
from apicheck.model.results import ClauseResult
from apicheck.model.verdict import Level, Verdict

_NO_CHECK, _INFORMS = "no check tests it", "it informs, and demands nothing"


def explain_unjudged(item: ClauseResult, tested: str) -> str:
    """Why a clause was not judged. tested: the actor that the run tests."""
    clause = item.clause
    if item.verdict is not Verdict.REVIEW and tested in clause.actors:
        return item.reason
    if clause.untested or tested in clause.actors:
        return clause.untested or _NO_CHECK
    parts = [OTHER_ACTORS[actor] for actor in clause.actors if actor in OTHER_ACTORS]
    demands = clause.attest or clause.level is not Level.INFO
    return "; ".join((*parts, *(() if demands else (_INFORMS,))))


def name_attesters(clause: Clause) -> str:
    """Who can answer the question of a clause; "" where it has none."""
    if not clause.attest:
        return ""
    return ", or ".join(ATTESTERS[actor] for actor in clause.actors if actor in ATTESTERS)
