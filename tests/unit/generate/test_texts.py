import re

import pytest

from apicheck.generate import draw_text
from apicheck.model.json import MISSING


@pytest.mark.parametrize(
    ("pattern", "least", "most"),
    [
        (r"^[qz]{4}$", 0, None),
        (r"^(?<word>w+)-\d$", 5, 9),
        (r"^[\p{Lu}_]\p{Nd}$", 0, 2),
        (r"^\w{2,}$", 6, None),
        (r"é", 1, 1),
    ],
)
def test_a_text_is_drawn_for_a_pattern_and_a_length(
    pattern: str, least: int, most: int | None
) -> None:
    text = draw_text(pattern, least, most)
    assert least <= len(text) <= (most or len(text))
    assert text == draw_text.__wrapped__(pattern, least, most)
    assert re.search(r"[qz]{4}|w+-\d|[A-Z_][0-9]|\w{6}|é", text)


@pytest.mark.parametrize("pattern", ["(", "^a$(?!)", r"^b{3}$"])
def test_no_text_is_drawn_where_none_can_be(pattern: str) -> None:
    assert draw_text(pattern, 0, 2) is MISSING
