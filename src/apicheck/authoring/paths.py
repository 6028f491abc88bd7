"""Unknown ids and undefined paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from apicheck.model.json import Json
from apicheck.model.selector import selects_path
from apicheck.model.subject import RunContext, Subject
from apicheck.model.verdict import NotTested, NotTestedKind
from apicheck.requests.naming import fits
from apicheck.requests.sampling import flatten_schema

_SHORT = 16
_PREFIX = re.compile(r"(?:[A-Za-z][A-Za-z0-9]*[_:.]|[A-Fa-f]*[G-Zg-z][A-Za-z]*-)+")
"""What says of which kind an id is: `bk_`, `user:`, `ord-`; no group of a UUID."""
_OTHERS = str.maketrans("0123456789abcdefABCDEF", "5678901234defabcDEFABC")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_OTHER_LETTERS = str.maketrans(
    _LETTERS + _LETTERS.upper() + "0123456789",
    _LETTERS[13:] + _LETTERS[:13] + (_LETTERS[13:] + _LETTERS[:13]).upper() + "5678901234",
)
_NAME = "apicheck-no-such-path"
_MOST_ROOTS, _MOST_BELOW = 4, 2

NO_SAFE_OPERATION = NotTested(
    NotTestedKind.NEEDS_IDENTITY,
    "no identity may call an operation that only reads",
    '[identities.admin]\ntoken_env = "ADMIN_TOKEN"',
)
"""The result of a check that needs `find_safe_operation` where it finds none."""


def make_absent_id(known: str, schema: Mapping[str, Json] | None = None) -> str:
    """Make an unknown id of the same form as a known one.

    A prefix such as `bk_` stays. Digits and hexadecimal letters behind it are replaced within
    their kind, so that a UUID stays one; a number, which may come from a counter, becomes far
    larger, unless the schema has no room for that.
    """
    drafts = [draft for draft in _draft_absent(known) if draft != known]
    return next((draft for draft in drafts if _fits(draft, schema or {})), drafts[0])


def schema_of(subject: Subject, parameter: str) -> Mapping[str, Json]:
    """The schema of a path parameter of the subject's operation; {} without one."""
    return next(
        (
            flatten_schema(subject.context.spec.document, one.schema)
            for one in subject.op.parameters
            if one.place == "path" and one.name == parameter
        ),
        {},
    )


def _draft_absent(known: str) -> Iterator[str]:
    prefix = _PREFIX.match(known)
    head = prefix[0] if prefix and prefix.end() < len(known) else ""
    tail = known[len(head) :]
    if tail.isdecimal() and len(tail) <= _SHORT:
        yield f"{known}0000"
    first, last = tail[:-12], tail[-12:]
    yield head + first + last.translate(_OTHERS)
    yield head + first + last.translate(_OTHER_LETTERS)
    yield f"{known}0000"


def _fits(draft: str, schema: Mapping[str, Json]) -> bool:
    most = schema.get("maximum")
    too_large = isinstance(most, int) and draft.isdecimal() and int(draft) > most
    return not too_large and fits(draft, schema)


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
