"""Compares what one side gives with what the other side takes.

In a request, clients give what the earlier document told them, and the server takes what the later
one says. In a response, the server gives what the later document says, and clients take what the
earlier one told them. So one comparison serves both: what is given must be taken.

The pairs of schemas that are met are a graph, as schemas may contain themselves. Each pair is
compared once, for all operations.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from apicheck.compare import keywords
from apicheck.compare.change import Change
from apicheck.compare.forms import Form, Node, split, split_values
from apicheck.compare.objects import compare_objects
from apicheck.compare.sameness import Sameness
from apicheck.compare.shapes import Shapes
from apicheck.compare.sides import Direction, Found, Key, Sides
from apicheck.model.json import at


@dataclass(slots=True)
class _Compared:
    """A pair: its own differences, and the pairs inside it, each with the step that leads there."""

    differences: list[Change] = field(default_factory=list)
    inner: list[tuple[str, Key]] = field(default_factory=list)


class Role(Enum):
    """What the values are. Parameters and header fields are texts, whatever their type."""

    BODY = "body"
    PARAMETER = "parameter"


@dataclass(slots=True)
class Values:
    """Compares schemas of two documents, for values that go in one direction."""

    old: Shapes
    new: Shapes
    sameness: Sameness
    direction: Direction
    role: Role = Role.BODY
    _sides: Sides = field(init=False)
    _graph: dict[Key, _Compared] = field(default_factory=dict)
    _open: set[Key] = field(default_factory=set)
    """Pairs that are being compared: inside themselves they count as fitting."""
    _around: dict[Key, list[Key]] = field(default_factory=dict)
    """Pair -> the pairs that contain it."""
    _differing: set[Key] = field(default_factory=set)
    """Pairs in which there is a difference, however deep."""
    _collected: dict[Key, tuple[Change, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sides = Sides(self.old, self.new, self.direction)

    def find_changes(self, old: Node, new: Node) -> Iterator[Change]:
        """The incompatible changes between two schemas, with the path of each value as `where`."""
        old, new = self.old.settle(old), self.new.settle(new)
        key: Key = (old, new) if self.direction is Direction.REQUEST else (new, old)
        if self._fits(key):
            return
        if key not in self._collected:  # an error's schema is that of every operation
            self._collected[key] = tuple(self._collect(key))
        yield from self._collected[key]

    def _collect(self, start: Key) -> Iterator[Change]:
        seen = {start}
        due = deque([(start, "")])
        while due:
            key, path = due.popleft()
            compared = self._graph[key]
            yield from (replace(one, where=path) for one in compared.differences)
            for step, inner in compared.inner:
                if inner in self._differing and inner not in seen:
                    seen.add(inner)
                    due.append((inner, path + step))

    def _fits(self, start: Key) -> bool:
        """Whether there is no difference in a pair, nor in any pair inside it."""
        due = [start]
        while due:
            key = due.pop()
            if key not in self._graph and key not in self._open:
                due += self._compare(key)
        return start not in self._differing

    def _compare(self, key: Key) -> Iterator[Key]:
        """Compare a pair. Returns the pairs inside it."""
        self._open.add(key)
        compared = _Compared()
        for one in self._find(*key):
            if isinstance(one, Change):
                compared.differences.append(one)
            else:
                step, inner = one
                compared.inner.append((step, self._settle(*inner)))
        self._open.discard(key)
        self._graph[key] = compared
        for _, inner in compared.inner:
            self._around.setdefault(inner, []).append(key)
        if compared.differences or any(one in self._differing for _, one in compared.inner):
            self._mark(key)
        return (inner for _, inner in compared.inner)

    def _mark(self, key: Key) -> None:
        """Note that a pair differs, and so does each that contains it."""
        due = [key]
        while due:
            one = due.pop()
            if one not in self._differing:
                self._differing.add(one)
                due += self._around.get(one, ())

    def _settle(self, given: Node | Form, taken: Node | Form) -> Key:
        if isinstance(given, Form) or isinstance(taken, Form):
            return given, taken
        return self._sides.giver.settle(given), self._sides.taker.settle(taken)

    def _find(self, given: Node | Form, taken: Node | Form) -> Iterator[Found]:
        if isinstance(given, Form) and isinstance(taken, Form):
            yield from self._compare_forms(given, taken)
            return
        assert isinstance(given, tuple)
        assert isinstance(taken, tuple)
        if not self._is_same(given, taken):
            gives, takes = self._sides.giver.forms(given), self._sides.taker.forms(taken)
            yield from self._match(gives, takes, taken)

    def _is_same(self, given: Node, taken: Node) -> bool:
        if len(given) != 1 or len(taken) != 1:
            return given == taken == ()
        old, new = self._sides.order(given[0], taken[0])
        return self.sameness.is_same(at(self.old.document, old), at(self.new.document, new))

    def _match(self, gives: Sequence[Form], takes: Sequence[Form], taken: Node) -> Iterator[Found]:
        """Find for each form that is given one that takes it."""
        if len(gives) == 1 and len(takes) == 1:
            yield "", (gives[0], takes[0])
            return
        given_forms, taken_forms = list(split(gives)), list(split(takes))
        for form in given_forms:
            partner = self._find_partner(form, given_forms, taken_forms)
            if partner is not None:
                yield "", (form, partner)
                continue
            if self._is_taken(form, taken_forms):
                continue
            for piece in split_values(form):
                if not self._is_taken(piece, taken_forms):
                    yield self._sides.lost_form(piece, "".join(taken[:1]), taken_forms)

    def _is_taken(self, form: Form, takes: Sequence[Form]) -> bool:
        return any(self._fits((form, other)) for other in takes)

    def _find_partner(
        self, form: Form, gives: Sequence[Form], takes: Sequence[Form]
    ) -> Form | None:
        """The form that is the same one in the other document, by its tag, name or type alone.

        None where there is no such form, or another one takes all that is given.
        """
        if any(other.is_free for other in takes):
            return None
        for attribute in ("tag", "name"):
            own = getattr(form, attribute)
            named = [one for one in takes if own and getattr(one, attribute) == own]
            same = [one for one in named if one.kinds == form.kinds]
            if len(named) == 1 or len(same) == 1:
                return (same or named)[0]
        if form.kinds is None:
            return None
        alike = [one for one in takes if one.kinds is not None and one.kinds & form.kinds]
        if len(alike) != 1:
            return None
        (other,) = alike
        rivals = [one for one in gives if one is not form and one.kinds == form.kinds]
        apart = rivals and form.name != other.name
        return None if apart or any(self._fits((rival, other)) for rival in rivals) else other

    def _compare_forms(self, given: Form, taken: Form) -> Iterator[Found]:
        if self.role is Role.PARAMETER:
            if self._is_one_of_list(given, taken):
                yield from self._match([given], self._sides.taker.forms(taken.items), taken.items)
                return
            given, taken = self._as_texts(given, taken)
        wrong = list(keywords.compare_types(self._sides, given, taken))
        yield from wrong
        if any(one.name.endswith(("type-narrowed", "type-widened")) for one in wrong):
            return  # the keywords of a value of another type say nothing
        yield from keywords.compare_keywords(self._sides, given, taken)
        yield from compare_objects(self._sides, given, taken)
        yield from self._compare_items(given, taken)

    def _compare_items(self, given: Form, taken: Form) -> Iterator[Found]:
        for index in range(max(len(given.prefix), len(taken.prefix))):
            one = given.prefix[index] if index < len(given.prefix) else given.items
            other = taken.prefix[index] if index < len(taken.prefix) else taken.items
            if one and other:
                yield f"/{index}", (one, other)
        if given.items and taken.items:
            yield "/*", (given.items, taken.items)
        elif taken.items and self._sides.is_array(given):
            yield "/*", ((), taken.items)

    def _as_texts(self, given: Form, taken: Form) -> tuple[Form, Form]:
        """A number where a text is taken, as the text that it is."""
        if given.kinds is None or taken.kinds is None or "string" not in taken.kinds:
            return given, taken
        if given.kinds & {"array", "object"}:
            return given, taken
        values = given.enum
        if values is not None:
            values = tuple(one if isinstance(one, str) else _write(one) for one in values)
        null = given.kinds & {"null"}
        return replace(given, types=frozenset({"string"}) | null, enum=values, bounds={}), taken

    @staticmethod
    def _is_one_of_list(given: Form, taken: Form) -> bool:
        """Whether one value is given where a list is taken: it is a list of one."""
        single = given.kinds is not None and not given.kinds & {"array", "object"}
        return single and taken.kinds == frozenset({"array"})


def _write(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
