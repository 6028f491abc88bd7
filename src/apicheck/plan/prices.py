"""What the test of each limit costs, before anything is sent, and how the limit is tested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apicheck.model.facts import Bucket
from apicheck.model.plan import Plan, Probe
from apicheck.model.subject import SubjectKind
from apicheck.model.verdict import NotTested

LOWERED = "the limit that the target file sets"
CLOCK = "the target's clock, which is moved"
ONE_PASS = "waiting, as the windows pass"
PASSIVE = "no request of its own: what responses say is read"


@dataclass(frozen=True, slots=True)
class Price:
    """How a bucket is tested, and what that costs at most.

    seconds: of waiting. effects: requests that a correct target lets change something. reason: why
    the limit is not reached, with the strategy PASSIVE, and what that would take.
    """

    bucket: str
    limit: int | None
    window_s: float
    strategy: str
    requests: int
    seconds: float
    effects: int
    reason: str = ""


def list_prices(plan: Plan) -> tuple[Price, ...]:
    """The price of each bucket of the policy that counts an operation."""
    limits = plan.context.facts.rate_limits
    counting = set(plan.context.bucket_of.values())
    buckets = limits.buckets.values() if limits else ()
    return tuple(_price(plan, bucket) for bucket in buckets if bucket.name in counting)


def _price(plan: Plan, bucket: Bucket) -> Price:
    probes = [
        probe
        for probe in (*plan.probes, *plan.provoking)
        if probe.subject.kind is SubjectKind.BUCKET and probe.subject.key == bucket.name
    ]
    moved = "clock" in plan.context.capabilities
    if not probes:
        skipped = (item for item in plan.skipped if item.subject == bucket.name)
        reasons = (item.why.reason for item in skipped if isinstance(item.why, NotTested))
        reason = next(reasons, "no clause asks for it")
        return Price(bucket.name, bucket.limit, bucket.window_s, PASSIVE, 0, 0.0, 0, reason)
    own = plan.target.limits.get(bucket.name)
    strategy = CLOCK if moved else ONE_PASS
    if own is not None and own.limit is not None:
        strategy = f"{LOWERED}, and {strategy}"
    requests = sum(probe.applies.requests for probe in probes)
    effects = sum(
        p.applies.requests for p in probes if p.subject.operation and not p.subject.op.safe
    )
    seconds = 0.0 if moved else estimate_waits(probes, plan.options.concurrency)
    return Price(bucket.name, bucket.limit, bucket.window_s, strategy, requests, seconds, effects)


def estimate_waits(probes: Iterable[Probe], concurrency: int) -> float:
    """The seconds that probes wait where no clock is moved.

    Probes with one exclusive claim wait one after another; the others at the same time, as far as
    the concurrency of the run allows.
    """
    chains: dict[frozenset[str], float] = {}
    for probe in probes:
        key = probe.applies.claims.exclusive or frozenset({probe.key})
        chains[key] = chains.get(key, 0.0) + probe.applies.seconds
    return _fill(chains, concurrency)


def _fill(chains: Mapping[frozenset[str], float], concurrency: int) -> float:
    alone = sum(seconds for key, seconds in chains.items() if "clock" in key)
    beside = [seconds for key, seconds in chains.items() if "clock" not in key]
    return alone + max(max(beside, default=0.0), sum(beside) / max(1, concurrency))
