"""Whatever reads a target's text takes any text, in a time that grows as the text does."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from email.utils import formatdate
from re import _parser
from re._constants import (
    BRANCH,
    MAX_REPEAT,
    MAXREPEAT,
    MIN_REPEAT,
    POSSESSIVE_REPEAT,
)
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import apicheck
from apicheck.authoring import challenges, fields, paths, structured_fields
from apicheck.checks.conformance import _fields, _media
from apicheck.checks.errors import _traces, envelope
from apicheck.checks.headers import _cors, banner, caching, hsts, value
from apicheck.checks.ratelimit import _numbers, _waiting
from apicheck.checks.scopes import _counts, _foreign
from apicheck.model import json as pointers
from apicheck.model import received
from apicheck.model.exchange import Response
from apicheck.model.facts import Bucket
from apicheck.model.target import Secrets
from apicheck.probe import encodings, json_web_tokens
from apicheck.probe.listener import parse_chunk_size
from apicheck.probe.redactor import Redactor
from apicheck.probe.wire import BodyReader
from apicheck.report import text as shown
from apicheck.requests import demands, nouns
from apicheck.signatures import times

Parser = Callable[[str], object]

TOKENS = {"$APICHECK_A": "tok-4f9a8c1e7b3d5a6082ce", "$APICHECK_B": "q7Rz'/+<&w2Lx9vB4"}
REDACTOR = Redactor(Secrets(MappingProxyType(TOKENS)))


BUCKET = Bucket("a", 60.0, 10)


def response_of(name: str, text: str) -> Response:
    return Response(200, ((name, text),))


def decompress(text: str) -> bytes:
    reader = BodyReader(b"gzip")
    reader.feed(text.encode("utf-8", "surrogatepass"))
    return reader.body


PARSERS: Mapping[str, Parser] = {
    "links": fields.find_links,
    "strict links": fields.parse_links,
    "lists": fields.split_list,
    "dates": fields.parse_http_date,
    "lenient dates": received.parse_date,
    "instants": fields.parse_instant,
    "structured dates": fields.parse_structured_date,
    "structured lists": structured_fields.parse_list,
    "structured dictionaries": structured_fields.parse_dictionary,
    "structured items": structured_fields.parse_item,
    "challenges": challenges.parse_challenges,
    "Cache-Control": caching._parse_directives,
    "HSTS": hsts._parse_directives,
    "media types": _media.parse_media_type,
    "versions": banner._EXACT.search,
    "numbers": received.parse_count,
    "scalars": lambda text: list(_fields._scalars(text)),
    "texts": received.is_text,
    "addresses": received.split_url,
    "pointers": lambda text: pointers.at([1, [2]], text),
    "timestamps": times.parse_timestamp,
    "chunk sizes": parse_chunk_size,
    "words": nouns.words_of,
    "quoted names": demands._QUOTED.findall,
    "what is shown": shown.make_visible,
    "secrets": REDACTOR.redact_text,
    "gzip": decompress,
    "rate limits": lambda text: _numbers.parse_number([text], "remaining", BUCKET),
    "waits": lambda text: _waiting.parse_wait("any", text, response_of("Date", text)),
    "CORS lists": lambda text: _cors.parse_members(response_of("Allow", text), "Allow"),
    "media types of errors": envelope._split_media,
    "prefixes of ids": paths._PREFIX.match,
    "counted ids": _foreign.looks_counted,
    "totals": _counts._read_whole,
    "counts": _counts._COUNT.fullmatch,
    "names of totals": lambda text: _counts._TOTALS.fullmatch(_counts._plain(text)),
    "equal tokens": lambda text: json_web_tokens.is_same_token(text, f"{text} "),
    "JWT parts": json_web_tokens._parse_members,
    "one line": shown.join_lines,
    "bodies": lambda text: shown.decode_body(text.encode("utf-8", "surrogatepass")),
    "encodings": lambda text: encodings.decode(text.encode("utf-8", "surrogatepass")),
    **{f"format {name}": one.fullmatch for name, one in value._FORMATS.items()},
    **{f"trace {name}": one.search for name, one in _traces.PATTERNS.items()},
}
OWN_ERRORS = (ValueError, RecursionError)

PIECES = (
    *" \t\n,;:=\"'\\<>()[]{}/?#@%&*+-._~$^|`!0aA9\u00b2\u0663\uff11\ud800\U0001f600",
    '"\\"',
    '\\"',
    '="',
    "='",
    '",',
    "</a>; rel=next, ",
    "<a",
    ';a="\\',
    ";a = b",
    ";a",
    "; ",
    " ,",
    "a, ",
    'a="b\\"',
    "a=b, ",
    "no-store, a  ",
    "max-age=1;",
    "(a ",
    "?1;a=",
    ":YQ==:,",
    "Basic realm=a, ",
    "items 0-9/",
    "a68== ,",
    "1.1",
    "1.1.",
    "12:",
    "Mon, ",
    "-0000 ",
    "http://[",
    "/0",
    "%41",
    "\\u0061",
    "&#97;",
    "&amp;",
    "at a(",
    'File "a", line 1, in ',
    "a.js:1:",
    "tok-4f9a8c1e",
    "4f9a8c1e7b3d",
    "e2802ca5",
    "abcabcabcabc",
    "abc",
)
FACTOR, TRIES = 8, 5
QUICK_S = 0.05
"""Nothing that takes less for the large text grows too fast."""


def measure(parse: Parser, text: str) -> float:
    """The least seconds of CPU time of a few readings: others use the machine meanwhile."""
    took: list[float] = []
    for _ in range(6):
        start = time.thread_time()
        with suppress(*OWN_ERRORS):
            parse(text)
        took.append(time.thread_time() - start)
        if took[-1] < QUICK_S:
            break
    return min(took)


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize(
    "length", [10_000, pytest.param(100_000, marks=pytest.mark.long)], ids=["10 kB", "100 kB"]
)
def test_the_time_grows_as_the_text_does(name: str, length: int) -> None:
    parse = PARSERS[name]
    gc.disable()
    try:
        for piece in PIECES:
            for before, after in (("", ""), ("a", "x"), ('a="', "x"), ("<a>; a=", ""), ("a ", "")):
                small, large = (
                    before + piece * (size // len(piece)) + after
                    for size in (length // FACTOR, length)
                )
                if measure(parse, large) < QUICK_S:
                    continue
                # Of a square, the time would be that of the factor times more. A busy machine may
                # spoil one try.
                growths = (
                    measure(parse, large) / max(measure(parse, small), 1e-6) for _ in range(TRIES)
                )
                assert any(growth < FACTOR * FACTOR / 2 for growth in growths), (
                    piece,
                    before,
                    after,
                )
    finally:
        gc.enable()


ROOMS = ("authoring", "checks", "judge", "model", "probe", "report", "requests", "signatures")
REPEATS = (MAX_REPEAT, MIN_REPEAT, POSSESSIVE_REPEAT)


def has_nested_repeat(parsed: Any, within: bool = False) -> bool:
    """Whether something that repeats without end is in something else that does."""
    for kind, what in parsed:
        endless = kind in REPEATS and what[1] is MAXREPEAT
        if endless and within:
            return True
        inner = what if isinstance(what, tuple | list) else (what,)
        parts = inner[1] if kind is BRANCH else [one for one in inner if hasattr(one, "getwidth")]
        if any(has_nested_repeat(one, within or endless) for one in parts):
            return True
    return False


def find_nested() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Every pattern that might take a time that explodes, of each module that sees such text."""
    for found in pkgutil.walk_packages(apicheck.__path__, "apicheck."):
        if found.name.split(".")[1] not in ROOMS:
            continue
        for name, one in vars(importlib.import_module(found.name)).items():
            if isinstance(one, re.Pattern):
                flags = one.flags & ~re.UNICODE if isinstance(one.pattern, bytes) else one.flags
                if has_nested_repeat(_parser.parse(one.pattern, flags)):
                    yield f"{found.name}.{name}", one


