"""Honest servers that look different: what a policy leaves open, chosen otherwise."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass

from apicheck.model.exchange import Pairs
from apicheck.model.json import Json
from reference_server.state.limits import LIMITERS

_SLOWEST_MS = 60_000
_LISTS = ("allow", "cache-control", "link", "vary", "www-authenticate")
"""Fields whose values are lists: one line each or joined with commas (RFC 9110, section 5.3)."""
_SPLIT = ("allow", "cache-control", "vary")
"""Of these the ones whose members have no commas of their own."""


@dataclass(frozen=True, slots=True)
class Variant:
    """See the control protocol, `PUT /variant`. limiter "": as the policy says."""

    status_choice: int = 0
    header_case: str = ""
    header_order: int | None = None
    header_lists: str = ""
    extra_fields: bool = False
    extra_headers: bool = False
    extra_challenge: str = ""
    latency_ms: float = 0
    limiter: str = ""
    body_whitespace: bool = False
    body_ascii: bool = False
    key_order: str = ""
    media_type: str = ""
    chunked: bool = False
    close: bool = False
    date_skew_s: int = 0
    uppercase_uuids: bool = False
    page_size: int = 0

    def as_json(self) -> dict[str, Json]:
        """The members of the control protocol."""
        return asdict(self)

    def arrange(self, headers: Pairs) -> Pairs:
        """Header fields as this variant writes them."""
        made = list(headers)
        if self.extra_headers:
            known = {name.lower() for name, _ in made}
            made += [(name, value) for name, value in _EXTRA if name.lower() not in known]
        if self.chunked:
            made = [(name, value) for name, value in made if name.lower() != "content-length"]
        if self.close:
            made.append(("Connection", "close"))
        made = [(name, self._rewrite_value(name, value)) for name, value in made]
        made = list(_LINES.get(self.header_lists, _keep_lines)(self._add_challenges(made)))
        made = [(_CASES.get(self.header_case, str)(name), value) for name, value in made]
        if self.header_order is not None:
            _shuffle_names(made, self.header_order)
        return tuple(made)

    def encode(self, value: Json) -> bytes:
        """A JSON value as this variant writes it."""
        if self.extra_fields:
            value = _add_extra(value)
        if self.key_order:
            value = _sort_members(value, reverse=self.key_order == "reversed")
        return json.dumps(
            value,
            ensure_ascii=self.body_ascii,
            indent=2 if self.body_whitespace else None,
            separators=None if self.body_whitespace else (",", ":"),
        ).encode()

    def format_uuid(self, text: str) -> str:
        """A UUID in this variant's case (RFC 9562, section 4: either is read)."""
        return text.upper() if self.uppercase_uuids else text

    def _rewrite_value(self, name: str, value: str) -> str:
        if name.lower() != "content-type" or "json" not in value:
            return value
        return _MEDIA_TYPES.get(self.media_type, str)(value)

    def _add_challenges(self, fields: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """The fields, with a further challenge beside each challenge."""
        for name, value in fields:
            other = self.extra_challenge and name.lower() == "www-authenticate"
            if other and self.extra_challenge == "before":
                yield name, _CHALLENGE
            yield name, value
            if other and self.extra_challenge == "after":
                yield name, _CHALLENGE


def parse_variant(members: Mapping[str, Json]) -> Variant:
    """The variant of a control call. Raises ValueError for what no variant has."""
    for name, value in members.items():
        if name not in _RULES:
            raise ValueError(f"no variant has {name} = {value!r}")
        words, holds = _RULES[name]
        if not holds(value):
            raise ValueError(f"{name} is {words}, not {value!r}")
    return Variant(**members)


_CASES = {"lower": str.lower, "title": str.title, "upper": str.upper}
_MEDIA_TYPES: Mapping[str, Callable[[str], str]] = {
    "charset": lambda media: media if ";" in media else f"{media}; charset=utf-8",
    "upper": str.upper,
}
_EXTRA = (
    ("ETag", 'W/"6f1c"'),
    ("Vary", "Accept, Accept-Encoding"),
    ("X-Content-Duration", "1"),
    ("Via", "1.1 gateway"),
)
_CHALLENGE = 'Negotiate realm="staff, and others"'


def _shuffle_names(fields: list[tuple[str, str]], seed: int) -> None:
    """Another order of the names; the lines of one name stay in theirs."""
    names = list(dict.fromkeys(name for name, _ in fields))
    random.Random(seed).shuffle(names)  # noqa: S311  (an order, no secret)
    fields.sort(key=lambda field: names.index(field[0]))


def _keep_lines(fields: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return fields


def _join_lines(fields: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The lines of a list in one."""
    lines: dict[tuple[str, int], str] = {}
    for number, (name, value) in enumerate(fields):
        key = (name, 0 if name.lower() in _LISTS else number + 1)
        lines[key] = f"{lines[key]}, {value}" if key in lines else value
    return ((name, value) for (name, _), value in lines.items())


def _split_lines(fields: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """A line for each member of a list."""
    for name, value in fields:
        if name.lower() in _SPLIT and '"' not in value:
            yield from ((name, member) for member in re.split(r"\s*,\s*", value))
        else:
            yield name, value


_LINES = {"joined": _join_lines, "split": _split_lines}


def _add_extra(value: Json) -> Json:
    """A value with one more member than is documented, inside its envelope if it has one."""
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1 and not any(map(_is_list_of_mistakes, value.values())):
        return {name: _add_extra(item) for name, item in value.items()}
    return {**value, "x_extension": {"nested": [1, "two", None]}}


def _is_list_of_mistakes(value: Json) -> bool:
    """Whether a value is a map from names to lists, and so no place for another member."""
    return isinstance(value, Mapping) and {type(inner) for inner in value.values()} == {list}


def _sort_members(value: Json, *, reverse: bool) -> Json:
    """A value whose objects have their members by name, forwards or backwards."""
    if isinstance(value, Mapping):
        names = sorted(value, reverse=reverse)
        return {name: _sort_members(value[name], reverse=reverse) for name in names}
    if isinstance(value, list):
        return [_sort_members(item, reverse=reverse) for item in value]
    return value


_Rule = tuple[str, Callable[[Json], bool]]
"""What a member may be, in words and as a function."""

_FLAG: _Rule = ("true or false", lambda value: isinstance(value, bool))


def _make_number_rule(low: int, high: int, *kinds: type) -> _Rule:
    words = f"a number from {low} to {high}"
    return words, lambda value: type(value) in (int, *kinds) and low <= value <= high


def _make_word_rule(*known: str) -> _Rule:
    return f"one of {', '.join(known)}", lambda value: value in ("", *known)


_RULES: Mapping[str, _Rule] = {
    "status_choice": _make_number_rule(0, 1 << 31),
    "header_case": _make_word_rule(*_CASES),
    "header_order": ("a number or null", lambda value: value is None or type(value) is int),
    "header_lists": _make_word_rule(*_LINES),
    "extra_fields": _FLAG,
    "extra_headers": _FLAG,
    "extra_challenge": _make_word_rule("before", "after"),
    "latency_ms": _make_number_rule(0, _SLOWEST_MS, float),
    "limiter": _make_word_rule(*LIMITERS),
    "body_whitespace": _FLAG,
    "body_ascii": _FLAG,
    "key_order": _make_word_rule("sorted", "reversed"),
    "media_type": _make_word_rule(*_MEDIA_TYPES),
    "chunked": _FLAG,
    "close": _FLAG,
    "date_skew_s": _make_number_rule(-1, 1),
    "uppercase_uuids": _FLAG,
    "page_size": _make_number_rule(0, 100),
}
