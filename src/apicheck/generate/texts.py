"""Draw a text that a pattern matches."""

from __future__ import annotations

import re
from functools import lru_cache

from apicheck.generate.hypothesis_runner import draw_first
from apicheck.model.json import MISSING, Json

_NAMED_GROUP = re.compile(r"\(\?<(?=[A-Za-z_])")
_CATEGORIES = {"L": "a-zA-Z", "Lu": "A-Z", "Ll": "a-z", "N": "0-9", "Nd": "0-9", "Letter": "a-zA-Z"}
_CATEGORY = re.compile(r"\\p\{(\w+)\}")
_LONGEST = 10_000


@lru_cache(maxsize=1024)
def draw_text(pattern: str, least: int = 0, most: int | None = None) -> Json:
    """Draw the plainest text of a length that a pattern of ECMA-262 matches; MISSING for none.

    Always the same for the same pattern. Printable ASCII where the pattern allows it.
    """
    from hypothesis import strategies as st

    ascii_only = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
    for alphabet in (ascii_only, None):
        try:
            texts = st.from_regex(_translate(pattern), alphabet=alphabet)
            fitting = texts.map(lambda text: text.removesuffix("\n")).filter(
                lambda text: least <= len(text) <= (_LONGEST if most is None else most)
            )
            drawn = draw_first(fitting)
        except Exception:  # noqa: BLE001, S112  (a pattern that Python's re does not know)
            continue
        if drawn is not None:
            return drawn
    return MISSING


def _translate(pattern: str) -> str:
    """Write a pattern of ECMA-262 as Python's re has it, for what is common."""
    named = _NAMED_GROUP.sub("(?P<", pattern)
    return _CATEGORY.sub(lambda found: _write_category(named, found), named)


def _write_category(pattern: str, found: re.Match[str]) -> str:
    ranges = _CATEGORIES.get(found[1], "a-zA-Z")
    before = pattern[: found.start()]
    inside = before.rfind("[") > before.rfind("]")
    return ranges if inside else f"[{ranges}]"
