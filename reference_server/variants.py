"""Honest servers that look different: what a policy leaves open, chosen otherwise."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from apicheck.model.exchange import Pairs
from apicheck.model.json import Json
from reference_server.limits import LIMITERS

_SLOWEST_MS = 60_000


@dataclass(frozen=True, slots=True)
class Variant:
    """See the control protocol, `PUT /variant`. limiter "": as the policy says."""

    status_choice: int = 0
    header_case: str = ""
    header_order: int | None = None
    extra_fields: bool = False
    latency_ms: float = 0
    limiter: str = ""
    body_whitespace: bool = False

    def as_json(self) -> dict[str, Json]:
        """The members of the control protocol."""
        return asdict(self)

    def arranged(self, headers: Pairs) -> Pairs:
        """Header fields in this variant's case and order."""
        changed = [(_CASES.get(self.header_case, str)(name), value) for name, value in headers]
        if self.header_order is not None:
            random.Random(self.header_order).shuffle(changed)  # noqa: S311  (an order, no secret)
        return tuple(changed)


def variant_from(members: Mapping[str, Json]) -> Variant:
    """The variant of a control call. Raises ValueError for what no variant has."""
    kinds: dict[str, tuple[type, ...]] = {
        "status_choice": (int,),
        "header_case": (str,),
        "header_order": (int, type(None)),
        "extra_fields": (bool,),
        "latency_ms": (int, float),
        "limiter": (str,),
        "body_whitespace": (bool,),
    }
    known = {item.name for item in fields(Variant)}
    for name, value in members.items():
        if name not in known or not isinstance(value, kinds[name]):
            raise ValueError(f"no variant has {name} = {value!r}")
    variant = Variant(**members)
    if not 0 <= variant.latency_ms <= _SLOWEST_MS:
        raise ValueError(f"latency_ms is a number from 0 to {_SLOWEST_MS}")
    if variant.limiter and variant.limiter not in LIMITERS:
        raise ValueError(f"limiter is one of {', '.join(LIMITERS)}")
    if variant.header_case and variant.header_case not in _CASES:
        raise ValueError(f"header_case is one of {', '.join(_CASES)}")
    return variant


_CASES = {"lower": str.lower, "title": str.title, "upper": str.upper}
