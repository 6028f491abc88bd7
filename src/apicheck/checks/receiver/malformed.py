"""A signed delivery whose body cannot be read breaks nothing."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    NotApplicable,
    Outcome,
    Script,
    Severity,
    Subject,
    alter,
    deliveries,
    steps,
)
from apicheck.checks.receiver import _forgeries, _survival

_DEEP, _LONG, _LONGER, _LONGEST = 5_000, 20_000, 256_000, 5_000_000
_BODIES = {
    "words": ("its body is no JSON", b"apicheck"),
    "cut-off": ("its body is cut off", b'{"id": "evt_1", "type":'),
    "not-utf8": ("its body is not UTF-8", b'{"id": "\xff\xfe"}'),
    "mark": ("its body begins with a byte order mark", b"\xef\xbb\xbf{}"),
    "twice-named": ("its body has two members of one name", b'{"id": "1", "id": "2"}'),
    "big-number": ("its body has a number of 30 digits", b'{"id": ' + b"9" * 30 + b"}"),
    "list": ("its body is a list", b"[]"),
    "null": ("its body is null", b"null"),
    "long": (f"its body has {_LONG} bytes more", b'{"apicheck": "' + b"x" * _LONG + b'"}'),
    "longer": (f"its body has {_LONGER} bytes more", b'{"apicheck": "' + b"x" * _LONGER + b'"}'),
    "longest": (f"its body has {_LONGEST} bytes more", b'{"apicheck": "' + b"x" * _LONGEST + b'"}'),
    "nested": (f"its body has {_DEEP} lists in one another", b"[" * _DEEP + b"]" * _DEEP),
}


def applies(subject: Subject) -> Applies | NotApplicable:
    """To a receiver of JSON."""
    found = _forgeries.applies_to(subject)
    if isinstance(found, NotApplicable):
        return found
    is_json = "json" in alter.media_type_of(deliveries.build_delivery(subject))
    return found if is_json else NotApplicable("its deliveries are not JSON")


def cases(_: Subject) -> tuple[Case, ...]:
    """A row for each body."""
    return tuple(Case(name, about) for name, (about, _) in _BODIES.items())


def script(subject: Subject) -> Script:
    """Send the body with a valid signature, then the usual delivery."""
    _, body = _BODIES[subject.row.name]
    request = replace(deliveries.build_delivery(subject), body=body)
    signed = yield from steps.sign(request)
    if len(body) >= _LONG:  # who refuses a long body may close the connection (RFC 9110, 15.5.14)
        yield from steps.send(signed)
    elif (yield from _survival.send(signed)).response is None:
        return
    yield from deliveries.deliver(subject)


CHECK = Check(
    title="A signed delivery that cannot be read breaks nothing",
    failure_title="A signed delivery that cannot be read breaks the receiver",
    applies=applies,
    cases=cases,
    script=script,
    judge=_survival.judge,
    reads=_forgeries.FACTS,
    judges_errors=_survival.ENDED,
    actor="receiver",
    standards=("rfc9110#15.6.1", "rfc8259#8.1"),
    outcomes=(Outcome("error", Severity.LOW),),
    proven_by={"error": ("receiver/fails-on-unreadable-body",)},
    accepted=True,
)
