"""Compares the keywords of two forms of a value: types, values, bounds, patterns, formats."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.compare.change import Change
from apicheck.compare.forms import Bound, Form, tighter, type_of
from apicheck.compare.sides import Sides, list_values, name_types
from apicheck.load.patterns import compile_ecma
from apicheck.model.json import Json, child_pointer, key_of

_WIDEST = {"password": "", "int64": "", "double": "", "url": "uri", "iri": "uri"}
"""Formats that take no value away from those of the type, or not from those of another name."""
_FITTING = frozenset(
    {
        *(("uri", "uri-reference"), ("uri", "iri-reference"), ("email", "idn-email")),
        ("hostname", "idn-hostname"),
    }
)
"""Formats of which every value of the first is one of the second."""


def compare_types(sides: Sides, given: Form, taken: Form) -> Iterator[Change]:
    """The types that are given and not taken."""
    kinds, allowed = given.kinds, taken.kinds
    if allowed is None:
        return
    if kinds is None:  # a document that names no type may have meant the one of the other
        words = name_types(None), name_types(allowed)
        yield sides.differ("type", (given.at, words[0]), (taken.at, words[1]), doubtful=True)
        return
    lost = {
        name
        for name in kinds
        if name not in allowed and not (name == "integer" and "number" in allowed)
    }
    if "null" in lost:
        yield sides.differ("null", (given.at, "null allowed"), (taken.at, "not allowed"))
        lost.discard("null")
    if lost:
        words = name_types(kinds - {"null"}), name_types(allowed - {"null"})
        yield sides.differ("type", (given.at, words[0]), (taken.at, words[1]))


def compare_keywords(sides: Sides, given: Form, taken: Form) -> Iterator[Change]:
    """The values that are given and not taken, by each keyword."""
    if given.enum is not None:
        yield from _compare_listed(sides, given, given.enum, taken)
    else:
        if taken.enum is not None and not _lists_all(given, taken.enum):
            words = list_values(taken.enum)
            yield sides.differ("enum", (given.at, "any value"), (taken.enum_at, words))
        yield from _compare_bounds(sides, given, taken)
        yield from _compare_patterns(sides, given, taken)
        yield from _compare_formats(sides, given, taken)
    for key, value in taken.others.items():
        if given.others.get(key) != value:
            yield sides.differ(
                "schema-rule",
                (child_pointer(given.at, key), f"{key}: {_cut(given.others.get(key))}"),
                (child_pointer(taken.at, key), _cut(value)),
            )
    yield from _compare_discriminators(sides, given, taken)


def _cut(text: str | None) -> str:
    shown = text or "none"
    return shown if len(shown) <= 60 else f"{shown[:59]}…"


def _compare_listed(
    sides: Sides, given: Form, values: tuple[Json, ...], taken: Form
) -> Iterator[Change]:
    """Each value that is listed and given must be taken."""
    allowed = None if taken.enum is None else {key_of(value) for value in taken.enum}
    kinds = taken.kinds
    for value in values:
        if kinds is not None and type_of(value) == "null" and "null" not in kinds:
            continue  # said of the types
        if (allowed is not None and key_of(value) not in allowed) or _breaks(value, taken):
            there = taken.enum_at if allowed is not None else taken.at
            yield sides.differ(
                "enum-value",
                (given.enum_at, key_of(value) if sides.of_request else f"and {key_of(value)}"),
                (there, "not allowed" if sides.of_request else _or_none(taken)),
            )


def _or_none(taken: Form) -> str:
    return list_values(taken.enum) if taken.enum is not None else "not allowed"


def _breaks(value: Json, taken: Form) -> bool:
    """Whether a value breaks a bound or a pattern."""
    measured = {"": value} if isinstance(value, int | float) else {}
    if isinstance(value, str):
        measured = {"Length": len(value)}
        for pattern in taken.patterns:
            compiled = compile_ecma(pattern)
            if compiled is not None and compiled.find(value) is None:
                return True
    for suffix, number in measured.items():
        low = taken.bounds.get(f"min{suffix or 'imum'}")
        high = taken.bounds.get(f"max{suffix or 'imum'}")
        if low and (number < low.value or (low.excluded and number == low.value)):
            return True
        if high and (number > high.value or (high.excluded and number == high.value)):
            return True
    return False


def _lists_all(given: Form, values: tuple[Json, ...]) -> bool:
    """Whether the values are all that the types have: true and false, null."""
    every = {"boolean": (True, False), "null": (None,)}
    listed = {key_of(value) for value in values}
    kinds = given.kinds
    return kinds is not None and all(
        name in every and all(key_of(value) in listed for value in every[name]) for name in kinds
    )


def _compare_bounds(sides: Sides, given: Form, taken: Form) -> Iterator[Change]:
    for key, bound in taken.bounds.items():
        own = given.bounds.get(key)
        if not given.is_about(key) or (own is not None and tighter(key, own, bound) == own):
            continue
        if own is not None and (own.value, own.excluded) == (bound.value, bound.excluded):
            continue
        there = own.at if own else given.at
        yield sides.differ("bound", (there, _write(key, own)), (bound.at, _write(key, bound)))


def _write(key: str, bound: Bound | None) -> str:
    if bound is None:
        return f"no {key}"
    number = int(bound.value) if float(bound.value).is_integer() else bound.value
    return f"{key} {number}" + (", excluded" if bound.excluded else "")


def _compare_patterns(sides: Sides, given: Form, taken: Form) -> Iterator[Change]:
    for pattern, place in taken.patterns.items() if given.is_about("pattern") else ():
        if pattern in given.patterns or pattern in ("", ".*", "^.*$"):
            continue
        own = next(iter(given.patterns.items()), None)
        what = "pattern" if own is None else "pattern-changed"
        shown, there = own or ("no pattern", given.at)
        yield sides.differ(what, (there, shown), (place, pattern))


def _compare_formats(sides: Sides, given: Form, taken: Form) -> Iterator[Change]:
    own, other = (_WIDEST.get(one.format, one.format) for one in (given, taken))
    if not other or own == other or (own, other) in _FITTING:
        return
    yield sides.differ(
        "format-changed" if own else "format",
        (child_pointer(given.at, "format"), given.format or "no format"),
        (child_pointer(taken.at, "format"), taken.format),
    )


def _compare_discriminators(sides: Sides, given: Form, taken: Form) -> Iterator[Change]:
    if not given.discriminator or not taken.discriminator:
        return
    places = (
        child_pointer(given.at, "discriminator"), child_pointer(taken.at, "discriminator")
    )  # fmt: skip
    if given.discriminator != taken.discriminator:
        yield sides.differ(
            "discriminator", (places[0], given.discriminator), (places[1], taken.discriminator)
        )
        return
    for value in sorted(given.mapping - taken.mapping) if taken.mapping else ():
        yield sides.differ("discriminator-value", (places[0], value), (places[1], "not mapped"))
