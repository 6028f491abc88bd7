"""What a policy and its document have: where a fault shows, and what it has to alter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from apicheck.model.facts import ExpectedResponse, HeaderRule
from apicheck.model.json import Json
from apicheck.model.operation import ResponseDoc
from reference_server.call import Call
from reference_server.document.profile import Profile
from reference_server.document.schemas import Schemas
from reference_server.policy import find_rules

_DEPTH = 3
_RESTRICTING = ("enum", "minimum", "maximum", "minLength", "maxLength", "pattern")


def bodies_have(profile: Profile, keywords: Collection[str]) -> bool:
    """Whether some JSON body has a rule with one of these keywords, that a value can break."""
    return any(
        keyword in keywords
        for rules in profile.rules.values()
        if rules.operation.id not in _list_oauth_operations(profile)
        for media in rules.operation.body
        if "json" in media.media_type
        for keyword in _find_keywords(profile.schemas, media.schema, _DEPTH)
    )


def _find_keywords(schemas: Schemas, schema: Json, depth: int) -> Iterator[str]:
    flat = schemas.resolved(schema)
    yield from flat
    if depth > 1:
        for inner in schemas.members(schema).values():
            yield from _find_keywords(schemas, inner, depth - 1)


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
        keyword in schema for keyword in _RESTRICTING
    )


def _list_oauth_operations(profile: Profile) -> tuple[str, ...]:
    oauth = profile.facts.oauth
    return (oauth.token, oauth.authorize, oauth.revoke) if oauth else ()


def refuses(kind: str) -> Callable[[Profile], bool]:
    """Where `requests.KIND` is promised a refusal."""
    return lambda profile: isinstance(profile.facts.requests[kind], ExpectedResponse)


def ignores(kind: str) -> Callable[[Profile], bool]:
    """Where `requests.KIND` is promised to be served as if nothing were odd."""
    return lambda profile: profile.facts.requests[kind] == "ignored"


def list_successes(profile: Profile) -> Iterator[ResponseDoc]:
    """The documented responses of class 2xx."""
    for rules in profile.rules.values():
        for response in rules.operation.responses:
            if response.status.startswith("2"):
                yield response


def bodies_refer(profile: Profile) -> bool:
    """Whether some body names an object that is made through the API."""
    named = (one for rules in profile.rules.values() for one in rules.use.refers.values())
    return any(not collection.given for collection in named)


def members_are_unique(profile: Profile) -> bool:
    """Whether some body has a unique member, which shows whether its object was made."""
    return any(
        profile.schemas.resolved(inner).get("x-unique") is True
        for rules in profile.rules.values()
        for media in rules.operation.body
        for inner in profile.schemas.members(media.schema).values()
    )


def headers_have(demand: Callable[[HeaderRule], object]) -> Callable[[Profile], bool]:
    """Whether the policy promises a header field of which `demand` is true."""
    return lambda profile: any(
        demand(header)
        for rule in profile.facts.responses.values()
        for header in rule.headers.values()
    )


def list_promised_fields(
    call: Call, status: int, demand: Callable[[HeaderRule], object]
) -> frozenset[str]:
    """Names, in lower case, of the promised header fields of which `demand` is true."""
    return frozenset(
        name.lower()
        for rule in find_rules(call, status)
        for name, header in rule.headers.items()
        if demand(header)
    )
