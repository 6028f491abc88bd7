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

_AT_ONCE, _IN_A_ROW = 16, 40
_ROWS = (
    Case("together", f"{_AT_ONCE} valid deliveries at once"),
    Case("burst", f"{_IN_A_ROW} valid deliveries without a pause"),
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
        requests=_IN_A_ROW,
        claims=Claims(exclusive=frozenset({"clock"})),
        last=True,
        facts=found.facts,
        provokes=StatusSet((str(_TOO_MANY), "5xx")),
    )


def cases(_: Subject) -> tuple[Case, ...]:
    """At once, and one after another."""
    return _ROWS


def script(subject: Subject) -> Script:
    """Send the deliveries; then see which were processed, where that shows."""
    request = deliveries.build_delivery(subject)
    together = subject.row.name == "together"
    names = [f"delivery-{number}" for number in range(_AT_ONCE if together else _IN_A_ROW)]
    signed = []
    for name in names:
        signed.append((yield from steps.sign(request, id=name)))  # noqa: PERF401  (nothing else can yield)
    if together:
        yield from steps.send_together(*(Send(one) for one in signed))
    else:
        for one in signed:
            yield from steps.send(one)
    if "processed" in subject.context.capabilities:
        yield from _count_each(names)


def _count_each(names: list[str]) -> Steps[None]:
    """Note how often each was processed. Once one is missed, all had the time that there is."""
    wait_for = 1
    for name in names:
        found = yield from steps.ask("processed", id=name, at_least=wait_for)
        if not found or not found["count"]:
            wait_for = 0


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Each must get 2xx, unless its sender is told to come later; and each must be processed."""
    sent = transcript.exercised
    refused = [one for one in sent if not one.succeeded]
    if refused and all(_is_told_to_wait(one) for one in refused):
        return Inconclusive(f"the receiver tells its sender to come later ({describe(refused[0])})")
    if refused:
        expected = f"2xx for each of {subject.row.value}"
        got = f"{describe(refused[0])}, one of {len(refused)} that were not accepted"
        return Failure("refused", expected, got, subject.row.name, refused[0].id)
    counts = _effects.read_counts(transcript)
    if counts and not any(counts):
        return Inconclusive("the effects do not show a valid delivery")
    if all(counts):
        return None
    expected = f"an effect of each of {subject.row.value}, as each got 2xx"
    got = f"the id of number {counts.index(0) + 1} not among the processed ones"
    return Failure("lost", expected, got, subject.row.name)


def learn(_: Subject, transcript: Transcript) -> str:
    """How long they took."""
    took = [one.received_at - one.sent_at for one in transcript.exercised]
    return f"half took up to {1000 * median(took):.0f} ms, the slowest {1000 * max(took):.0f} ms"


def _is_told_to_wait(exchange: Exchange) -> bool:
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
