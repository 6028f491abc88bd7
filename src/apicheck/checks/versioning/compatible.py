"""The present document describes what an earlier one promised."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Confirm,
    Failure,
    Outcome,
    RunContext,
    Severity,
    compare,
    folds,
)
from apicheck.checks.versioning import _history
from apicheck.checks.versioning._history import FACT, HISTORY


def read(context: RunContext) -> Iterator[tuple[str, str, Failure | None]]:
    """A result for each operation of today that an earlier document has, and one for the API."""
    if not context.earlier:
        return
    found = list(_judge(context))
    failed = {subject for subject, _ in found}
    judged = {""} | {
        now.id
        for _, old in _history.list_documents(context)
        for _, now in _history.find_pairs(context, old).values()
        if now is not None
    }
    yield from ((subject, FACT, wrong) for subject, wrong in found)
    yield from ((subject, FACT, None) for subject in sorted(judged - failed))


def _judge(context: RunContext) -> Iterator[tuple[str, Failure]]:
    """The incompatible changes, each with the operation of today that it concerns, "" for none."""
    for name, old in _history.list_documents(context):
        pairs = _history.find_pairs(context, old)
        for change in _history.find_changes(old, context.spec):
            concerned = [pairs[one][1] for one in change.operations if one in pairs]
            if change.operations and not concerned:
                continue
            for subject in dict.fromkeys(now.id if now else "" for now in concerned or (None,)):
                yield subject, _describe(change, name)


def _describe(change: compare.Change, name: str) -> Failure:
    outcome = "incompatible" if change.impact is compare.Impact.BREAKING else "doubtful"
    where = change.where or ("the operation" if change.operations else "the API")
    return Failure(
        outcome,
        f"{where} compatible with {name}, {change.old or '/'}",
        f"{change.name}: {change.words}. {change.rule.why}",
        f"{change.name} {change.old}",
    )


CHECK = Check(
    title="The document is compatible with the earlier ones",
    failure_title="The document is not compatible with an earlier one",
    applies=_history.applies,
    fold=folds.per_document(read),
    reads=(FACT, HISTORY),
    outcomes=(
        Outcome("incompatible", Severity.HIGH, Confirm.ONCE),
        Outcome("doubtful", Severity.LOW, Confirm.ONCE),
    ),
    proven_by={
        "incompatible": (
            "versioning/document-with-a-new-required-parameter",
            "versioning/document-with-a-shorter-text",
            "versioning/document-with-an-optional-member",
            "versioning/document-with-another-scope",
            "versioning/document-without-a-choice",
            "versioning/document-without-a-member",
            "versioning/document-without-an-operation",
        ),
        "doubtful": ("versioning/document-with-a-new-choice",),
    },
)
