"""Who sends forgeries again and again has none of them accepted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from statistics import median

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Claims,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Request,
    Script,
    Severity,
    StatusSet,
    Subject,
    Transcript,
    deliveries,
    describe,
    steps,
)
from apicheck.checks.receiver import _forgeries, _timing
from apicheck.checks.receiver._variants import enlarge

_PAIRS = 1000
_LONG_ONES, _LONG = 50, 5_000_000
_ROWS = (
    Case("short", f"{2 * _PAIRS} forgeries whose signatures differ in one character"),
    Case("long", f"{_LONG_ONES} forgeries with {_LONG} bytes more than usual"),
)
_EARLY, _LATE = "signature-first-character", "signature-late-character"
"""Forgeries whose signatures differ from the right one in one character."""
_OVERLOADED = 503
_BUSY = (429, _OVERLOADED)
_SERVER_ERROR = 500
_NOT_ASKED = NotTested(
    NotTestedKind.SELECTED_OUT,
    "thousands of forgeries are sent with --load alone",
    "[receiver]\nload = true",
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the operator asks for it; after all other checks, and with none beside it."""
    found = _forgeries.applies_to(subject)
    if isinstance(found, NotApplicable):
        return found
    if not deliveries.describe_near_misses(subject).keys() >= {_EARLY, _LATE}:
        return NotApplicable("the scheme has no signature that is compared")
    if "load" not in subject.context.capabilities:
        return _NOT_ASKED
    return Applies(
        requests=2 * _PAIRS,
        claims=Claims(exclusive=frozenset({"clock"})),
        last=True,
        facts=found.facts,
        provokes=StatusSet(("429", "5xx")),
    )


def cases(_: Subject) -> tuple[Case, ...]:
    """Many short ones, and some that cost more to read."""
    return _ROWS


def script(subject: Subject) -> Script:
    """Send forgeries until one gets 2xx; then, where effects show, note whether it had one."""
    request = deliveries.build_delivery(subject)
    if subject.row.name == "long":
        forged = yield from steps.sign(enlarge(request, _LONG), _EARLY, id=_forgeries.FORGED)
        every: Iterator[Request] = repeat(forged, _LONG_ONES)
    else:
        early = yield from steps.sign(request, _EARLY, id=_forgeries.FORGED)
        late = yield from steps.sign(request, _LATE, id=_forgeries.FORGED)
        every = _take_turns(early, late)
    for one in every:
        exchange = yield from steps.send(one, paced=False)
        if exchange.succeeded:
            yield from _forgeries.deliver_and_count(subject)
            return


def _take_turns(early: Request, late: Request) -> Iterator[Request]:
    """Pairs of the two forgeries; which of them comes first alternates."""
    for number in range(_PAIRS):
        yield from (early, late) if number % 2 else (late, early)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Each must be refused; a receiver that refuses by 429 or 503 protects itself."""
    sent = transcript.exercised
    if _forgeries.is_left_alone(transcript):
        return Inconclusive("the receiver responds with 2xx to a forgery, and does nothing with it")
    broken = (one for one in sent if one.status >= _SERVER_ERROR and one.status != _OVERLOADED)
    for outcome, found in (("accepted", (one for one in sent if one.succeeded)), ("error", broken)):
        for one in found:
            expected = f"a refusal by 4xx of each of {subject.row.value}"
            actual = f"{describe(one)} for number {sent.index(one) + 1}"
            return Failure(outcome, expected, actual, exchange=one.id)
    return None


def learn(subject: Subject, transcript: Transcript) -> str:
    """How long long ones take, or what the time of short ones tells about the right signature."""
    sent = transcript.exercised
    if any(one.response is None or one.status in _BUSY for one in sent):
        return ""
    took = [one.received_at - one.sent_at for one in sent]
    if subject.row.name == "long":
        return f"half took up to {1000 * median(took):.0f} ms"
    return _describe_difference(took)


def _describe_difference(took: list[float]) -> str:
    """Whether the time tells how much of a signature is right, as far as a network lets see."""
    pairs = [
        (one, two) if number % 2 else (two, one)
        for number, (one, two) in enumerate(zip(took[::2], took[1::2], strict=True))
    ]
    found = _timing.compare([early for early, _ in pairs], [late for _, late in pairs])
    seen = "a difference is seen" if found.is_seen else "no difference is seen"
    advice = "; compare signatures in constant time" if found.is_seen else ""
    words = "more where a signature is wrong at its end, in place of its start"
    return f"{seen}: {found.describe()} {words}{advice}"


CHECK = Check(
    title="Of thousands of forgeries none is accepted",
    failure_title="Of thousands of forgeries one is accepted, or breaks the receiver",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    learn=learn,
    reads=_forgeries.FACTS,
    actor="receiver",
    standards=("https://cwe.mitre.org/data/definitions/208.html",),
    outcomes=(Outcome("accepted", Severity.CRITICAL), Outcome("error", Severity.MEDIUM)),
    proven_by={
        "accepted": ("receiver/gives-in",),
        "error": ("receiver/keeps-connections-of-the-refused", "receiver/keeps-what-it-refuses"),
    },
)
