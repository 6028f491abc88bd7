"""What a request takes from the responses of other operations, by the document's links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.model.operation import LinkDoc, Operation, Parameter
from apicheck.model.subject import Need, Recipe
from apicheck.model.verdict import NotTested, NotTestedKind
from apicheck.requests.neighbours import Neighbours

_BODY = "$response.body"
_CHOSEN = "$request.path."
_NOTHING = NotTested(NotTestedKind.NEEDS_REQUEST, "no request can be made")


def path_parameters(operation: Operation) -> list[Parameter]:
    """The path parameters that occur in an operation's path, in its order."""
    written = {f"{{{p.name}}}": p for p in operation.parameters if p.place == "path"}
    return sorted(
        (one for text, one in written.items() if text in operation.path),
        key=lambda one: operation.path.index(f"{{{one.name}}}"),
    )


def find_path_need(
    around: Neighbours, operation: Operation, name: str, *, reads_only: bool
) -> Need | None:
    """Find the source of a path parameter's value; None when no operation links to it.

    reads_only: the run may send only reads. A request that may change an object then gets no id
    from a list, as the run did not create that object.
    """
    for source, link in _find_links(around, operation, reads_only):
        if source.safe and reads_only and not operation.safe:
            continue
        inside = any(parameter.name == name for parameter in path_parameters(source))
        for key, expression in link.parameters:
            if key not in (name, f"path.{name}"):
                continue
            if expression.startswith(_CHOSEN) and not source.safe:
                chosen = expression.removeprefix(_CHOSEN)
                return Need("path", name, source.id, "", parameter=chosen)
            if not inside and (pointer := _parse_pointer(expression)) is not None:
                return Need("path", name, source.id, pointer)
    return None


def find_body_needs(
    around: Neighbours, operation: Operation, *, reads_only: bool
) -> Iterator[Need]:
    """Find the members of the body that come from other operations, each from the first link."""
    known: set[str] = set()
    for source, link in _find_links(around, operation, reads_only):
        for name, expression in link.body:
            pointer = _parse_pointer(expression)
            if pointer is not None and name not in known:
                known.add(name)
                yield Need("body", name, source.id, pointer)


def _find_links(
    around: Neighbours, operation: Operation, reads_only: bool
) -> list[tuple[Operation, LinkDoc]]:
    """The links to this operation, of those that create before those that list."""
    own = {parameter.name for parameter in path_parameters(operation)}

    def rank(found: tuple[Operation, LinkDoc]) -> tuple[bool, bool, int]:
        source, _ = found
        extra = len({p.name for p in path_parameters(source)} - own)
        return (source.safe != reads_only, source.method != "POST", extra)

    return sorted(around.links.get(operation.id, ()), key=rank)


def _parse_pointer(expression: str) -> str | None:
    """The JSON Pointer of `$response.body#/id`; None for any other runtime expression."""
    if expression == _BODY:
        return ""
    head, found, pointer = expression.partition("#")
    return pointer if found and head == _BODY else None


def meet_needs(
    operation: str, made: Mapping[str, tuple[Recipe | NotTested, ...]]
) -> tuple[Recipe, ...] | NotTested:
    """Return the recipes of an operation whose needs can be met, or say why there is none."""
    found: list[Recipe] = []
    why: NotTested | None = None
    for recipe in made[operation]:
        broken = _find_broken_need(operation, recipe, made, ())
        if isinstance(recipe, Recipe) and broken is None:
            found.append(recipe)
        else:
            why = why or broken
    return tuple(found) or why or _NOTHING


def _find_broken_need(
    operation: str,
    recipe: Recipe | NotTested,
    made: Mapping[str, tuple[Recipe | NotTested, ...]],
    above: tuple[str, ...],
) -> NotTested | None:
    """The first need of a recipe that no recipe of its source can meet; None when all can be."""
    if isinstance(recipe, NotTested):
        return recipe
    if operation in above:
        return NotTested(
            NotTestedKind.NEEDS_REQUEST,
            "the document's links lead in a circle: " + " -> ".join((*above, operation)),
        )
    for need in recipe.needs:
        whole = (*above, operation)
        tried = [_find_broken_need(need.operation, r, made, whole) for r in made[need.operation]]
        if tried and None not in tried:
            name = need.name.strip("/")
            remedy = f'[fixtures]\n{name} = "an existing one"'
            first = tried[0]
            assert first is not None
            return NotTested(first.kind, f"{name} is not available: {first.reason}", remedy)
    return None
