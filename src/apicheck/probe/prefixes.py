"""Looks below which path of a host the paths of a document are, when they are not where it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from apicheck.load.servers import read_servers
from apicheck.model.exchange import Exchange, Request
from apicheck.model.plan import Plan
from apicheck.model.subject import Recipe
from apicheck.probe.errors import ProbeStopped
from apicheck.requests.from_recipe import build_request

_USUAL = ("/api", "/v1", "/api/v1", "/v2", "/api/v2", "/v3", "/api/v3", "/rest", "/api/rest")
_TRIED = 14
_NOWHERE = "/apicheck-no-such-path"
_NOT_HERE = (404, 405, 501)
_REDIRECT, _SERVER_ERROR = 300, 500


def advise_on_base(plan: Plan, send: Callable[[Request], Exchange]) -> str:
    """What to write so that the document's paths are found; general advice where nothing is seen.

    send: sends a request to the root of the target's host.
    """
    below = urlsplit(plan.target.base_url).path.rstrip("/")
    try:
        found = next(_find_prefixes(plan, below, send), None)
    except ProbeStopped:
        found = None
    if found is None:
        return "correct base_url, or base_path"
    prefix, exchange = found
    root = plan.target.base_url.rstrip("/").removesuffix(below)
    rest = prefix.removeprefix(below) if f"{prefix}/".startswith(f"{below}/") else None
    options = f'--base-path "{prefix if rest is None else rest}"'
    if rest is None:
        options = f"--base-url {root} {options}"
    return (
        f"{exchange.request.method} {exchange.request.path} got {exchange.status}:"
        f" give {options}, or the same in the target file"
    )


def _find_prefixes(
    plan: Plan, below: str, send: Callable[[Request], Exchange]
) -> Iterator[tuple[str, Exchange]]:
    """Yield each path below which the API answers otherwise than at a path that nobody has."""
    request = _choose_request(plan)
    if request is None:
        return
    path = request.path.removeprefix(plan.spec.prefix)
    for prefix in _list_prefixes(plan, below)[:_TRIED]:
        exchange = send(replace(request, path=prefix + path, operation=""))
        if _may_be_here(exchange):
            nowhere = send(replace(request, path=prefix + _NOWHERE, operation=""))
            if nowhere.status == _NOT_HERE[0]:
                yield prefix, exchange


def _choose_request(plan: Plan) -> Request | None:
    """The canonical GET of a path without an id, below the root, which the run sends anyway."""
    for name in plan.controls:
        operation, recipe = plan.spec.operation(name), plan.context.recipes[name]
        relative = operation.path.removeprefix(plan.spec.prefix).strip("/")
        if operation.method != "GET" or "{" in operation.path or not relative:
            continue
        if isinstance(recipe, Recipe) and not recipe.needs:
            who = plan.context.identities[plan.context.actors[name]]
            return build_request(plan.context, recipe, who, {})
    return None


def _list_prefixes(plan: Plan, below: str) -> list[str]:
    """Paths of the host, the likeliest first: those that the document names, then usual ones."""
    prefix = plan.spec.prefix
    named = [server.path for server in read_servers(plan.spec.document.get("servers"))]
    listed = [*named, *(below + one for one in named), below, prefix, "", *_USUAL]
    listed += [one + prefix for one in _USUAL[:1]]
    return [one for one in dict.fromkeys(listed) if one != below + prefix]


def _may_be_here(exchange: Exchange) -> bool:
    """Whether a response is one of an operation: accepted, or refused for its own reasons."""
    status = exchange.status
    if not status or status in _NOT_HERE:
        return False
    return status < _REDIRECT or 400 <= status < _SERVER_ERROR
