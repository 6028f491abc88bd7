"""Which rules a document has: for faults, which say of a profile whether they show in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from apicheck.model.json import Json
from reference_server.document.profile import Profile
from reference_server.document.schemas import Schemas

_DEPTH = 3
_OF_TEXTS = ("enum", "minimum", "maximum", "minLength", "maxLength", "pattern")


def bodies_have(profile: Profile, keywords: Collection[str]) -> bool:
    """Whether some JSON body has a rule with one of these keywords, that a value can break."""
    return any(
        keyword in keywords
        for rules in profile.rules.values()
        if rules.operation.id not in _of_oauth(profile)
        for media in rules.operation.body
        if "json" in media.media_type
        for keyword in _keywords(profile.schemas, media.schema, _DEPTH)
    )


def _keywords(schemas: Schemas, schema: Json, depth: int) -> Iterator[str]:
    flat = schemas.resolved(schema)
    yield from flat
    if depth > 1:
        for inner in schemas.members(schema).values():
            yield from _keywords(schemas, inner, depth - 1)


def queries_have_rules(profile: Profile) -> bool:
    """Whether some operation has a parameter in its query that a schema restricts."""
    return any(
        parameter.place == "query"
        and (parameter.required or _restricts(profile.schemas.resolved(parameter.schema)))
        for rules in profile.rules.values()
        for parameter in rules.operation.parameters
    )


def _restricts(schema: Mapping[str, Json]) -> bool:
    return schema.get("type") in ("integer", "number", "boolean") or any(
        keyword in schema for keyword in _OF_TEXTS
    )


def _of_oauth(profile: Profile) -> tuple[str, ...]:
    oauth = profile.facts.oauth
    return (oauth.token, oauth.authorize, oauth.revoke) if oauth else ()
