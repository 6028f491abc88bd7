"""Which deliveries a receiver has processed, where the target file says that this shows."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.authoring import (
    NotTested,
    NotTestedKind,
    Role,
    Steps,
    Subject,
    Transcript,
    deliveries,
    steps,
)

UNSEEN = NotTested(
    NotTestedKind.NEEDS_EFFECTS,
    "nothing shows which deliveries the receiver has processed",
    '[effects]\nurl = "http://127.0.0.1:9000/processed"  # or file = …; or --effects URL|FILE',
)

_HIDDEN = "valid deliveries whose effects did not show"
_TRIES = 2
"""So many of them are waited for; then the effects stand elsewhere than the target file says."""


def are_seen(subject: Subject) -> bool:
    """Whether the target file says where effects show."""
    return "processed" in subject.context.capabilities


def deliver_as(subject: Subject, name: str) -> Steps[None]:
    """Send a valid delivery whose effect will be asked for under a name."""
    signed = yield from steps.sign(deliveries.build_delivery(subject), id=name)
    yield from steps.send(signed, Role.CONTROL)


def count(name: str, at_least: int = 0) -> Steps[None]:
    """Note in the transcript how often a delivery was processed.

    at_least: wait until it was processed so often, or for some seconds. A delivery that came before
    a processed one needs no wait: it is processed by then, if it ever is.
    """
    yield from steps.ask("processed", id=name, at_least=at_least)


def count_both(valid: str, forged: str) -> Steps[None]:
    """Note how often two deliveries were processed, unless effects have not shown twice."""
    hidden = yield from steps.recall(_HIDDEN)
    missed = hidden if isinstance(hidden, int) else 0
    if missed == _TRIES:
        return
    found = yield from steps.ask("processed", id=valid, at_least=1)
    if not found or not found["count"]:
        yield from steps.learn(_HIDDEN, missed + 1)
    yield from count(forged)


def read_counts(transcript: Transcript) -> tuple[int, ...]:
    """The counts that the script noted, in the order in which it did."""
    found = [one.get("count") for one in transcript.answers if isinstance(one, Mapping)]
    return tuple(number for number in found if isinstance(number, int))