NESTED = dict(find_nested())
REPEATED = (
    "a",
    "1",
    "-",
    "_",
    ".",
    ":",
    "/",
    "a-",
    "a_",
    "a.",
    "fg",
    "a1_",
    "1-a",
    "a/",
    "/v1",
    " ,",
    "~url",
)
LEADS = ("", "v1", "/", "$APICHECK_A", "a", ",")


def test_a_pattern_whose_repeats_are_nested_is_noticed() -> None:
    for text, nested in (
        ("(a+)+", True),
        ("(a|b+)*c", True),
        ("(?:a{2}b)*", False),
        ("a+b*", False),
    ):
        assert has_nested_repeat(_parser.parse(text)) is nested
    assert "apicheck.authoring.paths._PREFIX" in NESTED


@pytest.mark.parametrize("name", NESTED)
def test_a_pattern_with_nested_repeats_does_not_try_every_division(name: str) -> None:
    """Where a repeat may divide a text in many ways, 26 characters are divided in millions."""
    pattern = NESTED[name]
    for piece in REPEATED:
        for lead in LEADS:
            text = lead + piece * 26 + "!"
            start = time.thread_time()
            for read in (pattern.search, pattern.fullmatch):
                read(text.encode() if isinstance(pattern.pattern, bytes) else text)
            assert time.thread_time() - start < QUICK_S * 4, (lead, piece)


@pytest.mark.parametrize("name", PARSERS)
def test_any_text_is_read_or_refused(name: str) -> None:
    grammar = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join)
    anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)

    @settings(max_examples=60, deadline=None, database=None)
    @given(grammar | anything)
    def read(text: str) -> None:
        with suppress(*OWN_ERRORS):
            PARSERS[name](text)

    read()


@given(st.text(st.characters(codec=None, exclude_categories=())))
@settings(max_examples=100, deadline=None, database=None)
def test_a_count_is_what_the_rfc_writes(text: str) -> None:
    counted = received.parse_count(text)
    is_count = 0 < len(text) <= 15 and set(text) <= set("0123456789")
    assert (counted is not None) is is_count
    assert counted is None or counted == int(text)


@pytest.mark.parametrize(
    "text", ["²", "\u0661", "\uff11", "+1", "-1", "1_0", " 1", "1.0", "", "9" * 5000]
)
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert received.parse_count(text) is None


@given(st.integers(0, 4_102_444_800))
@settings(max_examples=50, deadline=None, database=None)
def test_a_date_is_read_as_it_was_written(moment: int) -> None:
    assert received.parse_date(formatdate(moment, usegmt=True)) == moment
    assert received.parse_date(formatdate(moment, usegmt=False)) == moment


@pytest.mark.parametrize(
    "text", ["", "²", "Mon", "9" * 5000, "Mon, 99 Jan 99999 99:99:99 GMT", "a" * 200, "\x00", ",,,"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert received.parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "is_one"), [("", True), ("ü😀", True), ("\ud800", False), ("a\udfffb", False)]
)
def test_half_a_surrogate_pair_is_no_text(text: str, is_one: bool) -> None:
    assert received.is_text(text) is is_one
