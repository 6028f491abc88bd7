"""Mistakes in the dates of a policy's lifecycle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from apicheck.load.mistakes import FactMistake
from apicheck.model.json import Json, child_pointer


def find_lifecycle_mistakes(versioning: Json) -> Iterator[FactMistake]:
    """Find sunsets that come before the deprecation, of operations and of versions.

    versioning: the section as it is written; what breaks the schema is not in it.
    """
    if not isinstance(versioning, Mapping):
        return
    items, versions = versioning.get("deprecations"), versioning.get("versions")
    for index, item in enumerate(items if isinstance(items, list) else ()):
        yield from _compare_dates(f"/versioning/deprecations/{index}", item)
    for name, item in versions.items() if isinstance(versions, Mapping) else ():
        if isinstance(item, Mapping) and item.get("state") == "deprecated":
            yield from _compare_dates(child_pointer("/versioning/versions", name), item)


def _compare_dates(pointer: str, item: Json) -> Iterator[FactMistake]:
    if not isinstance(item, Mapping) or not (item.get("since") and item.get("sunset")):
        return
    since, sunset = _parse(item["since"]), _parse(item["sunset"])
    if sunset < since and item["sunset"] not in item["since"]:  # a date is its whole day
        message = f"the sunset, {item['sunset']}, is before the deprecation, {item['since']}"
        yield f"{pointer}/sunset", message, "RFC 9745, section 4: it is never earlier"


def _parse(text: str) -> datetime:
    """The first moment of a date or date-time; without an offset it is in UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
