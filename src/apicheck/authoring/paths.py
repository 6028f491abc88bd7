"""Unknown ids and undefined paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from apicheck.model.exchange import Request
from apicheck.model.json import Json
from apicheck.model.received import parse_count
from apicheck.model.selector import selects_path
from apicheck.model.step import EndOfScript, Steps
from apicheck.model.subject import RunContext, Subject
from apicheck.model.verdict import NotTested, NotTestedKind
from apicheck.requests import build
from apicheck.requests.flattening import flatten_schema
from apicheck.requests.naming import fits

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

_VERSION = re.compile(r"v\d\w*(?:[.-]\w+)*", re.IGNORECASE)
_NUMBERED = re.compile(r"(/(?:[^/]+/)*?)v(\d+)(/.*)")
_FAR = 97
"""How many versions ahead of all others one is that nobody has planned."""
_TRIED = 5
"""How many operations are tried until the target accepts the request of one."""

NO_SAFE_OPERATION = NotTested(
    NotTestedKind.NEEDS_IDENTITY,
    "no identity may call an operation that only reads",
    '[identities.admin]\ntoken_env = "ADMIN_TOKEN"  # or --token-env ADMIN_TOKEN',
)
"""The result of a check that needs one of `list_safe_operations` where there is none."""


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
    if tail.isascii() and tail.isdigit() and len(tail) <= _SHORT:
        yield f"{known}0000"
    first, last = tail[:-12], tail[-12:]
    yield head + first + last.translate(_OTHERS)
    yield head + first + last.translate(_OTHER_LETTERS)
    yield f"{known}0000"


def _fits(draft: str, schema: Mapping[str, Json]) -> bool:
    most = schema.get("maximum")
    number = parse_count(draft)
    too_large = isinstance(most, int) and number is not None and number > most
    return not too_large and fits(draft, schema)


def undefined_paths(context: RunContext) -> tuple[str, ...]:
    """Paths that no operation has: at the roots of the API, and below those that hold no objects.

    A root is the base path, with the version behind it where paths have one. Beside the paths of
    another folder a name may be taken for an object that is not there, or is somebody else's.
    """
    spec = context.spec
    roots = [f"{_root_of(operation.path, spec.prefix)}/{_NAME}" for operation in spec.operations]
    fixed = [operation.path for operation in spec.operations if "{" not in operation.path]
    collections = {op.path.partition("/{")[0] for op in spec.operations if "/{" in op.path}
    leaves = [path for path in fixed if path not in collections]
    below = [f"{path.rstrip('/')}/{_NAME}/{_NAME}" for path in leaves or fixed]
    return (
        *_select_free(context, roots)[:_MOST_ROOTS],
        *_select_free(context, below)[:_MOST_BELOW],
    )


def far_versions(context: RunContext) -> tuple[str, ...]:
    """A path of the document with a version far ahead of all that paths have.

    () where paths have no version, or the policy says what becomes of unknown ones.
    """
    facts = context.facts.versioning
    if facts is not None and (facts.unknown is not None or facts.future is not None):
        return ()
    numbered = [
        (int(match[2]), f"{match[1]}v{{}}{match[3]}")
        for operation in context.spec.operations
        if operation.method == "GET"
        and "{" not in operation.path
        and (match := _NUMBERED.fullmatch(operation.path))
    ]
    if not numbered:
        return ()
    highest, template = max(numbered)
    return _select_free(context, [template.format(highest + _FAR)])


def _select_free(context: RunContext, paths: list[str]) -> tuple[str, ...]:
    """The paths that match no path of the document, each once."""
    templates = [operation.path for operation in context.spec.operations]
    return tuple(
        path
        for path in dict.fromkeys(paths)
        if not any(selects_path(template, "", path) for template in templates)
    )


def list_safe_operations(context: RunContext) -> tuple[str, ...]:
    """List the operations that read and have an actor, the likeliest to be accepted first.

    Those with a credential come before the others, those that name no object before those that do.
    """
    known = [op for op in context.spec.operations if op.method == "GET" and op.id in context.actors]
    ranked = sorted(known, key=lambda op: (op.id not in context.secured, "{" in op.path))
    return tuple(operation.id for operation in ranked)


def send_safe_request(subject: Subject) -> Steps[Request]:
    """Make a request that the target accepts, of the first operation where it does.

    Ends the script when it accepts none.
    """
    context, refusal = subject.context, None
    for operation in list_safe_operations(context)[:_TRIED]:
        try:
            yield from build.send_control(subject, operation)
            return (yield from build.valid_request(subject, operation))
        except EndOfScript as end:
            refusal = refusal or end
    raise refusal or EndOfScript(NO_SAFE_OPERATION)


def _root_of(path: str, prefix: str) -> str:
    """The base path, and the version that a path has behind it."""
    first = path.removeprefix(prefix).split("/")[1]
    return f"{prefix}/{first}" if _VERSION.fullmatch(first) else prefix
