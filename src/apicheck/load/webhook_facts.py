"""The `webhooks:` section of the facts."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.load.grammar import (
    as_list,
    parse_duration,
    parse_optional_response,
    parse_optional_statuses,
)
from apicheck.model.facts import (
    NEVER,
    Delivery,
    Event,
    Never,
    Signature,
    Subscriptions,
    Webhooks,
)
from apicheck.model.json import Json

DEFAULT_TOLERANCE_S = 300.0
_SUBSCRIPTION_NAMES = (
    "create",
    "delete",
    "read",
    "list",
    "rotate",
    "url",
    "events",
    "secret",
    "id",
)


def parse_webhooks(value: Json) -> Webhooks | Never | None:
    """The typed section. None when the policy is silent, NEVER for `none`."""
    if value is None:
        return None
    if isinstance(value, str):
        return NEVER
    events: Mapping[str, Json] = value.get("events", {})
    return Webhooks(
        events={name: _event(name, event) for name, event in events.items()},
        subscriptions=_subscriptions(value.get("subscriptions")),
        signature=_signature(value.get("signature")),
        delivery=_delivery(value.get("delivery", {})),
        payload=value.get("payload", {}),
        id=value.get("id", {}),
        targets=value.get("targets", {}),
    )


def _event(name: str, value: Json) -> Event:
    if not isinstance(value, Mapping):
        return Event(name, value or "")
    return Event(name, value.get("cause", ""), tuple(as_list(value.get("aliases", ()))))


def _subscriptions(value: Json) -> Subscriptions | None:
    if not isinstance(value, Mapping):
        return None
    return Subscriptions(
        **{name: value[name] for name in _SUBSCRIPTION_NAMES if name in value},
        limit=value.get("limit"),
        per=value.get("per"),
        over_limit=parse_optional_response(value.get("over_limit")),
    )


def _signature(value: Json) -> Signature | Never | None:
    if value is None:
        return None
    if isinstance(value, str):
        return NEVER if value in ("none", "never") else Signature(value)
    options = {key: text for key, text in value.items() if key not in ("scheme", "tolerance")}
    tolerance = parse_duration(value.get("tolerance"))
    return Signature(
        scheme=value["scheme"],
        options=options,
        tolerance_s=DEFAULT_TOLERANCE_S if tolerance is None else tolerance,
    )


def _delivery(value: Mapping[str, Json]) -> Delivery:
    return Delivery(
        acknowledged=parse_optional_statuses(value.get("acknowledged")),
        timeout_s=parse_duration(value.get("timeout")),
        within_s=parse_duration(value.get("within")),
        retries_s=tuple(parse_duration(gap) or 0.0 for gap in value.get("retries", ())),
        redirects=value.get("redirects"),
        ends_on=parse_optional_statuses(value.get("ends_on")),
        then=value.get("then"),
    )
