"""What a request takes from the answers of other operations, by the document's links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.model.operation import LinkDoc, Operation, Parameter, Spec
from apicheck.model.subject import Need, Recipe
from apicheck.model.verdict import NotTested, NotTestedKind

_BODY = "$response.body"
_CHOSEN = "$request.path."


def path_parameters(operation: Operation) -> Iterator[Parameter]:
    """The path parameters that an operation's path really has."""
    return (
        p for p in operation.parameters if p.place == "path" and f"{{{p.name}}}" in operation.path
    )


def _sources(spec: Spec, operation: Operation, reads_only: bool) -> list[Operation]:
    """The operations that may link to this one: those that create before those that list."""
    own = {parameter.name for parameter in path_parameters(operation)}

    def rank(source: Operation) -> tuple[bool, bool, int]:
        extra = len({p.name for p in path_parameters(source)} - own)
        return (source.safe != reads_only, source.method != "POST", extra)

    return sorted((o for o in spec.operations if o.id != operation.id), key=rank)


def find_path_need(spec: Spec, operation: Operation, name: str, *, reads_only: bool) -> Need | None:
    """Where the value of a path parameter comes from; None when no operation links to it.

    Where reads alone may be answered, what may change an object is not given one that is listed:
    it is not ours.
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
                if not inside and (pointer := _pointer(expression)) is not None:
                    return Need("path", name, source.id, pointer)
    return None


def find_body_needs(spec: Spec, operation: Operation, *, reads_only: bool) -> Iterator[Need]:
    """The members of the body that come from other operations, each from the first that links."""
    known: set[str] = set()
    for source in _sources(spec, operation, reads_only):
        for link in _links(source, operation.id):
            for name, expression in link.body:
                pointer = _pointer(expression)
                if pointer is not None and name not in known:
                    known.add(name)
                    yield Need("body", name, source.id, pointer)


def _links(source: Operation, target: str) -> Iterator[LinkDoc]:
    """The links of successful answers to an operation that lead to another."""
    for response in source.responses:
        if response.status.startswith("2"):
            yield from (link for link in response.links if link.operation == target)


def _pointer(expression: str) -> str | None:
    """The JSON Pointer of `$response.body#/id`; None for any other runtime expression."""
    if expression == _BODY:
        return ""
    head, found, pointer = expression.partition("#")
    return pointer if found and head == _BODY else None


def meet_needs(operation: str, made: Mapping[str, Recipe | NotTested]) -> Recipe | NotTested:
    """A recipe whose needs can all be met, or why they cannot."""
    broken = _broken_need(operation, made, ())
    recipe = made[operation]
    if broken is None or isinstance(recipe, NotTested):
        return recipe
    return broken


def _broken_need(
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
        if broken := _broken_need(need.operation, made, (*above, operation)):
            name = need.name.strip("/")
            remedy = f'[fixtures]\n{name} = "an existing one"'
            return NotTested(broken.kind, f"{name} cannot be had: {broken.reason}", remedy)
    return None
