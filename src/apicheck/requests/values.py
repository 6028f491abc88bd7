"""The value that a request takes from the response of another."""

from __future__ import annotations

from apicheck.model.exchange import Exchange
from apicheck.model.json import MISSING, Json, at, tokens
from apicheck.model.operation import Operation
from apicheck.model.received import is_text
from apicheck.model.subject import Need, RunContext
from apicheck.model.verdict import NotTested, NotTestedKind
from apicheck.requests.conventions import SEARCHES
from apicheck.requests.identifiers import identifier_of
from apicheck.requests.neighbours import template_of
from apicheck.requests.steps import end_script


def read_value(context: RunContext, created: Exchange, need: Need) -> Json:
    """Read the value of a need. Ends the script where the response does not show it."""
    source = context.spec.operation(need.operation)
    if need.parameter:
        return source.path_values(created.request.path)[need.parameter]
    if need.convention:
        return _read_usual_value(created, need, source)
    value = at(created.json_or(MISSING), need.pointer)
    no_text = isinstance(value, str) and not is_text(value)
    if value is MISSING or isinstance(value, dict | list) or value is None or no_text:
        end_script(
            NotTested(
                NotTestedKind.NEEDS_REQUEST,
                f"the response of {need.operation} has no value at {need.pointer} for {need.name}",
            )
        )
    return value


def share_path(operation: Operation, source: Operation, path: str) -> dict[str, str]:
    """The path parameters of an operation that a request to another has given a value.

    They are those of the same name, and those at the same place below the same segments.
    """
    given = source.path_values(path)
    shared: dict[str, str] = {}
    for own, other in zip(operation.path.split("/"), source.path.split("/"), strict=False):
        if template_of(own) != template_of(other):
            break
        if own.startswith("{") and own.endswith("}"):
            shared[own[1:-1]] = given.get(other[1:-1], "")
    return {name: value for name, value in {**shared, **given}.items() if value}


def _read_usual_value(created: Exchange, need: Need, source: Operation) -> str:
    name = _name_of(need)
    value = identifier_of(created, name, _folder_of(source.path))
    if value is None:
        lists = source.safe or _folder_of(source.path) != source.path
        what = "it lists nothing" if lists else "no link of the document says where it is"
        end_script(
            NotTested(
                NotTestedKind.NEEDS_REQUEST,
                f"the response of {source.id} shows no {name} ({what})",
                f'[fixtures]\n{name} = "an existing one"',
            )
        )
    return value


def _name_of(need: Need) -> str:
    """The parameter or member that takes the value; an element is called like its list."""
    if need.place != "body":
        return need.name
    names = [name for name in tokens(need.name) if not name.isdigit()]
    name = names[-1] if names else need.name
    return name[:-1] if name.lower().endswith("ids") else name


def _folder_of(path: str) -> str:
    """The collection of a path that may end in a search: `/things/filter` is of things."""
    head, _, last = path.rstrip("/").rpartition("/")
    return head if head and last in SEARCHES else path
