"""From the `transport:` of a policy, already valid against the schema, to typed facts."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.load.grammar import as_list, parse_duration
from apicheck.model.facts import NEVER, Cors, Hsts, Never, Transport
from apicheck.model.json import Json


def parse_transport(value: Mapping[str, Json]) -> Transport:
    """What is promised of connections and of browsers."""
    return Transport(
        https=value.get("https"),
        plain=value.get("plain"),
        tls=value.get("tls"),
        hosts=value.get("hosts", {}),
        hsts=_hsts(value.get("hsts")),
        cors=_cors(value.get("cors")),
    )


def _hsts(value: Json) -> Hsts | None:
    if not isinstance(value, Mapping):
        return Hsts() if value else None
    return Hsts(
        max_age_s=parse_duration(value.get("max_age")) or Hsts().max_age_s,
        subdomains=value.get("subdomains", False),
        preload=value.get("preload", False),
    )


def _cors(value: Json) -> Cors | Never | None:
    if not isinstance(value, Mapping):
        return NEVER if value == "never" else None
    return Cors(tuple(as_list(value["origins"])), value.get("credentials"))
