"""Rows of an import: CSV (RFC 4180) with a header line, or a list in a JSON body."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from apicheck.model.json import Json, at
from reference_server.call import Call
from reference_server.document.profile import Rules
from reference_server.document.schemas import NO_ARRAY, Schemas, find_array, parse_text
from reference_server.state.store import Stored


def read_rows(schemas: Schemas, creator: Rules, value: Json) -> list[dict[str, Json]] | str:
    """The objects that a body wants made, or what is wrong with the first bad row.

    creator: rules of the operation that makes one of them; each row is as its body.
    """
    schema = creator.operation.body[0].schema if creator.operation.body else {}
    rows = list(_read_csv(schemas, schema, value) if isinstance(value, str) else _read_list(value))
    if not rows:
        return "There are no rows."
    for number, row in enumerate(rows, start=1):
        for error in schemas.validator(schema).iter_errors(row):
            place = "/".join(map(str, error.instance_path))
            return f"Row {number}: {place or 'the row'} is not valid."
    return rows


def find_same_object(call: Call, creator: Rules, row: Mapping[str, Json]) -> Stored | None:
    """The caller's object that has a row's value in a member that no two objects share."""
    schemas, collection = call.server.profile.schemas, creator.use.collection
    assert collection is not None  # a creating operation has one
    schema = creator.operation.body[0].schema if creator.operation.body else {}
    unique = [
        name
        for name, inner in schemas.members(schema).items()
        if schemas.resolved(inner).get("x-unique") is True and name in row
    ]
    for item in call.server.store.all(collection.name, call.caller_identity.tenant):
        if any(item.value.get(name) == row[name] for name in unique):
            return item
    return None


def _read_csv(schemas: Schemas, schema: Json, text: str) -> Iterator[dict[str, Json]]:
    members = schemas.members(schema)
    for row in csv.DictReader(io.StringIO(text, newline="")):
        # Cells beyond the header line stand under None: a name that no member has.
        yield {
            str(name): parse_text(cell, members.get(name, {}), schemas)
            if isinstance(cell, str)
            else cell
            for name, cell in row.items()
            if cell != ""
        }


def _read_list(value: Json) -> list[dict[str, Json]]:
    place = find_array(value)
    return [] if place == NO_ARRAY else at(value, place)
