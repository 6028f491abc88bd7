"""Many deliveries in a short time are all acknowledged and processed."""

from __future__ import annotations

from statistics import median

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Claims,
    Exchange,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Script,
    Send,
    Severity,
    StatusSet,
    Steps,
    Subject,
    Transcript,
    deliveries,
    describe,
    steps,
)
from apicheck.checks.receiver import _effects, _forgeries

_AT_ONCE, _PER_SECOND, _SECONDS = 16, 100, 10
_ROWS = (
    Case("together", f"{_AT_ONCE} valid deliveries at once"),
    Case("burst", f"{_PER_SECOND} valid deliveries a second, for {_SECONDS} seconds"),
)
_TOO_MANY, _UNAVAILABLE = 429, 503
_NOT_ASKED = NotTested(
    NotTestedKind.SELECTED_OUT,
    "many deliveries in a short time are sent with --load alone",
    "[receiver]\nload = true",
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the operator asks for it; after all other checks, and with none beside it."""
    found = _forgeries.applies_to(subject)
    if isinstance(found, NotApplicable):
        return found
    if "load" not in subject.context.capabilities:
        return _NOT_ASKED
    return Applies(
        requests=_PER_SECOND * _SECONDS,
        claims=Claims(exclusive=frozenset({"clock"})),
        last=True,
        facts=found.facts,
        provokes=StatusSet((str(_TOO_MANY), "5xx")),
    )


def cases(_: Subject) -> tuple[Case, ...]:
    """At once, and spread over some seconds."""
    return _ROWS


def script(subject: Subject) -> Script:
    """Send the deliveries; then see which were processed, where that shows.

    A second in which one is refused is the last: what follows would show nothing more.
    """
    together = subject.row.name == "together"
    count, rate, times = (_AT_ONCE, None, 1) if together else (_PER_SECOND, _PER_SECOND, _SECONDS)
    accepted: list[str] = []
    for time in range(times):
        names = [f"delivery-{time * count + number}" for number in range(count)]
        sent = yield from _deliver(subject, names, rate)
        if any(map(_is_refused, sent)):
            return
        accepted += (name for name, one in zip(names, sent, strict=True) if one.succeeded)
    if "processed" in subject.context.capabilities:
        yield from _count_each(accepted)


def _deliver(
    subject: Subject, names: list[str], per_second: int | None
) -> Steps[tuple[Exchange, ...]]:
    """Send a valid delivery under each name."""
    request = deliveries.build_delivery(subject)
    signed = []
    for name in names:
        signed.append((yield from steps.sign(request, id=name)))  # noqa: PERF401  (nothing else can yield)
    sends = (Send(one, paced=False) for one in signed)
    return (yield from steps.send_together(*sends, per_second=per_second))


def _count_each(names: list[str]) -> Steps[None]:
    """Note how often each was processed. Once one is missed, all had the time that there is."""
    wait_for = 1
    for name in names:
        found = yield from steps.ask("processed", id=name, at_least=wait_for)
        if not found or not found["count"]:
            wait_for = 0


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Each must get 2xx, or be put off; and what got 2xx must be processed."""
    sent = transcript.exercised
    refused = [one for one in sent if _is_refused(one)]
    if refused:
        expected = f"2xx for each of {subject.row.value}"
        got = f"{describe(refused[0])}, one of {len(refused)} that were not accepted"
        return Failure("refused", expected, got, subject.row.name, refused[0].id)
    if not any(one.succeeded for one in sent):
        return Inconclusive(f"the receiver tells its sender to come later ({describe(sent[0])})")
    counts = _effects.read_counts(transcript)
    if counts and not any(counts):
        return Inconclusive("the effects do not show a valid delivery")
    if all(counts):
        return None
    expected = "an effect of each delivery that got 2xx"
    got = f"{counts.count(0)} of {len(counts)} without one"
    return Failure("lost", expected, got, subject.row.name)


def learn(_: Subject, transcript: Transcript) -> str:
    """How long they took, and how many were put off."""
    sent = transcript.exercised
    took = [one.received_at - one.sent_at for one in sent]
    words = f"half took up to {1000 * median(took):.0f} ms, the slowest {1000 * max(took):.0f} ms"
    put_off = sum(map(_is_put_off, sent))
    return f"{words}; {put_off} of {len(sent)} were to come later" if put_off else words


def _is_refused(exchange: Exchange) -> bool:
    return not exchange.succeeded and not _is_put_off(exchange)


def _is_put_off(exchange: Exchange) -> bool:
    """Whether the sender is to send the delivery again, and when."""
    response = exchange.response
    if response is None or exchange.status not in (_TOO_MANY, _UNAVAILABLE):
        return False
    return exchange.status == _TOO_MANY or response.header("retry-after") is not None


CHECK = Check(
    title="Many deliveries in a short time are acknowledged and processed",
    failure_title="Many deliveries in a short time are refused or lost",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    learn=learn,
    reads=_forgeries.FACTS,
    actor="receiver",
    standards=("standard-webhooks-1.0.0",),
    outcomes=(Outcome("refused", Severity.MEDIUM), Outcome("lost", Severity.HIGH)),
    proven_by={
        "refused": ("receiver/keeps-its-connections",),
        "lost": ("receiver/drops-under-load",),
    },
    accepted=True,
)
