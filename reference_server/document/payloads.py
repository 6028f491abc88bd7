"""What a webhook says: the document's example of it, overlaid with what has happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from apicheck.model.facts import Webhooks
from apicheck.model.json import MISSING, Json, at
from reference_server.document.examples import project
from reference_server.document.profile import Profile
from reference_server.document.schemas import put


def build_payload(
    profile: Profile, facts: Webhooks, event: str, data: Json, message_id: str, now: float
) -> Json:
    """The body of a delivery. data: the object that the event is about, None where there is none.

    now: epoch seconds.
    """
    payload, schemas = facts.payload, profile.schemas
    example, schema = _find_documented(profile, event)
    place = str(payload.get("data", "/data"))
    like = at(example, place)
    shown: Json = data
    if isinstance(data, Mapping):
        inner = schemas.below(schema, place)
        shown = project(schemas, inner, like if isinstance(like, Mapping) else {}, data)
    elif data is None and like is MISSING and "data" in payload:
        shown = {}
    value = example
    if shown is not None:
        value = put(example, place, [shown] if payload.get("array") else shown)
    value = put(value, str(payload.get("event", "/event")), event)
    if facts.id_pointer:
        value = put(value, facts.id_pointer, message_id)
    if isinstance(at(value, "/timestamp"), str):
        stamp = datetime.fromtimestamp(now, UTC)
        value = put(value, "/timestamp", stamp.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return value


def _find_documented(profile: Profile, event: str) -> tuple[Json, Json]:
    """(example, schema) of an event's payload, from the document's `webhooks`."""
    escaped = event.replace("~", "~0").replace("/", "~1")
    content = at(profile.spec.document, f"/webhooks/{escaped}/post/requestBody/content")
    media: Json = next(iter(content.values()), {}) if isinstance(content, Mapping) else {}
    examples = [item.get("value") for item in media.get("examples", {}).values()]
    example = media.get("example", next(iter(examples), {}))
    return example, media.get("schema", {})
