"""Ids that nobody has, and paths that there are not."""

from __future__ import annotations

from apicheck.model.selector import selects_path
from apicheck.model.subject import RunContext
from apicheck.model.verdict import NotTested, NotTestedKind

_SHORT = 16
_NAME = "apicheck-no-such-path"
_MOST_ROOTS, _MOST_BELOW = 4, 2

NO_SAFE_OPERATION = NotTested(
    NotTestedKind.NEEDS_IDENTITY,
    "no identity may call an operation that only reads",
    '[identities.admin]\ntoken_env = "ADMIN_TOKEN"',
)
"""What a check ends as that has no `find_safe_operation` to start from."""


def make_absent_id(known: str) -> str:
    """An id of the same form that nobody has, made from one that somebody has.

    Digits and hexadecimal letters turn within their kind, so that a UUID stays one; a number at
    the end of a short id, which is often given out in turn, becomes far larger.
    """
    if len(known) <= _SHORT and known[-1:].isdigit():
        return f"{known}0000"
    turned = str.maketrans("0123456789abcdefABCDEF", "5678901234defabcDEFABC")
    head, tail = known[:-12], known[-12:]
    other = head + tail.translate(turned)
    return other if other != known else f"{known}0000"


def undefined_paths(context: RunContext) -> tuple[str, ...]:
    """Paths that no operation has: beside the document's first segments, and below known paths."""
    spec = context.spec
    fixed = [operation.path for operation in spec.operations if "{" not in operation.path]
    heads = [operation.path.removeprefix(spec.prefix) for operation in spec.operations]
    firsts = [f"/{head.split('/')[1]}" if head.count("/") > 1 else "" for head in heads]
    roots = [f"{spec.prefix}{first}/{_NAME}" for first in firsts if "{" not in first]
    below = [f"{path.rstrip('/')}/{_NAME}/{_NAME}" for path in fixed]
    return (*_free(context, roots)[:_MOST_ROOTS], *_free(context, below)[:_MOST_BELOW])


def find_safe_operation(context: RunContext) -> str | None:
    """An operation that only reads and that somebody may call, best one that needs a credential."""
    known = [
        op.id for op in context.spec.operations if op.method == "GET" and op.id in context.actors
    ]
    return next((name for name in known if name in context.secured), next(iter(known), None))


def _free(context: RunContext, paths: list[str]) -> list[str]:
    """Those that no path of the document takes, each once."""
    templates = [operation.path for operation in context.spec.operations]
    return [
        path
        for path in dict.fromkeys(paths)
        if not any(selects_path(template, "", path) for template in templates)
    ]
