"""The document leads to the documentation that the policy names."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Confirm,
    Failure,
    Outcome,
    RunContext,
    Severity,
    applying,
    folds,
)
from apicheck.checks.document._parts import WHOLE, compare_url, read_member

FACT = "document.documentation"


def read(context: RunContext) -> Iterator[tuple[str, str, Failure | None]]:
    """One result."""
    written = read_member(context.spec, "externalDocs", "url")
    promised = context.facts.document.documentation
    if promised:
        yield WHOLE, FACT, compare_url(written, promised, "/externalDocs/url")


CHECK = Check(
    title="The document leads to the documentation",
    failure_title="The document does not lead to the documentation as promised",
    applies=applying.applies_where(
        lambda facts: facts.document.documentation,
        f"the policy does not say where the documentation is ({FACT})",
        FACT,
    ),
    fold=folds.per_document(read),
    reads=(FACT,),
    outcomes=(
        Outcome("missing", Severity.LOW, Confirm.ONCE),
        Outcome("differs", Severity.LOW, Confirm.ONCE),
    ),
    proven_by={
        "missing": ("document/leads-to-no-documentation",),
        "differs": ("document/leads-to-other-documentation",),
    },
)
