"""Choose a plain text that a schema allows, as a person writes an example."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from apicheck.model.json import MISSING, Json
from apicheck.requests.nouns import words_of
from apicheck.schemas import find_schema_errors

DrawText = Callable[[str, int, int | None], Json]
"""Draws a text: (pattern, least length, greatest length) -> a text, or MISSING."""

_LONGEST = 1_000_000
_FORMATS: Mapping[str, tuple[str, ...]] = {
    "byte": ("ZXhhbXBsZQ==", "ZXhhbXBsZXM="),
    "color": ("#336699",),
    "date": ("2026-01-31",),
    "date-time": ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"),
    "decimal": ("1.00",),
    "duration": ("PT1H",),
    "email": ("ada@example.com", "a@b.example"),
    "hostname": ("www.example.com",),
    "idn-email": ("ada@example.com",),
    "idn-hostname": ("www.example.com",),
    "int32": ("1",),
    "int64": ("1",),
    "ip": ("192.0.2.1",),
    "ipv4": ("192.0.2.1",),
    "ipv6": ("2001:db8::1",),
    "iri": ("https://www.example.com/",),
    "iri-reference": ("/",),
    "json-pointer": ("/example",),
    "objectid": ("507f1f77bcf86cd799439011",),
    "password": ("Example-pass-4711", "Ex-4711!"),
    "phone": ("+43123456789",),
    "regex": ("^example$",),
    "relative-json-pointer": ("0",),
    "time": ("12:00:00Z",),
    "ulid": ("01ARZ3NDEKTSV4RRFFQ69G5FAV",),
    "uri": ("https://www.example.com/", "https://a.example"),
    "uri-reference": ("/",),
    "uri-template": ("https://www.example.com/{id}",),
    "url": ("https://www.example.com/", "https://a.example"),
    "uuid": ("6f1c5f0e-3f0b-4b3a-9d5e-2f6f1d0a7c11",),
}
_BY_NAME: Mapping[str, tuple[str, ...]] = {
    "email": _FORMATS["email"],
    "url": _FORMATS["url"],
    "uri": _FORMATS["uri"],
    "website": _FORMATS["url"],
    "phone": _FORMATS["phone"],
    "uuid": _FORMATS["uuid"],
    "password": _FORMATS["password"],
    "color": _FORMATS["color"],
    "domain": ("example.com",),
    "hostname": _FORMATS["hostname"],
    "nameserver": ("ns1.example.com",),
    "timezone": ("UTC",),
    "currency": ("EUR",),
    "country": ("AT",),
    "language": ("en",),
    "locale": ("en",),
}
"""How the last word of a member's name ends -> what such a member usually takes."""
_BY_WORD: Mapping[str, tuple[str, ...]] = {
    "date": _FORMATS["date"],
    "ip": _FORMATS["ipv4"],
    "time": _FORMATS["date-time"],
    "timestamp": _FORMATS["date-time"],
}
"""The same for whole words: a `zip` is no address."""
_IN_PROSE = re.compile(
    r"\b(?:e\.\s?g\.,?|for (?:example|instance)[,:]?|examples?:|such as|set to|one of:?)\s*"
    r"[“\"'`]([^“”\"'`\s][^“”\"'`\n]{0,80})[”\"'`]",
    re.IGNORECASE,
)
"""A value that a description quotes as an example."""

_PLAIN = (
    "example", "Example", "EXAMPLE", "example-1", "example_1", "e", "E", "1", "12", "123", "1234",
    "12345", "en", "AT", "EUR", "en-US", "12:00", "12:00:00", "2026", "2026-01", "2026-01-31",
    "2026-01-31T12:00:00Z", "1.0", "1.0.0", "v1", "#336699", "0a1b2c3d", "+43123456789", "/example",
    "https://www.example.com/", "www.example.com", "ada@example.com", "192.0.2.1", "10s", "1h",
    "6f1c5f0e-3f0b-4b3a-9d5e-2f6f1d0a7c11", "text/plain", "example.txt", "Ada Lovelace",
)  # fmt: skip
_NOTHING: Mapping[str, Json] = {}


def draw_no_text(*_: object) -> Json:
    """Draw no text: none can be drawn here."""
    return MISSING


def sample_text(
    schema: Mapping[str, Json], name: str = "", draw_text: DrawText = draw_no_text
) -> Json:
    """Choose a text for a schema of type string; MISSING where no plain one fits.

    name: of the member or parameter that has it. draw_text: draws one for a pattern that no plain
    text fits.
    """
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if least > _LONGEST:
        return MISSING
    pattern = schema.get("pattern")
    known = _FORMATS.get(str(schema.get("format")), ())
    if schema.get("contentEncoding") == "base64":
        known = _FORMATS["byte"]
    usual = known or (*_read_examples(schema), *_guess(name), *_PLAIN)
    for text in _list_texts(usual, least, most, padded=not known):
        if pattern is None or _matches(pattern, text):
            return text
    if pattern is None or not isinstance(pattern, str):
        return MISSING
    drawn = draw_text(pattern, least, most)
    fits = isinstance(drawn, str) and least <= len(drawn) <= (most or len(drawn))
    return drawn if fits and _matches(pattern, drawn) else MISSING


def _list_texts(
    texts: tuple[str, ...], least: int, most: int | None, *, padded: bool
) -> Iterator[str]:
    """The texts of a fitting length, the first one made to fit, and then the others."""
    if padded:
        yield texts[0].ljust(least, "x")[:most]
    yield from (
        text for text in texts if least <= len(text) <= (len(text) if most is None else most)
    )
    if padded:
        yield from (text.ljust(least, text[-1])[:most] for text in texts)
    elif texts[0].endswith("/"):
        yield texts[0].ljust(least, "x")[: max(least, most or least)]  # a URL may be long


def _read_examples(schema: Mapping[str, Json]) -> list[str]:
    """The values that the description of a schema quotes as examples."""
    said = schema.get("description")
    return _IN_PROSE.findall(said) if isinstance(said, str) else []


def _guess(name: str) -> tuple[str, ...]:
    """What a member of this name usually takes; () where the name says nothing."""
    word = name.lower().replace("-", "_").rpartition("_")[2]
    if by_word := _BY_WORD.get((words_of(name) or [""])[-1]):
        return by_word
    return next((texts for key, texts in _BY_NAME.items() if word.endswith(key)), ())


@lru_cache(maxsize=4096)
def _matches(pattern: str, text: str) -> bool:
    return not find_schema_errors(_NOTHING, {"type": "string", "pattern": pattern}, text)
