"""What the checks of members that are added on request share."""

from __future__ import annotations

from apicheck.authoring import NotApplicable, Subject
from apicheck.authoring.facts import Embed


def find_promise(subject: Subject) -> Embed | NotApplicable:
    """What the policy says of a read with the parameter that adds members."""
    facts = subject.facts.formats.embed
    if facts is None:
        return NotApplicable("the policy promises no members that are added on request")
    known = {one.name for one in subject.op.parameters if one.place == "query"}
    selected = subject.op.method == "GET" and subject.context.selects(facts.ops, subject.op)
    if not selected or facts.parameter not in known:
        return NotApplicable(f"it is no read with the parameter {facts.parameter}")
    return facts
