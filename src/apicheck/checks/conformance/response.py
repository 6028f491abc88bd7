"""Every answer is one that the OpenAPI document describes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Exchange,
    Fail,
    Fails,
    HeaderDoc,
    Json,
    Media,
    Response,
    ResponseDoc,
    Severity,
    World,
    describe,
    each,
    resolve,
    schema_errors,
)


def looks(world: World, exchange: Exchange) -> Iterator[tuple[str, Fails | None]]:
    """An answer of a declared operation is one promise: the document's."""
    if exchange.request.operation:
        yield "", _judged(world, exchange)


def _judged(world: World, exchange: Exchange) -> Fails | None:
    response = exchange.response
    assert response is not None  # `each` hands over answered exchanges only
    operation = world.spec.operation(exchange.request.operation)
    documented = operation.response_for(response.status)
    if documented is None:
        due = "one of " + ", ".join(item.status for item in operation.responses)
        status = str(response.status)
        return Fails("undocumented-status", due, describe(exchange), status, exchange.id)
    return _body(world, documented, exchange, response) or _headers(world, documented, exchange)


def _body(
    world: World, documented: ResponseDoc, exchange: Exchange, response: Response
) -> Fails | None:
    if exchange.bodiless or not documented.media:
        return None
    media = _documented_media(documented, response.media_type)
    if media is None:
        due = " or ".join(item.media_type for item in documented.media)
        actual = response.media_type or "no Content-Type"
        detail = f"{response.status} {actual}"
        return Fails("undocumented-media-type", due, actual, detail, exchange.id)
    if not response.media_type.endswith("json") or response.truncated or media.schema is None:
        return None
    due = f"the document's schema of {response.status}"
    try:
        body = response.json()
    except ValueError:
        return Fails("schema-mismatch", due, "not JSON", str(response.status), exchange.id)
    for error in schema_errors(world.spec.document, media.schema, body, limit=1):
        detail = f"{response.status} {error.place}".strip()
        return Fails("schema-mismatch", due, str(error), detail, exchange.id)
    return None


def _documented_media(documented: ResponseDoc, media_type: str) -> Media | None:
    """The most specific entry for a media type: itself, then `type/*`, then `*/*`."""
    by_type = {item.media_type.split(";")[0].strip().lower(): item for item in documented.media}
    for key in (media_type, media_type.split("/", maxsplit=1)[0] + "/*", "*/*"):
        if key in by_type:
            return by_type[key]
    return None


def _headers(world: World, documented: ResponseDoc, exchange: Exchange) -> Fails | None:
    assert exchange.response is not None  # _judged() saw to it
    for header in documented.headers:
        if header.name.lower() == "content-type":  # said by `content`, not here (OpenAPI 3.1)
            continue
        values = exchange.response.header_values(header.name)
        wrong = ""
        if not values:
            wrong = f"no {header.name}" if header.required else ""
        elif header.schema is not None:
            value = _coerced(world, header, ", ".join(values))
            errors = schema_errors(world.spec.document, header.schema, value, limit=1)
            wrong = f"{header.name}: {', '.join(values)} ({errors[0].message})" if errors else ""
        if wrong:
            due = f"{header.name} as documented for {documented.status}"
            detail = f"{documented.status} {header.name}"
            return Fails("header-mismatch", due, wrong, detail, exchange.id)
    return None


def _coerced(world: World, header: HeaderDoc, text: str) -> Json:
    """A field's text as the type that its schema names; as it is where it is none of it."""
    schema = resolve(world.spec.document, header.schema)
    named = schema.get("type") if isinstance(schema, dict) else None
    types = named if isinstance(named, list) else [named]
    if "integer" in types and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if "number" in types and re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", text):
        return float(text)
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    return [part.strip() for part in text.split(",")] if "array" in types else text


CHECK = Check(
    title="Answers are as the OpenAPI document says",
    fold=each(looks),
    standards=("openapi-3.1.1#responses-object",),
    outcomes=(
        Fail("undocumented-status", Severity.MEDIUM),
        Fail("undocumented-media-type", Severity.MEDIUM),
        Fail("schema-mismatch", Severity.MEDIUM),
        Fail("header-mismatch", Severity.LOW),
    ),
    proven_by={
        "undocumented-status": ("conformance/undocumented-status",),
        "undocumented-media-type": ("conformance/undocumented-media-type",),
        "schema-mismatch": ("conformance/omits-required-property", "conformance/wrong-type"),
        "header-mismatch": ("conformance/omits-documented-header",),
    },
    also={
        "conformance/undocumented-status": ("behaviour/example",),
        "conformance/undocumented-media-type": ("errors/envelope",),
        "conformance/omits-required-property": ("errors/envelope",),
        "conformance/wrong-type": ("errors/envelope",),
        "conformance/omits-documented-header": ("headers/required",),
    },
)
