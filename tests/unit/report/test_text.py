from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apicheck.report.text import decode_body, escape_for_xml, join_lines, make_visible


@pytest.mark.parametrize(
    ("given_text", "seen"),
    [
        ("a\x00b\x1b[0m", "a␀b␛[0m"),
        ("a\r\nb\rc\td", "a\nb␍c\td"),
        ("\u202eabc\u202c", "⟨U+202E⟩abc⟨U+202C⟩"),
        ("\u200b\ufeff\x7f", "⟨U+200B⟩⟨U+FEFF⟩␡"),
        ("\ud800", "⟨U+D800⟩"),
        ("Grüße 你好 ✓", "Grüße 你好 ✓"),
    ],
)
def test_invisible_characters_become_visible(given_text: str, seen: str) -> None:
    assert make_visible(given_text) == seen


@given(st.text())
def test_no_invisible_character_remains(text: str) -> None:
    left = {unicodedata.category(c) for c in make_visible(text) if c not in "\n\t"}
    assert not left & {"Cc", "Cs"}
    assert make_visible(text).encode("utf-8").decode("utf-8") == make_visible(text)


@given(st.text())
def test_joined_lines_are_one_line(text: str) -> None:
    assert len(join_lines(text).splitlines()) <= 1


@given(st.binary())
def test_any_bytes_can_be_shown(body: bytes) -> None:
    assert isinstance(decode_body(body), str)


def test_bytes_that_are_not_utf_8_are_shown_as_escapes() -> None:
    assert decode_body(b"\xc3\xa9 \xff") == "é \\xff"


def test_noncharacters_that_xml_forbids_are_left_out() -> None:
    assert escape_for_xml("a\ufffe\uffffb") == "ab"
