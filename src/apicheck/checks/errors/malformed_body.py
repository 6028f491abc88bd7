"""A body that cannot be parsed as JSON is refused as promised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from apicheck.authoring import Case, NotApplicable, Request, Subject, spreading
from apicheck.authoring.refusals import by_row, refusal
from apicheck.checks.errors._refusals import json_recipe, promised


def _insert_stray_byte(body: bytes) -> bytes:
    """Insert a byte that UTF-8 does not allow into the first text, or into a new member."""
    start, mark, rest = body.partition(b'":"')
    return start + mark + b"\xff" + rest if mark else b'{"apicheck":"\xff",' + body[1:]


ALTERED: Mapping[str, Callable[[bytes], bytes]] = {
    "cut short": lambda body: body[:-1],
    "a word": lambda _: b"apicheck",
    "not UTF-8": _insert_stray_byte,
}
"""Name -> how the canonical body is broken. Text after the JSON, comments and extra commas are
left out: some parsers take them, and are allowed to (RFC 8259 section 9)."""


def applies_to(subject: Subject) -> NotApplicable | None:
    """Only operations that take a JSON object."""
    recipe = json_recipe(subject)
    if recipe is None or not (isinstance(recipe.body, Mapping) and recipe.body):
        return NotApplicable("its request has no JSON object as its body")
    return None


def cases(_: Subject) -> tuple[Case, ...]:
    """Each way in which a text is not JSON."""
    return spreading.spread((Case(name, name) for name in ALTERED), "JSON bodies")


def alter(subject: Subject, request: Request) -> Request:
    """Break the body."""
    return replace(request, body=ALTERED[subject.row.name](request.body or b"{}"))


CHECK = refusal(
    title="A body that cannot be parsed is refused as promised",
    failure_title="A body that cannot be parsed is not refused as promised",
    fact="requests.syntax",
    promise=promised("syntax"),
    applies_to=applies_to,
    cases=cases,
    rows_each=1,
    alter=alter,
    detail=by_row,
    standards=("rfc8259#2", "rfc8259#8.1", "rfc9110#15.5.1"),
    proven_by={
        "accepted": ("errors/mends-json", "errors/replaces-bad-characters"),
        "wrong-status": ("errors/malformed-body-answered-with-other-status",),
    },
)
