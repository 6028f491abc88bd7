"""Why a clause was not judged, and who can attest it, in words."""

from __future__ import annotations

import pytest

from apicheck.model.policy import Clause
from apicheck.model.results import ClauseResult
from apicheck.model.verdict import Consequence, Level, NotTestedKind, Verdict
from apicheck.report.unjudged import explain_unjudged, name_attesters


def result(clause: Clause, verdict: Verdict = Verdict.REVIEW, reason: str = "") -> ClauseResult:
    return ClauseResult(clause, verdict, Consequence.NONE, reason, in_scope=False)


@pytest.mark.parametrize(
    ("clause", "why"),
    [
        (Clause("A", attest="Is it?"), "no check tests it"),
        (Clause("A", untested="keys are made by hand"), "keys are made by hand"),
        (
            Clause("A", actors=("provider-process",)),
            "it is a duty of the provider's organisation",
        ),
        (
            Clause("A", actors=("partner-organisation", "client")),
            (
                "it binds the partner's organisation; it binds the partner's client, which only a"
                " sandbox can watch, and there is none yet"
            ),
        ),
        (Clause("A", actors=("receiver",), untested="not described"), "not described"),
        (
            Clause("A", actors=("partner-organisation",), level=Level.INFO),
            "it binds the partner's organisation; it informs, and demands nothing",
        ),
    ],
)
def test_the_actors_are_the_reason_or_the_policy_gives_one(clause: Clause, why: str) -> None:
    assert explain_unjudged(result(clause), "provider") == why


def test_what_is_out_of_scope_says_whose_decision_that_is() -> None:
    item = ClauseResult(
        Clause("A"),
        Verdict.NOT_TESTED,
        Consequence.NONE,
        "out of scope by apicheck.toml: not live yet",
        in_scope=False,
        kind=NotTestedKind.OUT_OF_SCOPE,
    )
    assert explain_unjudged(item, "provider") == "out of scope by apicheck.toml: not live yet"


@pytest.mark.parametrize(
    ("clause", "who"),
    [
        (Clause("A"), ""),
        (Clause("A", attest="Is it?"), "whoever runs the API"),
        (
            Clause("A", actors=("client", "partner-organisation"), attest="Is it?"),
            "whoever builds the partner's client, or the partner's organisation",
        ),
    ],
)
def test_only_a_question_has_somebody_to_answer_it(clause: Clause, who: str) -> None:
    assert name_attesters(clause) == who
