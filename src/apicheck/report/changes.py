"""Render the incompatible changes between two documents: as text, and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apicheck.compare import RULES, Change, Impact
from apicheck.model.json import Json
from apicheck.model.operation import Place, Spec
from apicheck.report.text import join_lines

_OPERATIONS_SHOWN = 3


def describe_change(change: Change, old: Spec, new: Spec) -> Iterator[str]:
    """Describe a change in lines: the rule, where it is, what was and is, and both places."""
    yield join_lines(f"{change.impact} {change.name}: {change.words}")
    place = ", ".join(filter(None, (list_operations(change), change.where)))
    if place:
        yield join_lines(f"  {place}")
    yield f"  {change.rule.why}"
    for word, spec, pointer in (("old", old, change.old), ("new", new, change.new)):
        found = spec.locate(pointer)
        yield join_lines(f"  {word}  {found}  {found.pointer or '/'}")


def list_operations(change: Change) -> str:
    """Name the operations of a change, the first ones if there are many."""
    rest = len(change.operations) - _OPERATIONS_SHOWN
    more = f" and {rest} more" if rest > 0 else ""
    return " | ".join(change.operations[:_OPERATIONS_SHOWN]) + more


def describe_rules() -> Iterator[str]:
    """Describe every rule in columns: id, impact, why."""
    width = max(map(len, RULES))
    for rule in RULES.values():
        yield f"{rule.id:<{width}}  {rule.impact!s:<17}  {rule.why}"


def summarize(changes: Sequence[Change], old: Spec, new: Spec) -> str:
    """Summarize a comparison in a line."""
    counts = count(changes)
    return join_lines(
        f"{new.file or new.title} against {old.file or old.title}:"
        f" {counts['breaking']} breaking, {counts['probably-breaking']} probably breaking"
    )


def count(changes: Sequence[Change]) -> dict[str, int]:
    """Count the changes by impact."""
    return {str(impact): sum(c.impact is impact for c in changes) for impact in reversed(Impact)}


def changes_as_json(changes: Sequence[Change], old: Spec, new: Spec) -> Json:
    """A comparison for programs."""
    return {
        "old": _name(old),
        "new": _name(new),
        "counts": count(changes),
        "changes": [
            {
                "rule": one.name,
                "impact": str(one.impact),
                "why": one.rule.why,
                "words": one.words,
                "operations": list(one.operations),
                "where": one.where,
                "old": _write(old.locate(one.old)),
                "new": _write(new.locate(one.new)),
            }
            for one in changes
        ],
    }


def _name(spec: Spec) -> Json:
    return {"file": spec.file, "title": spec.title, "version": spec.version}


def _write(place: Place) -> Json:
    return {"file": place.file, "line": place.line, "pointer": place.pointer}
