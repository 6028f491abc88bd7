"""No value at a bound of its schema makes the server fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Failure,
    Json,
    Judgement,
    NotApplicable,
    Outcome,
    Part,
    Recipe,
    Script,
    Severity,
    Subject,
    Transcript,
    alter,
    build,
    describe,
    judging,
    pointers,
    schemas,
    steps,
)
from apicheck.checks.errors._odd_parts import is_scarce

_FEW, _TRIED = 2, 8
_LONGEST = 5_000


def applies(subject: Subject) -> Applies | NotApplicable:
    """To operations whose request has a number or a text that its schema bounds."""
    if not cases(subject) and isinstance(subject.context.recipes[subject.op.id], Recipe):
        return NotApplicable("no schema of its request has a bound")
    return Applies()


def cases(subject: Subject) -> tuple[Case, ...]:
    """The least and the greatest value of each part, whichever come first."""
    few = is_scarce(subject) and not subject.context.thorough
    most = None if subject.context.thorough else _FEW if few else _TRIED
    return tuple(_list_rows(subject))[:most]


def _list_rows(subject: Subject) -> Iterator[Case]:
    for part, schema in _list_parts(subject):
        for name, value in find_bounds(subject.context.spec.document, schema):
            place = {"place": part.place, "name": part.name, "value": value}
            if alter.part_accepts(part, value):
                yield Case(f"{name} in {part}", place)


def _list_parts(subject: Subject) -> Iterator[tuple[Part, Json]]:
    """The parameters and the members of the body; no path that might name another's object."""
    places = ("path", "query") if subject.op.safe else ("query",)
    for parameter in subject.op.parameters:
        if parameter.place in places:
            yield Part(parameter.place, parameter.name), parameter.schema
    recipe = subject.context.recipes[subject.op.id]
    if not isinstance(recipe, Recipe) or "json" not in recipe.media_type:
        return
    for media in subject.op.body:
        if media.media_type == recipe.media_type:
            whole = schemas.resolve_schema(subject.context.spec.document, media.schema)
            members = whole.get("properties") if isinstance(whole, Mapping) else None
            for name, schema in (members or {}).items():
                yield Part("body", pointers.child_pointer("", name)), schema


def find_bounds(document: Mapping[str, Json], schema: Json) -> Iterator[tuple[str, Json]]:
    """Yield (name, value) of the values at the bounds of a schema, all of them valid."""
    for part in (schema, *_list_alternatives(document, schema)):
        flat = schemas.resolve_schema(document, part)
        if not isinstance(flat, Mapping) or flat.get("readOnly") is True:
            continue
        for name, value in (*_bound_number(flat), *_bound_text(flat)):
            if not schemas.find_schema_errors(document, schema, value, limit=1):
                yield name, value


def _list_alternatives(document: Mapping[str, Json], schema: Json) -> tuple[Json, ...]:
    """The parts of an `anyOf`, as frameworks write what may be null."""
    flat = schemas.resolve_schema(document, schema)
    return tuple(flat.get("anyOf", ())) if isinstance(flat, Mapping) else ()


def _bound_number(schema: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    whole = schema.get("type") == "integer"
    for key, outer, step in (
        ("minimum", "exclusiveMinimum", 1),
        ("maximum", "exclusiveMaximum", -1),
    ):
        bound, open_bound = schema.get(key), schema.get(outer)
        if open_bound is True and whole and isinstance(bound, int):
            yield f"next to the {key}", bound + step
        elif type(bound) in (int, float):
            yield f"the {key}", bound
        if whole and type(open_bound) is int:
            yield f"next to the {key}", open_bound + step


def _bound_text(schema: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    if schema.get("type") != "string" or {"format", "enum", "const"} & set(schema):
        return
    for key, words in (("minLength", "the shortest text"), ("maxLength", "the longest text")):
        length = schema.get(key)
        if isinstance(length, int) and length <= _LONGEST:
            yield words, "x" * length


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with one value at a bound."""
    row = subject.row.value
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    part = Part(row["place"], row["name"])
    yield from steps.send(alter.with_part(request, subject.op, part, row["value"]))


def judge(_: Subject, transcript: Transcript) -> Judgement:
    """Fail on a 5xx other than 503, which says that the server was busy."""
    for exchange in transcript.exercised:
        if exchange.status in judging.FAILURES:
            expected, actual = "a status below 500", describe(exchange)
            return Failure("server-error", expected, actual, exchange=exchange.id)
    return None


CHECK = Check(
    title="No value at a bound of its schema makes the server fail",
    failure_title="A value at a bound of its schema makes the server fail",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    accepted=True,
    provokes=judging.FAILURES,
    standards=("rfc9110#15.6", "openapi-3.1.1#schema-object"),
    outcomes=(Outcome("server-error", Severity.HIGH),),
    proven_by={"server-error": ("errors/fails-at-a-bound",)},
)
