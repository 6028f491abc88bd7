"""WWW-Authenticate: the grammar of RFC 9110 sections 11.2 to 11.6.1, several challenges included.

Strict on purpose: it is read to judge a server, which must send what the grammar allows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_SCHEME = re.compile(rf"({_TOKEN})(?=[ ,]|$)")
_TOKEN68 = re.compile(r" +([A-Za-z0-9\-._~+/]+=*)(?=[ \t]*(?:,|$))")
_QUOTED = r'"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t\x20-\x7e\x80-\xff])*)"'
_PARAMETER = re.compile(rf"({_TOKEN})[ \t]*=[ \t]*(?:({_TOKEN})|{_QUOTED})")
_COMMA = re.compile(r"[ \t]*(?:,[ \t]*)+")
_END = re.compile(r"[ \t,]*$")


@dataclass(frozen=True, slots=True)
class ReceivedChallenge:
    """One challenge. scheme: in lower case. parameters: names in lower case, unquoted values."""

    scheme: str
    parameters: Mapping[str, str]
    token68: str = ""


def parse_challenges(field: str) -> tuple[ReceivedChallenge, ...]:
    """The challenges of a WWW-Authenticate field (several lines: joined by ", ").

    Raises ValueError, saying at which character the grammar is left.
    """
    found: list[ReceivedChallenge] = []
    position = _after(_COMMA, field, 0)
    while _END.match(field, position) is None:
        scheme = _SCHEME.match(field, position)
        if scheme is None:
            raise ValueError(f"no scheme at character {position + 1}: {_shown(field, position)}")
        position = scheme.end()
        token68 = _TOKEN68.match(field, position)
        if token68 is not None:
            found.append(ReceivedChallenge(scheme.group(1).lower(), {}, token68.group(1)))
            position = token68.end()
        else:
            parameters, position = _parameters(field, position)
            found.append(ReceivedChallenge(scheme.group(1).lower(), parameters))
        if _END.match(field, position):
            break
        after = _after(_COMMA, field, position)
        if after == position:
            raise ValueError(f"no comma at character {position + 1}: {_shown(field, position)}")
        position = after
    return tuple(found)


def _parameters(field: str, position: int) -> tuple[Mapping[str, str], int]:
    """The parameters of one challenge, and where they end.

    A comma ends the challenge when what follows is a scheme rather than `name=value`.
    """
    parameters: dict[str, str] = {}
    start = _spaces(field, position)
    while parameter := _PARAMETER.match(field, start):
        name, plain, quoted = parameter.groups()
        if name.lower() in parameters:
            raise ValueError(f"the parameter {name} comes twice in one challenge")
        value = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        parameters[name.lower()] = value
        position = parameter.end()
        start = _after(_COMMA, field, position)
        if start == position:
            break
    return parameters, position


def _spaces(field: str, position: int) -> int:
    while position < len(field) and field[position] == " ":
        position += 1
    return position


def _after(pattern: re.Pattern[str], field: str, position: int) -> int:
    match = pattern.match(field, position)
    return match.end() if match else position


def _shown(field: str, position: int) -> str:
    return repr(field[position : position + 20])
