"""Verifies that the selectors of operations in policy, target file and options select something."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from apicheck.load.mistakes import did_you_mean
from apicheck.model.facts import Selector
from apicheck.model.operation import Spec
from apicheck.model.selector import BUILT_IN, selects, selects_path


def find_selector_error(
    item: str, spec: Spec, sets: Mapping[str, Selector], scopes: Collection[str] = ()
) -> tuple[str, str] | None:
    """Message and suggestion for an item that names nothing defined; None when it does.

    sets: the policy's named sets of operations. scopes: those that the policy adds.
    """
    described = {operation.id for operation in spec.operations}
    ids = frozenset(described | {one.id for one in spec.left_out})
    if item == "*" or item in (*BUILT_IN, *sets, *ids):
        return None
    kind, colon, name = item.partition(":")
    if colon and kind == "tag":
        tags = {tag for operation in spec.operations for tag in operation.tags}
        return None if name in tags else (f'unknown tag "{name}"', did_you_mean(name, tags))
    if colon and kind == "scope":
        known = {*scopes, *spec_scopes(spec)}
        return None if name in known else (f'unknown scope "{name}"', did_you_mean(name, known))
    if "/" in item:
        path = item.rpartition(" ")[2]  # `PUT /**` says something of an API without PUT, too
        if _selects_any(item, spec) or ("*" in item and _selects_any(path, spec)):
            return None
        return f'"{item}" selects no operation', did_you_mean(item, _list_patterns(item, spec))
    known = {*BUILT_IN, *sets, *ids}
    return f'unknown operation "{item}"', did_you_mean(item, known)


def _selects_any(item: str, spec: Spec) -> bool:
    one = Selector((item,))
    read = any(selects(one, operation, {}, frozenset()) for operation in spec.operations)
    return read or any(selects_path(item, left.method, left.path) for left in spec.left_out)


def spec_scopes(spec: Spec) -> set[str]:
    """Every scope that the document defines or requires."""
    named = {scope for scheme in spec.schemes.values() for scope in scheme.scopes}
    return named | {scope for operation in spec.operations for scope in operation.scopes}


def _list_patterns(item: str, spec: Spec) -> set[str]:
    """The operations as an item would select them, with a method if it has one."""
    with_method = " " in item
    return {
        f"{one.method} {path}" if with_method else path
        for one in spec.operations
        for path in (one.path.removeprefix(one.prefix),)
    }
