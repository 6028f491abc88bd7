"""Draw which scopes each operation needs, and what came without them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from apicheck.model.results import Results, ScopeUse
from apicheck.report.text import cut

STEP = 15
LABELS, HEADINGS = 190, 112
MOST_OPERATIONS, MOST_SCOPES = 90, 45
_NAME = 28

ENFORCED, OPEN, SHUT, UNTRIED = "enforced", "open", "shut", "untried"
MARKS = {ENFORCED: "✓", OPEN: "✗", SHUT: "!", UNTRIED: "○"}
TONES = {ENFORCED: "good", OPEN: "bad", SHUT: "warn", UNTRIED: "calm"}
WORDS = {
    ENFORCED: "refused without the scope",
    OPEN: "accepted without the scope",
    SHUT: "refused with every scope that is needed",
    UNTRIED: "nobody without the scope asked",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One scope on one operation that needs it, where it is drawn."""

    use: ScopeUse
    state: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a row or column. at: the middle of it."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class ScopeMatrix:
    """Operations down, scopes across. uses: every one, with its state; cells: those drawn."""

    operations: tuple[Label, ...]
    scopes: tuple[Label, ...]
    cells: tuple[Cell, ...]
    uses: tuple[tuple[ScopeUse, str], ...]
    counts: tuple[tuple[str, int], ...]
    width: int
    height: int

    @property
    def undrawn(self) -> int:
        """How many uses have no place in the drawing."""
        return len(self.uses) - len(self.cells)


def view_scopes(results: Results) -> ScopeMatrix | None:
    """View the scopes of a run; None where no operation needs any."""
    if not results.scopes:
        return None
    judged = tuple((use, judge_use(use)) for use in results.scopes)
    operations = _number((use.operation for use in results.scopes), MOST_OPERATIONS)
    scopes = _number(sorted({use.scope for use in results.scopes}), MOST_SCOPES)
    cells = tuple(
        Cell(
            use,
            state,
            LABELS + scopes[use.scope] * STEP,
            HEADINGS + operations[use.operation] * STEP,
        )
        for use, state in judged
        if use.operation in operations and use.scope in scopes
    )
    states = [state for _, state in judged]
    return ScopeMatrix(
        operations=tuple(_label(name, HEADINGS, row) for name, row in operations.items()),
        scopes=tuple(_label(name, LABELS, column) for name, column in scopes.items()),
        cells=cells,
        uses=judged,
        counts=tuple((state, states.count(state)) for state in MARKS if state in states),
        width=LABELS + len(scopes) * STEP + HEADINGS // 2,
        height=HEADINGS + len(operations) * STEP,
    )


def judge_use(use: ScopeUse) -> str:
    """Say what the statuses show: that the scope is enforced, or not, or refused with it."""
    if any(_is_success(status) for status in use.lacking):
        return OPEN
    if use.holding and not any(_is_success(status) for status in use.holding):
        return SHUT
    return ENFORCED if use.lacking else UNTRIED


def _is_success(status: int) -> bool:
    return 200 <= status < 300


def _number(names: Iterable[str], most: int) -> dict[str, int]:
    return {name: index for index, name in enumerate(list(dict.fromkeys(names))[:most])}


def _label(name: str, start: int, index: int) -> Label:
    return Label(cut(name, _NAME), start + index * STEP + STEP // 2)
