"""The document shows examples of its bodies, and they are valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.authoring import (
    Check,
    Confirm,
    Failure,
    Outcome,
    RunContext,
    Severity,
    applying,
    folds,
    media_types,
    schemas,
    validation,
)
from apicheck.authoring.document import Media, Operation

FACT = "document.examples"
_REQUEST = "the request"
_EXAMPLES = ("example", "examples")


def read(context: RunContext) -> Iterator[tuple[str, str, Failure | None]]:
    """The failures of each operation that has a JSON body, or one pass."""
    for operation in context.spec.operations if context.facts.document.examples else ():
        bodies = list(_list_bodies(operation))
        wrong = [one for body in bodies for one in _judge(context, *body)]
        yield from ((operation.id, FACT, one) for one in wrong)
        if bodies and not wrong:
            yield operation.id, FACT, None


def _list_bodies(operation: Operation) -> Iterator[tuple[str, Media]]:
    """The JSON bodies of requests and of successful responses, each with its place."""
    for media in operation.body:
        if _is_json(media):
            yield _REQUEST, media
    for response in operation.responses:
        for media in response.media if response.status.startswith("2") else ():
            if _is_json(media):
                yield f"the response {response.status}", media


def _is_json(media: Media) -> bool:
    return media_types.is_json(media.media_type) and media.schema is not None


def _judge(context: RunContext, place: str, media: Media) -> Iterator[Failure]:
    if not media.examples:
        if not _is_shown(context, media):
            yield Failure("missing", f"an example of {place}", "none", place)
        return
    unsent = "readOnly" if place == _REQUEST else "writeOnly"
    for value in media.examples:
        for error in schemas.find_schema_errors(context.spec.document, media.schema, value):
            named = validation.is_never_sent(context, media.schema, error, unsent)
            if error.keyword and not named:
                words = f"a valid example of {place}"
                yield Failure("invalid", words, str(error), f"{place} {error.place}".strip())


def _is_shown(context: RunContext, media: Media) -> bool:
    """Whether the schema has an example of its own, or its members have."""
    schema = schemas.resolve_schema(context.spec.document, media.schema)
    if not isinstance(schema, Mapping):
        return False
    members = schema.get("properties")
    inner = members.values() if isinstance(members, Mapping) else ()
    parts = [schema, *(schemas.resolve_schema(context.spec.document, one) for one in inner)]
    return any(name in one for one in parts if isinstance(one, Mapping) for name in _EXAMPLES)


CHECK = Check(
    title="The document shows valid examples of its bodies",
    failure_title="The document shows no example of a body, or one that is not valid",
    applies=applying.applies_where(
        lambda facts: facts.document.examples,
        f"the policy does not promise examples ({FACT})",
        FACT,
    ),
    fold=folds.per_document(read),
    reads=(FACT,),
    outcomes=(
        Outcome("invalid", Severity.LOW, Confirm.ONCE),
        Outcome("missing", Severity.LOW, Confirm.ONCE),
    ),
    proven_by={
        "invalid": ("document/shows-an-invalid-example",),
        "missing": ("document/shows-no-example",),
    },
)
