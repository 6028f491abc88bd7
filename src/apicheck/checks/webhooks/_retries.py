"""Repeated deliveries: how long the script waits for one, and whether it can."""

from __future__ import annotations

from apicheck.authoring import Exchange, NotApplicable, NotTested, Steps, Subject, applying, steps
from apicheck.authoring.facts import Webhooks
from apicheck.checks.webhooks import _arrivals, _hooks

_LONGEST_S = 30.0
"""Waited for real, where no clock can be moved."""
_LATE = 1.5
"""A retry may take so many times its gap: the policy's schedule is rarely a promise to the second,
and servers spread their retries on purpose."""
_SLACK_S = 2.0
PATIENCE_S = 2.0
"""Real seconds that a retry may take that is due since the clock was moved: a server may look for
those once a second."""
_SOON_S = 0.3
"""The same, where the run has seen already that a retry did not come."""
_NOTED_S = 0.02
"""Real seconds that a server has to note what became of an attempt, before its clock is moved: by
the control protocol it reads first what has come."""
_MISSED = "no delivery was repeated"


def list_gaps(subject: Subject) -> tuple[float, ...]:
    """The promised seconds before each retry; none where the policy promises no webhooks."""
    webhooks = subject.facts.webhooks
    return webhooks.delivery.retries_s if isinstance(webhooks, Webhooks) else ()


def find_obstacle(
    subject: Subject, *, waits: float | None = None
) -> NotApplicable | NotTested | None:
    """Why no retry can be observed; None where one can.

    waits: seconds that pass, where they are not those before the first retry.
    """
    if obstacle := _hooks.find_obstacle(subject):
        return obstacle
    if not list_gaps(subject):
        return NotApplicable("the policy promises no retries")
    seconds = longest_wait(subject) if waits is None else waits
    if not _hooks.has_clock(subject) and seconds > _LONGEST_S:
        why = f"the retry may take {seconds:g} s, and the target's clock cannot be moved"
        return applying.needs_control(why, "clock")
    return None


def longest_wait(subject: Subject, number: int = 0) -> float:
    """Seconds after which a retry (0: the first) has come, if it comes."""
    return list_gaps(subject)[number] * _LATE + _SLACK_S


def await_retry(
    subject: Subject,
    hook: _hooks.Hook,
    first: Exchange,
    number: int = 0,
    respond: int | None = None,
) -> Steps[Exchange | None]:
    """Let the gap before a retry pass, and receive it; None where it does not come.

    first: the delivery that is repeated. number: of the retry (0: the first). respond: the status
    of the listener's responses from now on.
    """
    seconds = longest_wait(subject, number)
    if not _hooks.has_clock(subject):
        return (yield from _receive(subject, hook, first, seconds, respond))
    if early := (yield from _receive(subject, hook, first, _NOTED_S, respond)):
        return early
    yield from steps.wait(seconds, "a delivery is repeated")
    missed = yield from steps.recall(_MISSED)
    came = yield from _receive(subject, hook, first, _SOON_S if missed else PATIENCE_S)
    if came is None:
        yield from steps.learn(_MISSED, True)
    return came


def _receive(
    subject: Subject,
    hook: _hooks.Hook,
    first: Exchange,
    patience: float,
    respond: int | None = None,
) -> Steps[Exchange | None]:
    """Receive until the delivery comes again; other scripts of the run may cause further ones."""
    for _ in range(_arrivals.MANY):
        came = yield from steps.receive(hook.path, 1, patience, respond)
        again = _hooks.repetitions(subject, (first, *came))
        if not came or len(again) > 1:
            return again[1] if len(again) > 1 else None
    return None
