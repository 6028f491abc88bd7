"""Matches the operations of two documents, and compares each pair."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from apicheck.compare.bodies import compare_request_bodies
from apicheck.compare.change import Change, assign, change
from apicheck.compare.documents import Both
from apicheck.compare.parameters import compare_parameters
from apicheck.compare.responses import compare_responses
from apicheck.compare.security import compare_security
from apicheck.compare.webhooks import compare_callbacks
from apicheck.model.json import Json, at
from apicheck.model.operation import Operation, Spec

_TEMPLATE = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Matched:
    """The operations of the earlier document, each with that of the later one, or None."""

    pairs: tuple[tuple[Operation, Operation | None], ...]
    moved: bool
    """Whether they were found below another path of the server."""


def match_operations(old: Spec, new: Spec) -> Matched:
    """Match operations by method and path; what a path parameter is called reaches no server.

    Where none is found below the earlier path of the server, the paths without it are compared.
    """
    whole = {_identify(one, one.path): one for one in new.operations}
    pairs = tuple((one, whole.get(_identify(one, one.path))) for one in old.operations)
    if old.prefix == new.prefix or any(found for _, found in pairs):
        return Matched(pairs, moved=False)
    bare = {_identify(one, _bare(one)): one for one in new.operations}
    pairs = tuple((one, bare.get(_identify(one, _bare(one)))) for one in old.operations)
    return Matched(pairs, moved=any(found for _, found in pairs))


def compare_operations(both: Both, matched: Matched) -> Iterator[Change]:
    """What becomes of calls of the earlier document's operations."""
    left_out = {(one.method, _TEMPLATE.sub("{}", one.path)) for one in both.new.spec.left_out}
    for old, new in matched.pairs:
        if new is not None:
            yield from _compare_pair(both, old, new)
        elif (old.method, _TEMPLATE.sub("{}", old.path)) not in left_out:
            words = f"{old.method} {old.path}"
            place = old.pointer.rpartition("/")[0]
            found = change("operation-removed", words, old.pointer, place, doubtful=old.deprecated)
            yield from assign((found,), old.id)


def compare_servers(both: Both, matched: Matched) -> Iterator[Change]:
    """What becomes of calls at the URLs of the earlier document."""
    old, new = both.old.spec, both.new.spec
    if matched.moved:
        words = f"{old.prefix or '/'} → {new.prefix or '/'}"
        yield change("server-path-changed", words, "/servers", "/servers")
        return
    offered = {_normalize(url) for url in _list_servers(new.document)}
    for index, url in enumerate(_list_servers(old.document)):
        if "//" in url and offered and _normalize(url) not in offered:
            yield change("server-removed", url, f"/servers/{index}/url", "/servers")


def _compare_pair(both: Both, old: Operation, new: Operation) -> Iterator[Change]:
    found = [*compare_security(both, old, new)]
    if not _is_same(both, old, new):
        found += compare_parameters(both, old, new)
        found += compare_request_bodies(both, old, new)
        found += compare_responses(both, old, new)
        found += compare_callbacks(both, old, new)
    yield from assign(found, old.id)


def _is_same(both: Both, old: Operation, new: Operation) -> bool:
    """Whether nothing of an operation changed, but perhaps its security."""
    items = old.pointer.rpartition("/")[0], new.pointer.rpartition("/")[0]
    pairs = ((old.pointer, new.pointer), (f"{items[0]}/parameters", f"{items[1]}/parameters"))
    return old.path == new.path and all(
        both.sameness.is_same(at(both.old.spec.document, one), at(both.new.spec.document, other))
        for one, other in pairs
    )


def _identify(operation: Operation, path: str) -> object:
    return operation.method, _TEMPLATE.sub("{}", path), operation.suffix


def _bare(operation: Operation) -> str:
    return operation.path.removeprefix(operation.prefix)


def _list_servers(document: Mapping[str, Json]) -> list[str]:
    servers = document.get("servers")
    return [
        str(one.get("url", "")) if isinstance(one, Mapping) else ""
        for one in (servers if isinstance(servers, list) else ())
    ]


def _normalize(url: str) -> str:
    return url.rstrip("/").lower()
