"""Structured fields as another implementation reads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import http_sf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apicheck.model import structured_fields
from apicheck.model.structured_fields import Item, Token

PIECES = (
    *' ,;=()"\\*?:@%-.\ta1Z_é',
    "a",
    "a=1",
    ";b",
    ";b=?0",
    ', "c"',
    '"d\\"e"',
    "(1 2);z",
    "12.5",
    "-0",
    "999999999999999",
    "1234567890123456",
    "1.1234",
    "?1",
    ":YQ==:",
    ":YQ:",
    "@12",
    '%"f%c3%bc"',
    '%"%ff"',
    ", ",
    "tok/en:x",
)
KINDS: dict[str, Callable[[str], Any]] = {
    "item": structured_fields.parse_item,
    "list": structured_fields.parse_list,
    "dictionary": structured_fields.parse_dictionary,
}


def plain(value: Any) -> Any:
    """A value of either implementation, in types that compare."""
    if isinstance(value, Item):
        found = [plain(one) for one in value.value] if isinstance(value.value, tuple) else None
        return (plain(value.value) if found is None else found, plain(dict(value.parameters)))
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, http_sf.Token | Token):
        return ("token", str(value))
    if isinstance(value, http_sf.DisplayString):
        return str(value)
    return float(value) if isinstance(value, Decimal) else value


def outline(value: Any) -> Any:
    """As `plain`, with the pairs of the other implementation as ours are."""
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], dict):
        held = value[0]
        inner = [outline(one) for one in held] if isinstance(held, list) else plain(held)
        return (inner, plain(value[1]))
    if isinstance(value, list):
        return [outline(one) for one in value]
    if isinstance(value, dict):
        return {key: outline(one) for key, one in value.items()}
    return plain(value)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_read_is_what_another_implementation_reads(kind: str) -> None:
    @given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
    def compare(text: str) -> None:
        try:
            theirs = outline(http_sf.parse(text.encode(), tltype=kind))
        except ValueError:
            with pytest.raises(ValueError, match=r"."):
                KINDS[kind](text)
        else:
            assert plain(KINDS[kind](text)) == theirs

    compare()
