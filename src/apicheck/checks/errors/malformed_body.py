"""A body that is not JSON is refused as promised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Judgement,
    NotApplicable,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    steps,
)
from apicheck.checks.errors._refusals import json_recipe, judge_promised_refusal, not_promised


def _with_stray_byte(body: bytes) -> bytes:
    """With a byte that UTF-8 has not, at the beginning of the first text, or in a new member."""
    start, mark, rest = body.partition(b'":"')
    return start + mark + b"\xff" + rest if mark else b'{"apicheck":"\xff",' + body[1:]


ALTERED: Mapping[str, Callable[[bytes], bytes]] = {
    "cut short": lambda body: body[:-1],
    "a word": lambda _: b"apicheck",
    "not UTF-8": _with_stray_byte,
}
"""Name -> what becomes of the canonical body. Text after the JSON, and comments or commas in it,
are left out: there are parsers that take them, and are allowed to (RFC 8259 section 9)."""


def applies(subject: Subject) -> Applies | NotApplicable:
    """To operations that take a JSON object."""
    if why := not_promised(subject, "syntax"):
        return why
    recipe = json_recipe(subject)
    if recipe is None or not (isinstance(recipe.body, Mapping) and recipe.body):
        return NotApplicable("its request has no JSON object as its body")
    return Applies(facts=("requests.syntax",))


def cases(_: Subject) -> tuple[Case, ...]:
    """Each way in which a text is no JSON."""
    return tuple(Case(name, name) for name in ALTERED)


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then with a body that is no JSON."""
    assert subject.case is not None  # cases() made it
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    altered = ALTERED[subject.case.name](request.body or b"{}")
    yield from steps.send(replace(request, body=altered))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with another status."""
    return judge_promised_refusal(
        subject, transcript, "syntax", subject.case.name if subject.case else ""
    )


CHECK = Check(
    title="A body that cannot be parsed is refused as promised",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("requests.syntax",),
    standards=("rfc8259#2", "rfc8259#8.1", "rfc9110#15.5.1"),
    outcomes=(Outcome("accepted", Severity.MEDIUM), Outcome("wrong-status", Severity.LOW)),
    proven_by={
        "accepted": ("errors/mends-json", "errors/replaces-bad-characters"),
        "wrong-status": ("errors/malformed-body-answered-with-other-status",),
    },
    also={
        "errors/mends-json": ("scopes/foreign-in-list",),
        "errors/replaces-bad-characters": ("scopes/foreign-in-list",),
    },
)
