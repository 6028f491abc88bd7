"""What the checks of members that are added on request share."""

from __future__ import annotations

from apicheck.authoring import NotApplicable, Subject
from apicheck.authoring.facts import Embed
from apicheck.checks.formats._parameters import is_promised_for


def find_promise(subject: Subject) -> Embed | NotApplicable:
    """What the policy says of a read with the parameter that adds members."""
    facts = subject.facts.formats.embed
    if facts is None:
        return NotApplicable("the policy promises no members that are added on request")
    if not is_promised_for(subject, facts):
        return NotApplicable(f"it is no read with the parameter {facts.parameter}")
    return facts
