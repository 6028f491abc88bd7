"""What the checks of lists since a moment and of pages have in common."""

from __future__ import annotations

from datetime import UTC, datetime

from apicheck.authoring import Operation, Part, Request, Subject, alter

HOUR_S = 3600
"""Well before whatever the run changes itself."""


def find_creator(subject: Subject) -> Operation | None:
    """The POST of a list's own path, if it may be sent; None where there is none."""
    context = subject.context
    known = (one for one in context.spec.operations if one.path == subject.op.path)
    return next((o for o in known if o.method == "POST" and o.id in context.actors), None)


def ask_since(subject: Subject, request: Request, parameter: str, moment: float) -> Request:
    """The request of a list, for what was changed since a moment (epoch seconds)."""
    return alter.with_part(request, subject.op, Part("query", parameter), write_moment(moment))


def write_moment(moment: float) -> str:
    """A moment (epoch seconds) in whole seconds, in UTC (RFC 3339 section 5.6)."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
