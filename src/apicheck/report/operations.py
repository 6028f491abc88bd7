"""Group the operations of a document by what became of their requests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apicheck.model.results import OperationResult, Standing
from apicheck.report.text import count_noun


@dataclass(frozen=True, slots=True)
class OperationGroup:
    """Operations whose requests ended alike. title: "refused with 404".

    reason: that of the first one, "" where the title says it.
    """

    standing: Standing
    title: str
    reason: str
    operations: tuple[OperationResult, ...]


def group_operations(operations: Iterable[OperationResult]) -> tuple[OperationGroup, ...]:
    """Group the operations that accepted no request, the largest group of each standing first."""
    found: dict[tuple[Standing, str], list[OperationResult]] = {}
    for one in operations:
        if one.standing is not Standing.ACCEPTED:
            found.setdefault((one.standing, _name_group(one)), []).append(one)
    order = list(Standing)
    ranked = sorted(found.items(), key=lambda item: (order.index(item[0][0]), -len(item[1])))
    return tuple(
        OperationGroup(
            standing,
            title,
            "" if standing is Standing.NO_RESPONSE else members[0].reason,
            tuple(members),
        )
        for (standing, title), members in ranked
    )


def count_accepted(operations: Sequence[OperationResult]) -> str:
    """Count the accepted operations: "accepted 21 of 53 operations"."""
    accepted = sum(one.standing is Standing.ACCEPTED for one in operations)
    return f"accepted {accepted} of {count_noun(len(operations), 'operation')}"


def _name_group(one: OperationResult) -> str:
    match one.standing:
        case Standing.REFUSED:
            return f"refused with {one.status}"
        case Standing.NO_RESPONSE:
            return f"no response ({one.reason})"
        case _:
            return f"not sent ({one.kind.value})" if one.kind else "not sent"
