"""What a burst or a schedule shows of a bucket, for the checks that play more than one."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import replace

from apicheck.authoring import Exchange, Failure, Inconclusive, Subject, describe
from apicheck.checks.ratelimit._buckets import facts_of
from apicheck.checks.ratelimit._limiters import ADMITTED
from apicheck.checks.ratelimit._schedule import is_refused
from apicheck.checks.ratelimit._traces import explain_exchanges

PHASED = frozenset({"aligned", "sliding-counter"})
"""Families whose windows may end within a burst, so that one burst says little of them."""


def with_limit(subject: Subject, limit: int) -> Subject:
    """The subject with another limit of its bucket."""
    _, bucket = facts_of(subject)
    return replace(subject, bucket=replace(bucket, limit=limit))


def find_odd(subject: Subject, exchanges: Collection[Exchange]) -> Inconclusive | None:
    """Say that nothing can be told from responses that are no success and no promised refusal."""
    limits, _ = facts_of(subject)
    odd = [x for x in exchanges if x.response and not x.succeeded and not is_refused(limits, x)]
    if not odd:
        return None
    return Inconclusive(f"a response is no success and not the refusal: {describe(odd[0])}")


def judge_groups(
    subject: Subject,
    groups: Mapping[str, Sequence[Exchange]],
    so: str = "",
    *,
    unsure: Container[str] = (),
) -> Failure | None:
    """Judge the requests of each key by limiters: one and the same must explain all groups.

    so: what follows the number of admitted requests in a failure. unsure: ids of those that
    another limit may have refused.
    """
    limits, bucket = facts_of(subject)
    found = [explain_exchanges(subject, group, unsure=unsure) for group in groups.values()]
    wrong = {family: next((one[family] for one in found if one[family]), "") for family in found[0]}
    if "" in wrong.values():
        return None
    outcome = "too-many" if next(iter(wrong.values())) == ADMITTED else "too-few"
    whose = next(g for one, g in zip(found, groups.values(), strict=True) if any(one.values()))
    refused = next((x for x in whose if is_refused(limits, x)), None)
    witness = whose[-1] if outcome == "too-many" or refused is None else refused
    expected = f"what a limit of {bucket.limit} in {bucket.window_s:g} s admits"
    return Failure(outcome, expected, _tell(subject, whose) + so, exchange=witness.id)


def _tell(subject: Subject, exchanges: Sequence[Exchange]) -> str:
    """Tell what came when: "admitted 1 at 0 s, 4 of 6 at 36 s"."""
    limits, _ = facts_of(subject)
    begin, told = exchanges[0].sent_at, list[str]()
    bursts: list[list[Exchange]] = []
    for exchange in exchanges:
        together = bursts and exchange.sent_at - bursts[-1][-1].sent_at < 1.0
        bursts[-1].append(exchange) if together else bursts.append([exchange])
    for burst in bursts:
        admitted = sum(1 for one in burst if not is_refused(limits, one))
        count = str(admitted) if admitted == len(burst) else f"{admitted} of {len(burst)}"
        told.append(f"{count} at {burst[0].sent_at - begin:.0f} s")
    return "admitted " + ", ".join(told)
