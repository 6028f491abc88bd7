"""Compares two documents of an API: which changes between them break clients.

Pure. Changes that only add are not reported: new operations, optional parameters, members of
responses, media types.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from apicheck.compare.change import Change, gather
from apicheck.compare.documents import Both, Document
from apicheck.compare.operations import compare_operations, compare_servers, match_operations
from apicheck.compare.rules import RULES, Impact, Rule
from apicheck.compare.security import compare_schemes
from apicheck.compare.webhooks import compare_webhooks
from apicheck.model.operation import Operation, Spec

__all__ = ["RULES", "Change", "Impact", "Rule", "compare", "match_operations"]


def compare(
    old: Spec, new: Spec, selects: Callable[[Operation], bool] | None = None
) -> tuple[Change, ...]:
    """The incompatible changes from an earlier document to a later one, the worst first.

    selects: which operations of the earlier document are compared; without it, all of them and
    the webhooks.
    """
    both = Both(Document(old), Document(new))
    matched = match_operations(old, new)
    if selects is not None:
        chosen = tuple(pair for pair in matched.pairs if selects(pair[0]))
        matched = replace(matched, pairs=chosen)
    compared = (one for one, there in matched.pairs if there is not None)
    found = (
        *compare_servers(both, matched),
        *compare_schemes(both, compared),
        *compare_operations(both, matched),
        *(compare_webhooks(both) if selects is None else ()),
    )
    return gather(found)
