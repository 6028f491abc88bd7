"""Traffic that another tool recorded, before its secrets are taken out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from apicheck.model.exchange import Pairs

_FILTERED = re.compile(
    r"[\[<({*_]*(filtered|redacted|removed|hidden|masked|sanitized|scrubbed|omitted)[\])>}*_]*"
    r"|[*•.]{3,}|x{5,}",
    re.IGNORECASE,
)


def is_filtered(value: str) -> bool:
    """Whether a tool has put a mark in the place of a value, or of what is behind a scheme."""
    return any(_FILTERED.fullmatch(one) for one in (value.strip(), value.rpartition(" ")[2]))


@dataclass(frozen=True, slots=True)
class RecordedEntry:
    """One request with its response. Holds secrets: it is not printed, and never written.

    number: of the entry in its file, from 0. started: epoch seconds. seconds: how long it took.
    status: 0 where no response came. complete: whether the recording has the body.
    """

    number: int
    method: str
    url: str
    started: float
    seconds: float
    status: int
    headers: Pairs = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    reason: str = ""
    response_headers: Pairs = field(default=(), repr=False)
    response_body: bytes = field(default=b"", repr=False)
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Recording:
    """The usable entries of a file, and why others were left out: reason -> how many."""

    file: str
    entries: tuple[RecordedEntry, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)
