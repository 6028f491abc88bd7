"""The two sides of a comparison of values, and the words for what differs between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias, TypeVar

from apicheck.compare.change import Change, change
from apicheck.compare.forms import Form, Node
from apicheck.compare.shapes import Shapes
from apicheck.model.json import key_of

T = TypeVar("T")

Key: TypeAlias = "tuple[Node | Form, Node | Form]"
"""What is given and what takes it: two schemas, or one form of each."""

Found: TypeAlias = "Change | tuple[str, Key]"
"""A difference, or a pair inside, with the step that leads there."""


class Direction(Enum):
    """Who gives the values. A request: the client, by the earlier document."""

    REQUEST = "request"
    RESPONSE = "response"


_RULES = {
    "type": ("request-type-narrowed", "response-type-widened"),
    "null": ("request-null-refused", "response-null-added"),
    "enum-value": ("request-enum-value-removed", "response-enum-value-added"),
    "enum": ("request-enum-added", "response-enum-removed"),
    "bound": ("request-bound-tightened", "response-bound-loosened"),
    "pattern": ("request-pattern-added", "response-pattern-removed"),
    "pattern-changed": ("request-pattern-changed", "response-pattern-changed"),
    "format": ("request-format-added", "response-format-removed"),
    "format-changed": ("request-format-changed", "response-format-changed"),
    "alternative": ("request-alternative-removed", "response-alternative-added"),
    "schema-rule": ("request-schema-rule-changed", "response-schema-rule-changed"),
    "discriminator": ("request-discriminator-changed", "response-discriminator-changed"),
    "discriminator-value": (
        "request-discriminator-value-removed",
        "response-discriminator-value-added",
    ),
}
"""What differs -> the rule for a request, and the one for a response."""


@dataclass(slots=True)
class Sides:
    """Who gives and who takes."""

    old: Shapes
    new: Shapes
    direction: Direction
    giver: Shapes = field(init=False)
    taker: Shapes = field(init=False)

    def __post_init__(self) -> None:
        self.giver, self.taker = self.order(self.old, self.new)

    @property
    def of_request(self) -> bool:
        """Whether clients give."""
        return self.direction is Direction.REQUEST

    def order(self, given: T, taken: T) -> tuple[T, T]:
        """What is earlier, and what is later. The other way round, who gives and who takes."""
        return (given, taken) if self.of_request else (taken, given)

    def differ(
        self, what: str, given: tuple[str, str], taken: tuple[str, str], *, doubtful: bool = False
    ) -> Change:
        """A difference. given, taken: pointer, and the value in words."""
        name = _RULES[what][0 if self.of_request else 1]
        (old, was), (new, now) = self.order(given, taken)
        return change(name, f"{was} → {now}", old, new, doubtful=doubtful)

    def lost_form(self, form: Form, place: str, others: Sequence[Form]) -> Change:
        """A form of a value that nothing takes."""
        kinds = form.kinds
        if kinds == frozenset({"null"}):
            there = next((one.at for one in others), place)
            return self.differ("null", (form.at, "null allowed"), (there, "not allowed"))
        if kinds is not None and not any(one.kinds is None or one.kinds & kinds for one in others):
            there = name_types(frozenset().union(*(one.kinds or () for one in others)))
            return self.differ("type", (form.at, name_types(kinds)), (place, there))
        if form.enum is not None:
            listed = list_values(form.enum)
            return self.differ("enum-value", (form.enum_at, listed), (place, "not allowed"))
        name = form.tag or form.name or name_types(kinds)
        return self.differ("alternative", (form.at, name), (place, "no such form"))

    @staticmethod
    def is_array(form: Form) -> bool:
        """Whether a value is a list, by its type."""
        return form.kinds is not None and "array" in form.kinds


def name_types(types: Iterable[str] | None) -> str:
    """Types in words."""
    names = sorted(types) if types is not None else []
    return " or ".join(names) or ("any type" if types is None else "nothing")


def list_values(values: Sequence[object]) -> str:
    """Values in a few words."""
    shown = ", ".join(key_of(one) for one in values[:5])
    return shown + (f" and {len(values) - 5} more" if len(values) > 5 else "")
