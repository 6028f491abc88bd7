"""Rate limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from apicheck.model.facts.responses import ExpectedResponse, Never, Selector, StatusSet, When


@dataclass(frozen=True, slots=True)
class RateHeaders:
    """Names of the rate-limit fields; None: not promised.

    reset_unit: "epoch-seconds", "epoch-milliseconds", "seconds" (left) or "http-date".
    """

    limit: str | None = None
    remaining: str | None = None
    reset: str | None = None
    reset_unit: str = "epoch-seconds"
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """`rate_limits.buckets.<id>`, with what it inherits from `rate_limits` filled in.

    limit: requests a window; None: known only by plan. ops None: every secured operation (every
    one, per ip) that no more specific bucket takes. burst: most requests at once (default: the
    limit).
    """

    name: str
    window_s: float
    limit: int | None = None
    ops: Selector | None = None
    per: str = "token"
    burst: int | None = None
    also: tuple[str, ...] = ()
    """Buckets that also count the requests of this one."""
    bulk: str | None = None
    """What a request with many items counts as: "one", or "items", so many; None: not said."""

    calendar: bool = False
    """Windows are months or years, which have no fixed length; window_s: of the longest."""

    @property
    def counts_items(self) -> bool:
        """Whether a request counts as often as it has items."""
        return self.bulk == "items"


@dataclass(frozen=True, slots=True)
class RateLimits:
    """`rate_limits`. per: token, user, account, key, app or ip.

    algorithm: fixed, aligned, sliding-log, sliding-counter, bucket; None: any honest one.
    counts: statuses that cost a request; None: not said. over: refuse, bill or slow.
    retry_after: "seconds", "http-date", "any"; NEVER; None. retry_after_only: statuses that alone
    may carry Retry-After. retry_after_late_s: how much later than
    necessary it may be; None: not said.
    """

    buckets: Mapping[str, Bucket] = field(default_factory=dict)
    per: str = "token"
    algorithm: str | None = None
    counts: StatusSet | None = None
    counts_refused: bool | None = None
    headers: RateHeaders | None = None
    headers_when: When | None = None
    refusal: ExpectedResponse | None = None
    retry_after: Never | str | None = None
    retry_after_only: StatusSet | None = None
    retry_after_late_s: float | None = None
    over: str = "refuse"
    plans: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    before_credential: bool = False
    """Requests are counted and refused before their credential is looked at."""

    def under_plan(self, bucket: Bucket, plan: str) -> Bucket:
        """A bucket with the limit that a plan gives it; unchanged where the plan gives none."""
        return replace(bucket, limit=self.plans.get(plan, {}).get(bucket.name, bucket.limit))
