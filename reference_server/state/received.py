"""What a receiver of webhooks has received."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Received:
    """known: what tells a delivery from others. processed: their ids, one for each effect."""

    known: set[str] = field(default_factory=set)
    processed: list[str] = field(default_factory=list)
