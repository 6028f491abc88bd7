"""Explain why no request to an operation was accepted, in the target's own words."""

from __future__ import annotations

from collections.abc import Sequence

from apicheck.model.exchange import Exchange
from apicheck.model.operation import Operation
from apicheck.model.subject import Recipe
from apicheck.model.verdict import Inconclusive, NotTested, NotTestedKind
from apicheck.requests.describe import quote_server

_NOT_FOUND = 404
_TOO_MANY_REQUESTS = 429
_BAD_GATEWAY = 502
_SERVER_ERROR = 500
_OF_THE_BODY = (400, 409, 413, 415, 422)
_OF_THE_CALLER = (401, 403)


def explain_refusals(
    operation: Operation, recipe: Recipe, refused: Sequence[tuple[str, Exchange]]
) -> NotTested | Inconclusive:
    """Say what came of each attempt, and what would help. refused: (way in words, exchange)."""
    said: dict[str, str] = {}
    for words, exchange in refused:
        said.setdefault(quote_server(exchange), words)
    attempts = "; ".join(f"{words}: {quote}" if words else quote for quote, words in said.items())
    reason = f"no accepted request for {operation.method} {operation.path} ({attempts})"
    status = refused[-1][1].status
    if status == _NOT_FOUND and "{" not in operation.path:
        reason += ": if the API has no such path, correct base_url or base_path"
    if status in (0, _TOO_MANY_REQUESTS) or (status >= _SERVER_ERROR and status != _BAD_GATEWAY):
        return Inconclusive(reason)  # other values in the request would not help
    if status in _OF_THE_CALLER:
        return NotTested(NotTestedKind.NEEDS_REQUEST, reason, _name_id(operation))
    remedy = ""
    if status in _OF_THE_BODY and recipe.media_type:
        remedy = f'[fixtures."{operation.id}"]\nbody = {{}}  # one that is accepted'
    return NotTested(NotTestedKind.NEEDS_REQUEST, reason, remedy or _name_id(operation))


def _name_id(operation: Operation) -> str:
    path = operation.path
    name = path[path.rfind("{") + 1 : path.rfind("}")] if "{" in path else ""
    return f'[fixtures]\n{name} = "an existing one"' if name else ""
