"""How long a script waits for a delivery, and what comes."""

from __future__ import annotations

from apicheck.authoring import Exchange, Inconclusive, Steps, Subject, steps
from apicheck.authoring.facts import Event
from apicheck.checks.webhooks import _hooks

_PATIENCE_S = 15.0
"""How long a delivery may take where the policy promises no time: some senders look at their queue
every ten seconds."""
_PATIENCE_ON_CLOCK_S = 5.0
"""The same where the target's clock can be moved: what is due comes when it is moved."""
MANY = 20
"""So many deliveries a script looks at, and no more."""
_GRACE_S = 0.3
"""How much longer a delivery may take that should not come, than the one that should and came."""
MARGIN_S = 2.0
"""How much later than promised a delivery may be seen: a network is between."""
_LATE_S = 10.0
"""How much longer a script waits, to tell what is late from what does not come."""
SETTLED_S = 0.02
"""Real seconds that a delivery takes which is under way when the target's clock was moved: the
control protocol moves it once what is due was delivered."""
_SEEN, _LATE, _NEVER = "the last delivery that was not in time", "late", "never"


def get_patience(subject: Subject) -> float:
    """How many seconds a delivery may take to come."""
    within = _hooks.facts_of(subject).delivery.within_s
    if within is not None:
        return within + MARGIN_S
    return _PATIENCE_ON_CLOCK_S if _hooks.has_clock(subject) else _PATIENCE_S


def expect(
    subject: Subject, hook: _hooks.Hook, event: Event, what: str = "", *, respond: int | None = None
) -> Steps[Exchange]:
    """Receive the delivery that must come for the script to go on. Ends it where none comes.

    A run in which an event was not delivered waits less the next time. what: which delivery.
    """
    missed = yield from steps.recall(_name_missed(event))
    patience = _GRACE_S if missed else get_patience(subject)
    came = yield from await_delivery(subject, hook, event, patience, respond)
    if came is None:
        yield from steps.learn(_name_missed(event), True)
        steps.end_script(explain_missing(subject, event, what, again=bool(missed)))
    return came


def explain_missing(
    subject: Subject, event: Event, what: str = "", *, again: bool = False
) -> Inconclusive:
    """Say what was tried in vain, and what may be in the way.

    what: which delivery. again: none came to an earlier script either, so this one waited less.
    """
    subscriptions, patience = _hooks.facts_of(subject).subscriptions, get_patience(subject)
    how = (
        f"{subscriptions.create} subscribed to it" if subscriptions else "it was subscribed by hand"
    )
    kind = f"{what} " if what else ""
    waited = f"{_GRACE_S:g} s, nor to others in {patience:g} s" if again else f"{patience:g} s"
    return Inconclusive(
        f"no {kind}delivery of {event.name} came in {waited}: {how}, and {event.cause} caused it,"
        " both with success",
        remedy=f"# {patience:g} s were waited. If deliveries take longer, let the policy say so:\n"
        "# webhooks.delivery.within\n"
        "[webhooks]\n"
        'public_url = "https://hooks.example.com"  # by which the target reaches the listener',
    )


def await_promised(subject: Subject, hook: _hooks.Hook, event: Event) -> Steps[None]:
    """Receive the delivery of an event, also one that comes later than promised.

    The script claims the clock, if that can be moved.
    """
    if (yield from await_delivery(subject, hook, event, (yield from _choose_patience(subject)))):
        return
    came = yield from _await_late(subject, hook, event)
    yield from steps.learn(_SEEN, _NEVER if came is None else _LATE)
    if came is None:
        yield from steps.learn(_name_missed(event), True)


def _choose_patience(subject: Subject) -> Steps[float]:
    """Real seconds in which a delivery is in time.

    Where one was not, a clock that can be moved is moved at once: the server has then delivered
    what was due.
    """
    if not _hooks.has_clock(subject):
        return get_patience(subject)
    seen = yield from steps.recall(_SEEN)
    return SETTLED_S if seen else min(get_patience(subject), _PATIENCE_ON_CLOCK_S)


def _await_late(subject: Subject, hook: _hooks.Hook, event: Event) -> Steps[Exchange | None]:
    within = _hooks.facts_of(subject).delivery.within_s
    if _hooks.has_clock(subject):
        for seconds in (within or _PATIENCE_ON_CLOCK_S, _LATE_S):
            yield from steps.wait(seconds, "a delivery may be late")
            if came := (yield from await_delivery(subject, hook, event, SETTLED_S)):
                return came
        return None
    if within is None or (yield from steps.recall(_SEEN)) == _NEVER:
        return None
    return (yield from await_delivery(subject, hook, event, _LATE_S))


def _name_missed(event: Event) -> str:
    return f"no delivery of {event.name}"


def await_delivery(
    subject: Subject, hook: _hooks.Hook, event: Event, patience: float, respond: int | None = None
) -> Steps[Exchange | None]:
    """Receive until something comes that may be of an event; None where nothing else comes."""
    webhooks = _hooks.facts_of(subject)
    for _ in range(MANY):
        came = yield from steps.receive(hook.path, 1, patience, respond)
        if not came:
            return None
        for delivery in came:
            named = _hooks.read_event(webhooks, delivery)
            if named in (event.name, *event.aliases) or named not in webhooks.events:
                return delivery
    return None


def see_more(subject: Subject, *hooks: _hooks.Hook) -> Steps[None]:
    """Receive what should not come, once what should has come.

    A clock that is moved has then delivered what was due.
    """
    grace = _GRACE_S
    if _hooks.has_clock(subject):
        yield from steps.wait(1.0, "a delivery may be under way")
        grace = SETTLED_S
    for hook in hooks:
        yield from steps.receive(hook.path, MANY, grace)
        grace = 0.0
