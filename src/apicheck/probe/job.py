"""What the driver plays: the script of a probe, or of the run itself, and what it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from apicheck.model.check import Claims
from apicheck.model.facts import Webhooks
from apicheck.model.plan import Probe
from apicheck.model.step import Script
from apicheck.model.subject import Subject, SubjectKind


@dataclass(frozen=True, slots=True)
class Job:
    """A script, ready to play. provokes, accepted: as its check says.

    seconds: the longest that it waits; others then find a limit as new.
    """

    key: str
    subject: Subject
    script: Callable[[Subject], Script]
    claims: Claims = field(default_factory=Claims)
    last: bool = False
    seconds: float = 0.0
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
        claims=_claims_of(probe),
        last=probe.applies.last,
        seconds=probe.applies.seconds,
        provokes=check.provokes | set(probe.subject.provokes.exact),
        accepted=check.accepted,
    )


def _claims_of(probe: Probe) -> Claims:
    """What the check claims, and what an example creates: its number may be limited."""
    claims, subject = probe.applies.claims, probe.subject
    named = [step.operation for step in subject.clause.example] if subject.clause else []
    creates = {name for name in named if subject.context.spec.operation(name).method == "POST"}
    webhooks = subject.facts.webhooks
    subscriptions = webhooks.subscriptions if isinstance(webhooks, Webhooks) else None
    if subscriptions and subscriptions.limit is not None and subject.kind is SubjectKind.EVENT:
        creates.add(subscriptions.create)
    return replace(claims, exclusive=claims.exclusive | {f"creates:{name}" for name in creates})
