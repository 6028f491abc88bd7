"""Flat forms of a value: what a value of one form may be, in the words of JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from apicheck.model.json import Json, key_of

Node = tuple[str, ...]
"""Pointers of schemas to all of which a value must fit; (): any value does."""

NUMBERS = frozenset({"integer", "number"})

LOWER = ("minimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "maxLength", "maxItems", "maxProperties")
OF_TYPE = {
    **dict.fromkeys(("minLength", "maxLength", "pattern"), "string"),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems", "items", "prefixItems"), "array"),
    **dict.fromkeys(("minProperties", "maxProperties", "required"), "object"),
    **dict.fromkeys(("properties", "additionalProperties"), "object"),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), "number"),
    "multipleOf": "number",
}
"""Keyword -> the type of which it speaks."""
_MOST_FORMS = 64


@dataclass(frozen=True, slots=True)
class Bound:
    """A number that a value may not pass. excluded: the number itself is not allowed either."""

    value: float
    at: str
    excluded: bool = False


@dataclass(eq=False, slots=True)
class Form:
    """One form that a value may have. Equal to itself alone.

    at: pointer of its schema. name: of the component that it is, "" for none. types None: any.
    additional: of members without a name, () where the document does not say. closed: there are
    none. tag: value of the discriminator that chooses the form.
    """

    at: str = ""
    name: str = ""
    types: frozenset[str] | None = None
    enum: tuple[Json, ...] | None = None
    enum_at: str = ""
    bounds: dict[str, Bound] = field(default_factory=dict)
    patterns: dict[str, str] = field(default_factory=dict)
    """Pattern -> its pointer."""
    format: str = ""
    properties: dict[str, Node] = field(default_factory=dict)
    required: dict[str, str] = field(default_factory=dict)
    """Name -> pointer of the list that requires it."""
    additional: Node = ()
    closed: bool = False
    items: Node = ()
    prefix: tuple[Node, ...] = ()
    others: dict[str, str] = field(default_factory=dict)
    """Keyword that is compared as it is written -> its value as JSON."""
    flags: frozenset[str] = frozenset()
    """readOnly, writeOnly, deprecated."""
    defaults: tuple[Json, ...] = ()
    discriminator: str = ""
    mapping: frozenset[str] = frozenset()
    tag: str = ""

    @property
    def is_free(self) -> bool:
        """Whether any value has this form."""
        rules = (self.bounds, self.patterns, self.properties, self.required, self.additional)
        more = (self.closed, self.items, self.prefix, self.others, self.format)
        return self.types is None and self.enum is None and not any(rules) and not any(more)

    @property
    def is_blank(self) -> bool:
        """Whether nothing at all is said of a value."""
        said = (self.name, self.flags, self.defaults, self.discriminator, self.tag)
        return self.is_free and not any(said)

    def is_about(self, keyword: str) -> bool:
        """Whether a keyword says something of the values of this form."""
        kinds = self.kinds
        return kinds is None or not kinds.isdisjoint(_values_of(OF_TYPE[keyword]))

    @property
    def kinds(self) -> frozenset[str] | None:
        """The types of its values, also of those that are listed. None: any."""
        if self.types is None and self.enum is not None:
            return frozenset(map(type_of, self.enum))
        return self.types


def tighter(key: str, one: Bound | None, other: Bound) -> Bound:
    """The bound of two that allows less."""
    if one is None:
        return other
    if key == "multipleOf":
        return one if one.value % other.value == 0 else other
    sign = 1 if key in LOWER else -1
    more = (sign * other.value, other.excluded) > (sign * one.value, one.excluded)
    return other if more else one


def intersect(ones: Iterable[Form], others: Iterable[Form]) -> tuple[Form, ...]:
    """The forms of values that have one form of each. Nothing has a form without a type."""
    ones, others = tuple(ones), tuple(others)
    if len(ones) == 1 and ones[0].is_blank:
        return others[:_MOST_FORMS]
    found = [merged for one in ones for other in others if (merged := _merge(one, other))]
    return tuple(found[:_MOST_FORMS])


def _merge(one: Form, other: Form) -> Form | None:
    types = meet(one.types, other.types)
    if types is not None and not types:
        return None
    form = replace(
        one,
        at=other.at if one.is_free and not one.name else one.at,
        name=one.name or other.name,
        types=types,
        bounds=dict(one.bounds),
        patterns={**one.patterns, **other.patterns},
        format=one.format or other.format,
        required={**other.required, **one.required},
        additional=one.additional + other.additional,
        closed=one.closed or other.closed,
        items=one.items + other.items,
        prefix=one.prefix or other.prefix,
        others={**one.others, **other.others},
        flags=one.flags | other.flags,
        defaults=one.defaults or other.defaults,
        discriminator=one.discriminator or other.discriminator,
        mapping=one.mapping | other.mapping,
        tag=one.tag or other.tag,
        properties={
            name: one.properties.get(name, ()) + other.properties.get(name, ())
            for name in {**one.properties, **other.properties}
        },
    )
    for key, bound in other.bounds.items():
        form.bounds[key] = tighter(key, form.bounds.get(key), bound)
    if other.enum is not None:
        form.enum_at = other.enum_at
        allowed = {key_of(value) for value in other.enum}
        kept = other.enum if one.enum is None else one.enum
        form.enum = tuple(value for value in kept if key_of(value) in allowed)
    return form


def meet(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """The types that both allow: an integer is a number."""
    if one is None or other is None:
        return other if one is None else one
    return frozenset(
        name
        for name in one | other
        if (name in one or (name == "integer" and "number" in one))
        and (name in other or (name == "integer" and "number" in other))
    )


def split(forms: Iterable[Form]) -> Iterator[Form]:
    """The forms, those of several types as one for each type."""
    for form in forms:
        if form.types is None or len(form.types) == 1:
            yield form
            continue
        for name in sorted(form.types):
            values = form.enum
            if values is not None:
                values = tuple(value for value in values if type_of(value) in _values_of(name))
            if values is None or values:
                yield replace(form, types=frozenset({name}), enum=values)


def split_values(form: Form) -> Iterator[Form]:
    """A form for each of the values that are listed; the form itself where none are."""
    if form.enum is None:
        yield form
    for value in form.enum or ():
        yield replace(form, enum=(value,))


def _values_of(name: str) -> frozenset[str]:
    """The types of values that have a type: integers are numbers."""
    return NUMBERS if name == "number" else frozenset({name})


def type_of(value: Json) -> str:
    """The type of a value; a number without a fraction is an integer."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    kinds: tuple[tuple[type, str], ...] = (
        (float, "number"), (str, "string"), (list, "array"), (dict, "object"),
    )  # fmt: skip
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")
