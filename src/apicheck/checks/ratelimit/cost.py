"""A request costs what the policy says, by the status of its response."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    Exchange,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Role,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    build,
    items,
    steps,
)
from apicheck.checks.ratelimit._buckets import REFUSALS, doubt_refusal, facts_of
from apicheck.checks.ratelimit._holders import obtain_sender, rest
from apicheck.checks.ratelimit._kinds import (
    COUNTED_ITEMS,
    KINDS,
    MANY_ITEMS,
    count_decisive,
    find_operation,
)
from apicheck.checks.ratelimit._limiters import Hit, Trace
from apicheck.checks.ratelimit._schedule import is_refused, limit_of
from apicheck.checks.ratelimit._traces import explain_trace, make_hit
from apicheck.checks.ratelimit._using_up import apply_to_lowest, explain_rest

_MOST = 100
_BULK = (MANY_ITEMS, COUNTED_ITEMS)
"""Kinds whose cost the policy states apart from the statuses."""
_EACH = 2
"""Requests of the kind for each plain one: with fewer, a window that ends among them could admit
what a limiter admits that does not count them."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the bucket with the lowest limit for each kind, where the policy says what counts."""
    limits, bucket = facts_of(subject)
    if limits.counts is None and bucket.bulk is None:
        return NotApplicable("the policy does not say which responses count (rate_limits.counts)")
    found = apply_to_lowest(
        subject, 0, lambda name: name == bucket.name and bool(cases(subject)), most=_MOST
    )
    if not isinstance(found, Applies):
        return found
    requests = (_EACH + 1) * limit_of(bucket) + 1
    return explain_rest(subject) or replace(found, requests=requests)


def cases(subject: Subject) -> tuple[Case, ...]:
    """The kinds of requests that this bucket shows, and none with a lower limit."""
    limits, bucket = facts_of(subject)
    rows = []
    for name, kind in KINDS.items():
        if limits.counts is None and name not in _BULK:
            continue
        able = [
            one
            for one in limits.buckets.values()
            if one.limit and one.limit <= _MOST and find_operation(subject, one, kind)
        ]
        lowest = min(able, key=lambda one: one.limit or 0, default=None)
        if bucket in able and (subject.context.thorough or lowest == bucket):
            rows.append(Case(name, name))
    return tuple(rows)


def script(subject: Subject) -> Script:
    """Spend the limit on requests of the kind and plain ones in turns, until one is refused.

    Where items count, so many requests of many that two windows could not admit them come first.
    """
    limits, bucket = facts_of(subject)
    sender = yield from obtain_sender(subject)
    kind = KINDS[subject.row.name]
    operation = find_operation(subject, bucket, kind)
    assert operation is not None  # the row is of this bucket
    odd = yield from kind.make(subject, operation, sender)
    plain = yield from build.valid_request(subject, identity=sender)
    yield from rest(subject, sender)
    turn = (*[(odd, Role.TABLE)] * _EACH, (plain, Role.SETUP))
    turns = [*turn * (limit_of(bucket) + 1)]
    if subject.row.name == COUNTED_ITEMS:
        limit = limit_of(bucket)
        count = count_decisive(limit, items.count_items(odd))
        turns = [*[(odd, Role.TABLE)] * count, *[(plain, Role.SETUP)] * (limit + 1 - count)]
    for request, role in turns:
        response = yield from steps.send(request, role, paced=False)
        if is_refused(limits, response):
            return


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail where the responses are explained only if requests of the kind cost what they do not."""
    limits, bucket = facts_of(subject)
    kind, odd = subject.row.name, transcript.exercised
    begun = min(one.sent_at for one in odd)
    plain = [one for one in transcript.of_role(Role.SETUP) if one.sent_at >= begun]
    sent = [*odd, *plain]
    statuses = {one.status for one in odd if not is_refused(limits, one)}
    if len(statuses) != 1 or not any(statuses):
        return Inconclusive(f"there is not one response to {kind}, but {sorted(statuses)}")
    status = statuses.pop()
    counts = limits.counts is None or status in limits.counts
    if kind in _BULK and not any(one.succeeded for one in odd):
        return Inconclusive(f"no request of many items was served, but answered with {status}")
    if KINDS[kind].refused and any(one.succeeded for one in odd):
        return Inconclusive(f"{kind} must be refused, and the response was {status}")
    if not any(is_refused(limits, one) for one in sent):
        return Inconclusive(f"the limit of {bucket.limit} refused none of {len(sent)} requests")
    due, other = int(counts), int(not counts)
    if kind in _BULK:
        many = items.count_items(odd[0].request)
        due, other = (many, 1) if kind == COUNTED_ITEMS else (1, many)
    if "" in _explain(subject, sent, odd, due).values():
        return None
    if "" not in _explain(subject, sent, odd, other).values():
        return Inconclusive("the limit is not kept, whatever these requests cost")
    if other > due and (doubt := doubt_refusal(bucket)) is not None:
        return doubt
    served = sum(1 for one in plain if one.succeeded)
    tried = sum(1 for one in odd if not is_refused(limits, one))
    actual = f"{served} plain requests admitted, after or among {tried} of {kind} ({status})"
    words = f"as {due}" if due > 1 else "as one" if due else "not as one"
    expected = f"{bucket.limit} requests in {bucket.window_s:g} s, of which {status} counts {words}"
    outcome = "free" if other < due else "charged"
    return Failure(outcome, expected, actual, kind, odd[0].id)


def _explain(
    subject: Subject, sent: Sequence[Exchange], odd: Sequence[Exchange], cost: int
) -> Mapping[str, str]:
    """Which limiters explain the exchanges, if each request of the kind has a cost."""
    return explain_trace(subject, Trace.of(_list_hits(subject, sent, odd, cost)))


def _list_hits(
    subject: Subject, sent: Sequence[Exchange], odd: Sequence[Exchange], cost: int
) -> Iterator[Hit]:
    limits, _ = facts_of(subject)
    for one in sent:
        if is_refused(limits, one):
            yield make_hit(subject, one, admitted=False, brief=True)
        elif one.succeeded or one in odd:
            for _ in range(cost if one in odd else 1):
                yield make_hit(subject, one, admitted=True, brief=True)
        else:
            yield make_hit(subject, one, admitted=None, brief=True)


CHECK = Check(
    title="A request costs what the policy says, whatever its response",
    failure_title="A request costs more or less than the policy says",
    subject_kind=SubjectKind.BUCKET,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("rate_limits.counts",),
    standards=("rfc6585#4",),
    outcomes=(
        Outcome("free", Severity.MEDIUM, Confirm.FRESH),
        Outcome("charged", Severity.MEDIUM, Confirm.FRESH),
    ),
    proven_by={
        "free": (
            "ratelimit/counts-successes-only",
            "ratelimit/head-costs-nothing",
            "ratelimit/unknown-objects-cost-nothing",
            "ratelimit/charges-once-for-many-items",
        ),
        "charged": (
            "ratelimit/counts-every-refusal",
            "ratelimit/charges-for-denied-requests",
            "ratelimit/charges-for-each-item",
            "ratelimit/charges-for-strangers",
        ),
    },
    provokes=REFUSALS,
    accepted=True,
)
