"""What a request takes from the responses of other operations, by the document's links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.model.operation import LinkDoc, Operation, Parameter, Spec
from apicheck.model.subject import Need, Recipe
from apicheck.model.verdict import NotTested, NotTestedKind

_BODY = "$response.body"
_CHOSEN = "$request.path."


def path_parameters(operation: Operation) -> Iterator[Parameter]:
    """The path parameters that occur in an operation's path."""
    return (
        p for p in operation.parameters if p.place == "path" and f"{{{p.name}}}" in operation.path
    )


def _sources(spec: Spec, operation: Operation, reads_only: bool) -> list[Operation]:
    """The operations that link to this one, those that create before those that list."""
    own = {parameter.name for parameter in path_parameters(operation)}

    def rank(source: Operation) -> tuple[bool, bool, int]:
        extra = len({p.name for p in path_parameters(source)} - own)
        return (source.safe != reads_only, source.method != "POST", extra)

    return sorted(spec.linking.get(operation.id, ()), key=rank)


def find_path_need(spec: Spec, operation: Operation, name: str, *, reads_only: bool) -> Need | None:
    """Find the source of a path parameter's value; None when no operation links to it.

    reads_only: the run may send only reads. A request that may change an object then gets no id
    from a list, as the run did not create that object.
    """
    for source in _sources(spec, operation, reads_only):
        if source.safe and reads_only and not operation.safe:
            continue
        inside = any(parameter.name == name for parameter in path_parameters(source))
        for link in _links(source, operation.id):
            for key, expression in link.parameters:
                if key not in (name, f"path.{name}"):
                    continue
                if expression.startswith(_CHOSEN) and not source.safe:
                    chosen = expression.removeprefix(_CHOSEN)
                    return Need("path", name, source.id, "", parameter=chosen)
                if not inside and (pointer := _parse_pointer(expression)) is not None:
                    return Need("path", name, source.id, pointer)
    return None


def find_body_needs(spec: Spec, operation: Operation, *, reads_only: bool) -> Iterator[Need]:
    """Find the members of the body that come from other operations, each from the first link."""
    known: set[str] = set()
    for source in _sources(spec, operation, reads_only):
        for link in _links(source, operation.id):
            for name, expression in link.body:
                pointer = _parse_pointer(expression)
                if pointer is not None and name not in known:
                    known.add(name)
                    yield Need("body", name, source.id, pointer)


def _links(source: Operation, target: str) -> Iterator[LinkDoc]:
    """The links to an operation in the successful responses of another."""
    for response in source.responses:
        if response.status.startswith("2"):
            yield from (link for link in response.links if link.operation == target)


def _parse_pointer(expression: str) -> str | None:
    """The JSON Pointer of `$response.body#/id`; None for any other runtime expression."""
    if expression == _BODY:
        return ""
    head, found, pointer = expression.partition("#")
    return pointer if found and head == _BODY else None


def meet_needs(operation: str, made: Mapping[str, Recipe | NotTested]) -> Recipe | NotTested:
    """Return the recipe if all its needs can be met, or say why they cannot."""
    broken = _find_broken_need(operation, made, ())
    recipe = made[operation]
    if broken is None or isinstance(recipe, NotTested):
        return recipe
    return broken


def _find_broken_need(
    operation: str, made: Mapping[str, Recipe | NotTested], above: tuple[str, ...]
) -> NotTested | None:
    recipe = made[operation]
    if isinstance(recipe, NotTested):
        return recipe
    if operation in above:
        return NotTested(
            NotTestedKind.NEEDS_REQUEST,
            "the document's links lead in a circle: " + " -> ".join((*above, operation)),
        )
    for need in recipe.needs:
        if broken := _find_broken_need(need.operation, made, (*above, operation)):
            name = need.name.strip("/")
            remedy = f'[fixtures]\n{name} = "an existing one"'
            return NotTested(broken.kind, f"{name} is not available: {broken.reason}", remedy)
    return None
