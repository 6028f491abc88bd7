"""Where an operation has the parameter by which a format is promised."""

from __future__ import annotations

from apicheck.authoring import Subject
from apicheck.authoring.facts import Embed, Since


def has_query_parameter(subject: Subject, name: str) -> bool:
    """Whether the document names a query parameter for the operation."""
    return any(one.place == "query" and one.name == name for one in subject.op.parameters)


def is_promised_for(subject: Subject, promise: Embed | Since) -> bool:
    """Whether an operation is a read that a promise selects, and has its parameter."""
    selected = subject.op.method == "GET" and subject.context.selects(promise.ops, subject.op)
    return selected and has_query_parameter(subject, promise.parameter)
