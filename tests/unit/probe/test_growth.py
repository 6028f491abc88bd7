"""Whatever reads a target's text takes any text, in a time that grows as the text does."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.utils import formatdate
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apicheck.authoring import challenges, fields, structured_fields
from apicheck.checks.conformance import _fields, _media
from apicheck.checks.errors import _traces
from apicheck.checks.headers import banner, caching, hsts, value
from apicheck.model import json as pointers
from apicheck.model import received
from apicheck.model.target import Secrets
from apicheck.probe.listener import parse_chunk_size
from apicheck.probe.redactor import Redactor
from apicheck.probe.wire import BodyReader
from apicheck.report import text as shown
from apicheck.requests import demands, nouns
from apicheck.signatures import delivery

Parser = Callable[[str], object]

TOKENS = {"$APICHECK_A": "tok-4f9a8c1e7b3d5a6082ce", "$APICHECK_B": "q7Rz'/+<&w2Lx9vB4"}
REDACTOR = Redactor(Secrets(MappingProxyType(TOKENS)))


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
    "timestamps": delivery.parse_timestamp,
    "chunk sizes": parse_chunk_size,
    "words": nouns.words_of,
    "quoted names": demands._QUOTED.findall,
    "what is shown": shown.make_visible,
    "secrets": REDACTOR.redact_text,
    "gzip": decompress,
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
SMALL, FACTOR = 3_000, 8
QUICK_S = 0.05
"""Nothing that takes less for the large text grows too fast."""


def measure(parse: Parser, text: str) -> float:
    """The least seconds of a few readings: others may use the machine meanwhile."""
    took: list[float] = []
    for _ in range(6):
        start = time.perf_counter()
        with suppress(*OWN_ERRORS):
            parse(text)
        took.append(time.perf_counter() - start)
        if took[-1] < QUICK_S:
            break
    return min(took)


@pytest.mark.parametrize("name", PARSERS)
def test_the_time_grows_as_the_text_does(name: str) -> None:
    parse = PARSERS[name]
    gc.disable()
    try:
        for piece in PIECES:
            for before, after in (("", ""), ("a", "x"), ('a="', "x"), ("<a>; a=", ""), ("a ", "")):
                small, large = (
                    before + piece * (size // len(piece)) + after
                    for size in (SMALL, SMALL * FACTOR)
                )
                slow = measure(parse, large)
                if slow < QUICK_S:
                    continue
                # Of a square, the time would be that of the factor times more.
                growth = slow / max(measure(parse, small), 1e-6)
                assert growth < FACTOR * FACTOR / 2, (piece, before, after, growth)
    finally:
        gc.enable()


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
