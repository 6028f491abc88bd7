"""What the driver plays: the script of a probe, or of the run itself, and what it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from apicheck.model.check import Claims
from apicheck.model.plan import Probe
from apicheck.model.step import Script
from apicheck.model.subject import Subject


@dataclass(frozen=True, slots=True)
class Job:
    """A script, ready to play. provokes, accepted: as its check declares them."""

    key: str
    subject: Subject
    script: Callable[[Subject], Script]
    claims: Claims = field(default_factory=Claims)
    last: bool = False
    provokes: frozenset[int] = frozenset()
    accepted: bool = True


def make_job(probe: Probe) -> Job:
    """A probe as a job. Raises ValueError for a passive check, which plays nothing."""
    check = probe.check
    if check.script is None:
        raise ValueError(f"{probe.key}: {check.id} is passive and has no script to play")
    return Job(
        key=probe.key,
        subject=probe.subject,
        script=check.script,
        claims=probe.applies.claims,
        last=probe.applies.last,
        provokes=check.provokes,
        accepted=check.accepted,
    )
