"""A change between two documents, and the gathering of those that have one cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from apicheck.compare.rules import RULES, Impact, Rule


@dataclass(frozen=True, slots=True)
class Change:
    """One incompatible change.

    name: of a rule. words: what was, and what is. old, new: JSON Pointers into the two documents;
    of what was removed or added, the other is of what is nearest around it.
    operations: ids of the earlier document's operations that it concerns, () for the whole API.
    where: in the first of them, in words: "the response 200, /items/*/name".
    """

    name: str
    words: str
    old: str
    new: str
    impact: Impact
    operations: tuple[str, ...] = ()
    where: str = ""

    @property
    def rule(self) -> Rule:
        """The rule that it breaks."""
        return RULES[self.name]


def change(name: str, words: str, old: str, new: str, *, doubtful: bool = False) -> Change:
    """A change with the impact of its rule.

    doubtful: it breaks clients less surely than the rule says: the earlier document deprecated
    what is gone, a default stands for what is new, or a document says nothing of the value.
    """
    usual = RULES[name].impact
    return Change(name, words, old, new, Impact.PROBABLE if doubtful else usual)


def locate_in(found: Iterable[Change], where: str) -> Iterator[Change]:
    """The changes as those of a part, which `where` names."""
    for one in found:
        yield replace(one, where=", ".join(filter(None, (where, one.where))))


def assign(found: Iterable[Change], operation: str) -> Iterator[Change]:
    """The changes as those of an operation."""
    return (replace(one, operations=(operation,)) for one in found)


def gather(found: Iterable[Change]) -> tuple[Change, ...]:
    """Each change once, with every operation that it concerns; the worst first.

    Many operations share a schema: what became of it is one change.
    """
    same: dict[tuple[str, str, str, str], list[Change]] = {}
    for one in found:
        same.setdefault((one.name, one.words, one.old, one.new), []).append(one)
    gathered = (
        replace(
            members[0],
            impact=max(one.impact for one in members),
            operations=tuple(dict.fromkeys(o for one in members for o in one.operations)),
        )
        for members in same.values()
    )
    return tuple(sorted(gathered, key=lambda one: -one.impact))
