"""Parse WWW-Authenticate by RFC 9110, sections 11.2 to 11.6.1, several challenges included.

The parser is strict: it judges a server, which must keep to the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from apicheck.authoring.fields import TOKEN

_SCHEME = re.compile(rf"({TOKEN})(?=[ ,]|$)")
_TOKEN68 = re.compile(r" +([A-Za-z0-9\-._~+/]+=*)(?=[ \t]*(?:,|$))")
_QUOTED = r'"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t\x20-\x7e\x80-\xff])*)"'
_PARAMETER = re.compile(rf"({TOKEN})[ \t]*=[ \t]*(?:({TOKEN})|{_QUOTED})")
_COMMA = re.compile(r"[ \t]*(?:,[ \t]*)+")
_END = re.compile(r"[ \t,]*$")


@dataclass(frozen=True, slots=True)
class ReceivedChallenge:
    """One challenge. scheme: in lower case. parameters: names in lower case, unquoted values."""

    scheme: str
    parameters: Mapping[str, str]


def parse_challenges(field: str) -> tuple[ReceivedChallenge, ...]:
    """Parse the challenges of a WWW-Authenticate field (several lines: joined by ", ").

    Raises ValueError, which names the first character outside the grammar.
    """
    found: list[ReceivedChallenge] = []
    position = _skip(_COMMA, field, 0)
    while _END.match(field, position) is None:
        scheme = _SCHEME.match(field, position)
        if scheme is None:
            raise ValueError(f"no scheme at character {position + 1}: {_quote(field, position)}")
        position = scheme.end()
        token68 = _TOKEN68.match(field, position)
        if token68 is not None:
            found.append(ReceivedChallenge(scheme.group(1).lower(), {}))
            position = token68.end()
        else:
            parameters, position = _parse_parameters(field, position)
            found.append(ReceivedChallenge(scheme.group(1).lower(), parameters))
        if _END.match(field, position):
            break
        after = _skip(_COMMA, field, position)
        if after == position:
            raise ValueError(f"no comma at character {position + 1}: {_quote(field, position)}")
        position = after
    return tuple(found)


def _parse_parameters(field: str, position: int) -> tuple[Mapping[str, str], int]:
    """Parse the parameters of one challenge; return them with the position of their end.

    A comma ends the challenge when a scheme follows it, and not `name=value`.
    """
    parameters: dict[str, str] = {}
    start = _skip_spaces(field, position)
    while parameter := _PARAMETER.match(field, start):
        name, plain, quoted = parameter.groups()
        if name.lower() in parameters:
            raise ValueError(f"the parameter {name} comes twice in one challenge")
        value = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        parameters[name.lower()] = value
        position = parameter.end()
        start = _skip(_COMMA, field, position)
        if start == position:
            break
    return parameters, position


def _skip_spaces(field: str, position: int) -> int:
    while position < len(field) and field[position] == " ":
        position += 1
    return position


def _skip(pattern: re.Pattern[str], field: str, position: int) -> int:
    match = pattern.match(field, position)
    return match.end() if match else position


def _quote(field: str, position: int) -> str:
    return repr(field[position : position + 20])
