"""Whether a check applies to a subject, and what is missing where it cannot be played."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.check import Applies
from apicheck.model.facts import Facts
from apicheck.model.subject import Subject
from apicheck.model.verdict import NotApplicable, NotTested, NotTestedKind


def applies_where(
    holds: Callable[[Facts], object], otherwise: str, *facts: str
) -> Callable[[Subject], Applies | NotApplicable]:
    """Make the `applies` of a check that needs nothing but a promise.

    holds: whether the policy promises it. otherwise: why the check does not apply. facts: those of
    `Applies`.
    """

    def applies(subject: Subject) -> Applies | NotApplicable:
        return Applies(facts=facts) if holds(subject.facts) else NotApplicable(otherwise)

    return applies


def needs_control(reason: str, capability: str = "") -> NotTested:
    """Make the verdict of a check that only the control protocol can play.

    capability: the one that is missing, for the remedy.
    """
    remedy = '[control]\nurl = "http://127.0.0.1:9000"'
    more = f'  # with the capability "{capability}"' if capability else ""
    return NotTested(NotTestedKind.NEEDS_CONTROL, reason, f"{remedy}{more}")


def needs_full_mode(reason: str) -> NotTested:
    """Make the verdict of a check that changes more than the mode of the run allows."""
    return NotTested(NotTestedKind.READ_ONLY, reason, '[safety]\nmode = "full"')
