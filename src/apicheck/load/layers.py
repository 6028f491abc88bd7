"""Merges facts in layers: clause sets below, the policy over them, a reading on top.

Mappings are merged key by key; any other value replaces the lower one, and null removes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apicheck.load.source import Source
from apicheck.model.json import Json, child_pointer

_RESPONSES = frozenset(
    {"/authentication/refusal", "/authorization/refusal", "/rate_limits/refusal"}
)
"""Places where `401` laid over a mapping means its status."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The place of a value. kind: "policy", "include", "reading"; name: of the layer."""

    kind: str
    name: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Layer:
    """A mapping of a file, with its `root` pointer there. kind, name: as in `Origin`."""

    kind: str
    name: str
    source: Source
    root: str
    value: Mapping[str, Json]

    def origin(self, pointer: str) -> Origin:
        """Where the value at a pointer of this layer was written."""
        return Origin(self.kind, self.name, self.source.file, self.source.line(self.root + pointer))


@dataclass(frozen=True, slots=True)
class Merged:
    """The value in force, with the layer that each pointer came from."""

    value: Mapping[str, Json] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def origin(self, pointer: str) -> Origin:
        """The origin of a value, or of the nearest one around it."""
        while pointer not in self.origins and pointer:
            pointer = pointer.rpartition("/")[0]
        return self.origins.get(pointer, Origin("default", "", "", 0))

    def under(self, layer: Layer) -> Merged:
        """These values with a layer on top."""
        origins = dict(self.origins)
        value = _lay_over(self.value, layer.value, "", layer, origins)
        return Merged(value, origins)


def _lay_over(
    low: Mapping[str, Json],
    high: Mapping[str, Json],
    pointer: str,
    layer: Layer,
    origins: dict[str, Origin],
) -> dict[str, Json]:
    result = dict(low)
    for key, written in high.items():
        place = child_pointer(pointer, key)
        origin = layer.origin(place)
        if written is None and key in result:
            del result[key]
            continue
        value = _as_response(place, result.get(key), written)
        origins[place] = origin
        below = _split_refusal(place, result.get(key), value)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            result[key] = _lay_over(below, value, place, layer, origins)
        else:
            result[key] = value
            _note_origins(value, place, layer, origins)
    return result


def _as_response(place: str, low: Json, high: Json) -> Json:
    if place not in _RESPONSES or not isinstance(low, Mapping) or high == "never":
        return high
    response = high if isinstance(high, Mapping) else {"status": high}
    both = [key for key in ("anonymous", "bad") if key in low]
    if both and not {"anonymous", "bad"} & set(response):
        return dict.fromkeys(both, response)
    return response


def _split_refusal(place: str, low: Json, high: Json) -> Json:
    """One refusal as two, where the layer above has one each for anonymous and bad."""
    if place not in _RESPONSES or not isinstance(low, Mapping) or not isinstance(high, Mapping):
        return low
    kinds = ("anonymous", "bad")
    return dict.fromkeys(kinds, low) if set(kinds) & set(high) and "status" in low else low


def _note_origins(value: Json, pointer: str, layer: Layer, origins: dict[str, Origin]) -> None:
    members = value.items() if isinstance(value, Mapping) else ()
    for key, inner in enumerate(value) if isinstance(value, list) else members:
        place = child_pointer(pointer, key)
        origins[place] = layer.origin(place)
        _note_origins(inner, place, layer, origins)
