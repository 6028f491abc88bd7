"""What a request takes from the responses of others, as target file or policy say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from apicheck.model.json import Json, child_pointer
from apicheck.model.operation import Operation, Spec
from apicheck.model.selector import selects
from apicheck.model.subject import Need
from apicheck.model.target import Ref
from apicheck.requests.flattening import flatten_schema

_DEPTH = 4


def refs_of(refs: Iterable[Ref], operation: Operation) -> Mapping[str, Ref]:
    """The refs that concern an operation, by name; those for some operations go before others."""
    found: dict[str, Ref] = {}
    for ref in sorted(refs, key=lambda one: one.ops is None):
        if ref.ops is None or selects(ref.ops, operation, {}, frozenset()):
            found.setdefault(ref.name, ref)
    return found


def find_ref_need(
    spec: Spec, operation: Operation, place: str, name: str, ref: Ref, *, reads_only: bool
) -> Need | None:
    """The need for what a ref names; None where the run may not send what the ref leads to.

    reads_only: the run may send only reads, and changes nothing that it did not create.
    """
    for source in map(spec.operation, ref.sources):
        changes = place == "path" and not operation.safe
        if source.id == operation.id or (reads_only and (changes or not source.safe)):
            continue
        return Need(place, name, source.id, ref.pointer, convention=not ref.pointer)
    return None


def find_members(body: Json, schema: Json, document: Json, name: str) -> Iterator[str]:
    """Pointers to the members of a body that have a name, also where only the schema has it."""
    own = flatten_schema(document, schema).get("properties", {})
    if isinstance(body, Mapping) and name in own and name not in body:
        yield child_pointer("", name)
    yield from _find_members(body, name, "", _DEPTH)


def _find_members(value: Json, name: str, pointer: str, depth: int) -> Iterator[str]:
    if isinstance(value, list):
        members: Iterable[tuple[str, Json]] = ((str(n), one) for n, one in enumerate(value[:1]))
    else:
        members = value.items() if isinstance(value, Mapping) else ()
    for key, inner in members if depth else ():
        place = child_pointer(pointer, key)
        if key != name:
            yield from _find_members(inner, name, place, depth - 1)
        elif isinstance(inner, list):
            yield f"{place}/0"
        elif isinstance(inner, Mapping) and len(inner) == 1:
            yield child_pointer(place, next(iter(inner)))
        else:
            yield place
