"""Unknown ids and undefined paths."""

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
"""The result of a check that needs `find_safe_operation` where it finds none."""


def make_absent_id(known: str) -> str:
    """Make an unknown id of the same form as a known one.

    Digits and hexadecimal letters are replaced within their kind, so that a UUID stays one; a
    number at the end of a short id, which may come from a counter, becomes far larger.
    """
    if len(known) <= _SHORT and known[-1:].isdigit():
        return f"{known}0000"
    replaced = str.maketrans("0123456789abcdefABCDEF", "5678901234defabcDEFABC")
    head, tail = known[:-12], known[-12:]
    other = head + tail.translate(replaced)
    return other if other != known else f"{known}0000"


def undefined_paths(context: RunContext) -> tuple[str, ...]:
    """Paths that no operation has: after the document's first segments, and below known paths."""
    spec = context.spec
    fixed = [operation.path for operation in spec.operations if "{" not in operation.path]
    heads = [operation.path.removeprefix(spec.prefix) for operation in spec.operations]
    firsts = [f"/{head.split('/')[1]}" if head.count("/") > 1 else "" for head in heads]
    roots = [f"{spec.prefix}{first}/{_NAME}" for first in firsts if "{" not in first]
    below = [f"{path.rstrip('/')}/{_NAME}/{_NAME}" for path in fixed]
    return (
        *_select_free(context, roots)[:_MOST_ROOTS],
        *_select_free(context, below)[:_MOST_BELOW],
    )


def find_safe_operation(context: RunContext) -> str | None:
    """Find an operation that only reads and has an actor, if possible one with a credential."""
    known = [
        op.id for op in context.spec.operations if op.method == "GET" and op.id in context.actors
    ]
    return next((name for name in known if name in context.secured), next(iter(known), None))


def _select_free(context: RunContext, paths: list[str]) -> list[str]:
    """The paths that match no path of the document, each once."""
    templates = [operation.path for operation in context.spec.operations]
    return [
        path
        for path in dict.fromkeys(paths)
        if not any(selects_path(template, "", path) for template in templates)
    ]
