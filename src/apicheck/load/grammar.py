"""The short forms that a policy may use everywhere: one instead of a list, `401` for a response.

Each function returns the members of a type of `model.facts`, by the keys of a policy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from apicheck.model.facts import (
    ApiVersion,
    Dates,
    Directive,
    EarlierDocument,
    ExpectedResponse,
    Foreign,
    HeaderRule,
    Pkce,
    Selector,
    Signature,
    StatusSet,
    VersionEcho,
)
from apicheck.model.json import Json
from apicheck.model.quantities import parse_seconds

_STATUS = re.compile(r"[1-5](\d\d|xx)")
_FACTS_OF_THEIR_OWN = ("over", "retry_after")
"""Members of an expected response that are read into other facts."""


def as_list(value: Json) -> list[Json]:
    """A list as it is; any other value as a list of one."""
    return list(value) if isinstance(value, list | tuple) else [value]


def parse_duration(value: str | None) -> float | None:
    """The seconds of a duration; None for None."""
    return None if value is None else parse_seconds(value)


def parse_optional_selector(value: Json) -> Selector | None:
    """A selector from one item or a list of them; None for None."""
    return None if value is None else Selector(tuple(as_list(value)))


def as_mapping(key: str, value: Json) -> Mapping[str, Json]:
    """A mapping as it is; any other value as the member of this key."""
    return value if isinstance(value, Mapping) else {key: value}


def _expand_statuses(value: Json) -> Json:
    patterns = [str(item) for item in as_list(value)]
    wrong = [pattern for pattern in patterns if not _STATUS.fullmatch(pattern)]
    if wrong:
        raise ValueError(f"not a status: {wrong[0]}")
    return {"patterns": patterns}


def _expand_response(value: Json) -> Json:
    written = as_mapping("status", value)
    return {key: inner for key, inner in written.items() if key not in _FACTS_OF_THEIR_OWN}


def _expand_header(value: Json) -> Json:
    written = as_mapping("equals", value)
    directives = written.get("directives", {})
    return {**written, "directives": {name.lower(): rule for name, rule in directives.items()}}


def _expand_directive(value: Json) -> Json:
    return value if isinstance(value, Mapping) else {"never": value == "never"}


def _expand_foreign(value: Json) -> Json:
    if value == "as-absent":
        return {"response": None}
    written = as_mapping("status", value)
    return {"response": None if "answer" in written else written, "ops": written.get("ops")}


def _expand_pkce(value: Json) -> Json:
    return {} if value is True else as_mapping("methods", value)


SHORT_FORMS: Mapping[Any, Callable[[Json], Json]] = {
    float: parse_seconds,
    tuple: as_list,
    Selector: lambda value: {"items": value},
    StatusSet: _expand_statuses,
    ExpectedResponse: _expand_response,
    HeaderRule: _expand_header,
    Directive: _expand_directive,
    Foreign: _expand_foreign,
    Pkce: _expand_pkce,
    Signature: lambda value: as_mapping("scheme", value),
    Dates: lambda value: as_mapping("form", value),
    EarlierDocument: lambda value: as_mapping("file", value),
    ApiVersion: lambda value: as_mapping("state", value),
    VersionEcho: lambda value: as_mapping("header", value),
}
"""Type -> the function that expands its short forms."""
