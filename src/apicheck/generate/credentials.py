"""Credentials that must not be accepted: the strategy "bad-credential".

A value takes the place of the token. It is either a string of its own, or a near miss: the
placeholder of the valid token with a derivation (`$APICHECK_ADMIN_TOKEN[:-3]`), which only the
transport resolves. Every value is legal in a header field, so that the target itself refuses it.
"""

from __future__ import annotations

import string
from functools import lru_cache
from typing import TYPE_CHECKING

from apicheck.model.json import Json
from apicheck.model.subject import Subject

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_WORD = string.ascii_letters + string.digits
_MARKS = "%*?_.~-+/=!#&'^`|,;:@\"\\()<>[]{} "
_WILD = "%_*?"
"""What the pattern languages of databases and shells take for "anything"."""
_LONGEST = 64


def bad_credentials(subject: Subject) -> SearchStrategy[Json]:
    """Token strings, and near misses of the token that may call the subject's operation.

    No `$`, as a placeholder begins with it. Spaces only inside, as a field's value is trimmed;
    the empty string is in the check's table.
    """
    return _like(_find_placeholder(subject))


@lru_cache(maxsize=32)
def _like(placeholder: str) -> SearchStrategy[Json]:
    """Token strings, and near misses of the token that a placeholder stands for; "" for none."""
    from hypothesis import strategies as st

    words = st.text(st.sampled_from(_WORD), min_size=1, max_size=_LONGEST)
    mark = st.sampled_from(_MARKS)
    mixed = st.text(st.one_of(mark, st.sampled_from(_WORD)), min_size=1, max_size=_LONGEST)
    jwt = st.builds(".".join, st.lists(words, min_size=3, max_size=3))
    wild = st.text(st.sampled_from(_WILD), min_size=1, max_size=3)
    pattern = st.builds("".join, st.tuples(words, wild, st.just("") | words))
    own = [wild, pattern, mixed.map(str.strip).filter(bool), words, jwt]
    if not placeholder:
        return _take_turns(own)
    cut = st.integers(1, 8).map(lambda n: f"{placeholder}[:-{n}]")
    behead = st.integers(1, 8).map(lambda n: f"{placeholder}[{n}:]")
    flip = st.integers(0, 15).map(lambda n: f"{placeholder}~flip({n})")
    longer = st.sampled_from(_WILD + "x0.=").map(lambda c: f"{placeholder}~append({c})")
    begun = st.builds(lambda n, end: f"{placeholder}[:{n}]{end}", st.integers(1, 12), wild)
    return _take_turns([*own, cut, flip, longer, begun, behead])


def _take_turns(strategies: list[SearchStrategy[str]]) -> SearchStrategy[Json]:
    """Draw from one of several, each as often as it is listed; `one_of` would merge equal ones."""
    from hypothesis import strategies as st

    return st.integers(0, len(strategies) - 1).flatmap(lambda index: strategies[index])


def _find_placeholder(subject: Subject) -> str:
    actor = subject.context.actors.get(subject.operation.id) if subject.operation else None
    return subject.context.identities[actor].placeholder if actor else ""
