"""Evaluate runtime expressions (OpenAPI, Arazzo): values of earlier exchanges in a later request.

`$steps.create.response.body#/id` is of a named step, `$response.body#/id` of the previous one;
`$request.…`, `$response.header.Location` and `$statusCode` likewise. Inside a longer string an
expression stands in braces: `/contacts/{$response.body#/id}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from apicheck.model.exchange import Exchange
from apicheck.model.json import MISSING, Json, at, parse_json
from apicheck.model.received import is_text

_EXPRESSION = re.compile(
    r"\$(?:steps\.(?P<step>[\w-]+)\.)?"
    r"(?:(?P<status>statusCode)|(?P<side>request|response)\."
    r"(?:body(?:#(?P<pointer>[^}]*))?|header\.(?P<header>[\w-]+)))"
)
EMBEDDED = re.compile(r"\{(\$[^{}]+)\}")


def evaluate(value: Json, steps: Mapping[str, Exchange]) -> Json:
    """Replace every runtime expression in a JSON value.

    steps: step id -> its exchange, in order; the last is the previous one. Raises LookupError,
    with the expression, where the exchange has no such value. A string that only resembles an
    expression stays as it is.
    """
    if isinstance(value, Mapping):
        return {name: evaluate(item, steps) for name, item in value.items()}
    if isinstance(value, list):
        return [evaluate(item, steps) for item in value]
    if not isinstance(value, str):
        return value
    if whole := _EXPRESSION.fullmatch(value):
        return _look_up(whole, steps)

    def text(match: re.Match[str]) -> str:
        inner = _EXPRESSION.fullmatch(match[1])
        return match[0] if inner is None else str(_look_up(inner, steps))

    return EMBEDDED.sub(text, value)


def _look_up(expression: re.Match[str], steps: Mapping[str, Exchange]) -> Json:
    name = expression["step"]
    exchange = steps.get(name) if name else next(reversed(list(steps.values())), None)
    value = MISSING if exchange is None else _read_exchange(expression, exchange)
    if value is MISSING:
        raise LookupError(expression[0])
    return value


def _read_exchange(expression: re.Match[str], exchange: Exchange) -> Json:
    if expression["status"]:
        return exchange.status
    message = exchange.request if expression["side"] == "request" else exchange.response
    if message is None:
        return MISSING
    if wanted := expression["header"]:
        found = (value for name, value in message.headers if name.lower() == wanted.lower())
        return next(found, MISSING)
    body = parse_json(message.body or b"", MISSING)
    found = at(body, expression["pointer"] or "")
    return MISSING if isinstance(found, str) and not is_text(found) else found
