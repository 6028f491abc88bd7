"""Versions and deprecations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apicheck.model.facts.responses import ExpectedResponse, HeaderRule, Selector, When
from apicheck.model.json import Json


@dataclass(frozen=True, slots=True)
class Deprecation:
    """`versioning.deprecations[]`: operations that are going away.

    since, sunset: ISO dates or date-times, UTC; "" when not said. successor: operation that
    takes over, "" when none. headers: fields of the provider's own that announce it.
    """

    ops: Selector
    since: str = ""
    sunset: str = ""
    successor: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    """Relation type (`successor-version`, `deprecation`, `sunset`) -> URL, "" for any."""
    headers: Mapping[str, HeaderRule] = field(default_factory=dict)
    when: When | None = None


@dataclass(frozen=True, slots=True)
class Versioning:
    """`versioning`. place: its `in`.

    history: earlier documents of the API, as files relative to the policy. compatible: the
    operations of these that the present document still describes compatibly; None: not promised.
    others: keys without a field; `standard` is "rfc9745" (default) or "own" (checks assert only
    the `headers` of a deprecation).
    """

    deprecations: tuple[Deprecation, ...] = ()
    place: str | None = None
    versions: Mapping[str, Json] = field(default_factory=dict)
    unknown: ExpectedResponse | None = None
    promises: Mapping[str, Json] = field(default_factory=dict)
    history: tuple[str, ...] = ()
    compatible: Selector | None = None
    others: Mapping[str, Json] = field(default_factory=dict)
