"""The document has operations on every resource that the policy names."""

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
from apicheck.checks.document._parts import WHOLE

FACT = "document.resources"


def read(context: RunContext) -> Iterator[tuple[str, str, Failure | None]]:
    """A result for each resource."""
    paths = [f"{operation.path}/" for operation in context.spec.operations]
    for name in context.facts.document.resources:
        inside = f"/{name.strip('/')}/"
        found = any(inside in path for path in paths)
        wrong = Failure("missing", f"an operation on {name}", "none", name)
        yield WHOLE, FACT, None if found else wrong


CHECK = Check(
    title="The document has operations on the resources of the policy",
    failure_title="The document has no operation on a resource of the policy",
    applies=applying.applies_where(
        lambda facts: facts.document.resources, f"the policy names no resources ({FACT})", FACT
    ),
    fold=folds.per_document(read),
    reads=(FACT,),
    outcomes=(Outcome("missing", Severity.MEDIUM, Confirm.ONCE),),
    proven_by={"missing": ("document/lacks-a-resource",)},
)
