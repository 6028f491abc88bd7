"""Fill in the path of a request."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from apicheck.model.json import Json
from apicheck.model.operation import Operation
from apicheck.model.subject import UNIQUE
from apicheck.model.verdict import NotTested, NotTestedKind
from apicheck.requests.parameters import find_parameter, write_path
from apicheck.requests.steps import end_script


def fill_path(operation: Operation, values: Mapping[str, Json]) -> str:
    """Put the values of its parameters into an operation's path."""
    path = operation.path
    for name, value in values.items():
        text = write_path(find_parameter(operation, "path", name), value)
        path = path.replace("{" + name + "}", text)
    if "{" in path.replace(UNIQUE, ""):
        end_script(_parameter_missing(operation.method, path))
    for wanted, segment in zip(operation.path.split("/"), path.split("/"), strict=True):
        if wanted != segment and unquote(segment).strip(".") == "":
            end_script(_segment_lost(operation, wanted, segment))
    return path


def _segment_lost(operation: Operation, wanted: str, segment: str) -> NotTested:
    """A segment that is empty or only dots makes another path (RFC 3986 section 5.2.4)."""
    name = wanted.partition("{")[2].partition("}")[0]
    return NotTested(
        NotTestedKind.NEEDS_REQUEST,
        f'no request for {operation.method} {operation.path} ({name} is "{unquote(segment)}", '
        "which no path can hold)",
        f'[fixtures]\n{name} = "an existing one"',
    )


def _parameter_missing(method: str, path: str) -> NotTested:
    name = path.replace(UNIQUE, "").partition("{")[2].partition("}")[0]
    return NotTested(
        NotTestedKind.NEEDS_REQUEST,
        f"no request for {method} {path} (nothing says which {name} exists)",
        f'[fixtures]\n{name} = "an existing one"',
    )
