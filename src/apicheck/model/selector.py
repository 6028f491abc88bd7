"""Which operations the `ops` grammar of a policy selects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from apicheck.model.facts import Selector
from apicheck.model.operation import Operation

BUILT_IN = ("secured", "public", "deprecated", "reads", "writes")


def selects(
    selector: Selector,
    operation: Operation,
    sets: Mapping[str, Selector],
    secured: frozenset[str],
) -> bool:
    """Whether a selector selects an operation. Its paths may omit the path of the server.

    sets: the policy's named sets (`operations.<name>`); a set takes precedence over anything
    else of its name. secured: ids of the operations that need a credential.
    """
    return any(
        _item_selects(item, operation, sets, secured, frozenset()) for item in selector.items
    )


def _item_selects(
    item: str,
    operation: Operation,
    sets: Mapping[str, Selector],
    secured: frozenset[str],
    seen: frozenset[str],
) -> bool:
    if item in sets and item not in seen:
        return any(
            _item_selects(i, operation, sets, secured, seen | {item}) for i in sets[item].items
        )
    if item in ("*", operation.id):
        return True
    if item.startswith("tag:"):
        return item[4:] in operation.tags
    if item.startswith("scope:"):
        return item[6:] in operation.scopes
    if "/" in item:
        return any(
            selects_path(item, operation.method, path)
            for path in {operation.path, operation.path.removeprefix(operation.prefix)}
        )
    return {
        "secured": operation.id in secured,
        "public": operation.id not in secured,
        "deprecated": operation.deprecated,
        "reads": operation.safe,
        "writes": not operation.safe,
    }.get(item, False)


def selects_path(item: str, method: str, path: str) -> bool:
    """Whether `"GET /path/*"` or `"/path/**"` selects a method and path.

    `*` is one path segment, `**` any number of them. A path template's `{name}` is one segment.
    """
    wanted_method, _, glob = item.rpartition(" ")
    if wanted_method and wanted_method.upper() != method.upper():
        return False
    return _compile_glob(glob).fullmatch(path) is not None


@lru_cache(maxsize=16_384)
def _compile_glob(glob: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*|\*|\{[^}]*\})", glob)
    wild = {"**": ".*"}
    return re.compile(
        "".join(
            wild.get(part, "[^/]*")
            if part == "*" or part in wild or part[:1] == "{"
            else re.escape(part)
            for part in parts
        )
    )
