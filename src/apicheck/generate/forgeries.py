"""Edits of the signature of a delivery that a receiver must refuse: the strategy "forgery"."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from apicheck.model.json import Json
from apicheck.model.subject import Subject
from apicheck.requests.deliveries import show_signature
from apicheck.signatures.edits import BASE64, HEX, is_hex

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_LETTERS = 16
_CUT_AT_MOST = 8


def forgeries(subject: Subject) -> SearchStrategy[Json]:
    """Edits of one signature, as `apicheck.signatures.edits` describes them.

    Whatever the signature is, each makes it another one.
    """
    shown = show_signature(subject)
    return edits_of(len(shown), hexadecimal=is_hex(shown))


@lru_cache(maxsize=8)
def edits_of(length: int, *, hexadecimal: bool) -> SearchStrategy[Json]:
    """Edits of signatures of a length."""
    from hypothesis import strategies as st

    alphabet = HEX if hexadecimal else BASE64
    places = st.integers(0, max(length - _CUT_AT_MOST, 0))
    further = st.integers(1, len(alphabet) - 1)
    changed = st.fixed_dictionaries({"at": places, "further": further})
    cut = st.fixed_dictionaries({"at": places, "cut": st.integers(1, _CUT_AT_MOST)})
    texts = st.text(st.sampled_from(alphabet), min_size=1, max_size=length)
    kinds: list[SearchStrategy[Json]] = [changed, cut, st.fixed_dictionaries({"whole": texts})]
    if not hexadecimal:
        kinds.append(st.fixed_dictionaries({"letter": st.integers(0, _LETTERS - 1)}))
    return st.integers(0, len(kinds) - 1).flatmap(lambda index: kinds[index])
