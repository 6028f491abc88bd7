"""A delivery that comes again is processed once."""

from __future__ import annotations

from apicheck.authoring import (
    Case,
    Check,
    Failure,
    Inconclusive,
    Judgement,
    Outcome,
    Request,
    Script,
    Send,
    Severity,
    Steps,
    Subject,
    Transcript,
    deliveries,
    steps,
)
from apicheck.checks.receiver import _effects, _forgeries

_AT_ONCE = 20
_ROWS = (
    Case("same", "the same bytes come twice"),
    Case("retry", "it comes twice, signed anew at another time, as senders do after a failure"),
    Case("together", f"it comes {_AT_ONCE} times at once"),
)


def cases(_: Subject) -> tuple[Case, ...]:
    """Ways in which a delivery comes again."""
    return _ROWS


def script(subject: Subject) -> Script:
    """Deliver once, another one again and again, a third; see how often they were processed."""
    yield from _effects.deliver_as(subject, "once")
    request = deliveries.build_delivery(subject)
    if subject.row.name == "together":
        signed = yield from steps.sign(request, id="again")
        yield from steps.send_together(*(Send(signed) for _ in range(_AT_ONCE)))
    else:
        yield from _deliver_twice(request, anew=subject.row.name == "retry")
    yield from _effects.deliver_as(subject, "last")
    yield from _effects.count("last", 1)
    yield from _effects.count("once", 1)
    yield from _effects.count("again")


def _deliver_twice(request: Request, *, anew: bool) -> Steps[None]:
    first = yield from steps.sign(request, id="again", age_s=2.0)
    yield from steps.send(first)
    again = (yield from steps.sign(request, id="again")) if anew else first
    yield from steps.send(again)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The repetition may be acknowledged or refused; its id may stand there as often as one."""
    _, once, again = _effects.read_counts(transcript)
    if not once or not again:
        return Inconclusive("the effects do not show a valid delivery")
    if again <= once:
        return None
    return Failure(
        "raced" if subject.row.name == "together" else "processed-again",
        f"one effect: {subject.row.value}",
        f"among the processed ones its id {again}x, that of a delivery that came once {once}x",
        subject.row.name,
        transcript.exercised[-1].id,
    )


CHECK = Check(
    title="A delivery that comes again is processed once",
    failure_title="A delivery that comes again is processed again",
    applies=_forgeries.applies_with_effects,
    cases=cases,
    script=script,
    judge=judge,
    reads=_forgeries.FACTS,
    actor="receiver",
    standards=("standard-webhooks-1.0.0",),
    outcomes=(Outcome("processed-again", Severity.HIGH), Outcome("raced", Severity.HIGH)),
    proven_by={
        "raced": ("receiver/notes-late-what-it-did",),
        "processed-again": (
            "receiver/processes-again",
            "receiver/remembers-body-and-time",
        ),
    },
    accepted=True,
)
