"""A limit is kept under any schedule of requests, of one client or of two."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    Exchange,
    Identity,
    Inconclusive,
    Json,
    Judgement,
    NotApplicable,
    Outcome,
    Role,
    Script,
    Send,
    Severity,
    Steps,
    Subject,
    SubjectKind,
    Transcript,
    build,
    steps,
)
from apicheck.checks.ratelimit._buckets import REFUSALS, claim, explain_unusable, facts_of
from apicheck.checks.ratelimit._plays import find_odd, judge_groups
from apicheck.checks.ratelimit._schedule import limit_of, recovery_of

_MOST = 20
_MOST_STEPS = 7


def applies(subject: Subject) -> Applies | NotApplicable:
    """To the bucket with the lowest limit, where waiting costs no time."""
    if (unusable := explain_unusable(subject)) is not None:
        return unusable
    limits, bucket = facts_of(subject)
    if bucket.calendar:
        return NotApplicable("months and years have no fixed length, of which waits were a part")
    if bucket.per == "ip":
        return NotApplicable("the limit is per address, which all requests of a run share")
    counting = set(subject.context.bucket_of.values())
    low = {
        one.name: one.limit
        for one in limits.buckets.values()
        if one.limit is not None
        and one.limit <= _MOST
        and one.name in counting
        and not one.calendar
    }
    if bucket.name not in low:
        return NotApplicable(f"schedules are drawn for limits of at most {_MOST}")
    lowest = min(low, key=lambda name: low[name])
    if bucket.name != lowest and not subject.context.thorough:
        return NotApplicable(f"the bucket {lowest} stands for it; --thorough tests each")
    if "clock" not in subject.context.capabilities:
        return NotApplicable(
            "no clock can be moved: ratelimit/quota plays its one schedule instead"
        )
    return Applies(_MOST_STEPS * (low[bucket.name] + 3), claim(bucket), last=True)


def cases(subject: Subject) -> tuple[Case, ...]:
    """Schedules at which limiters are known to err, beside those that are drawn.

    A burst comes twice, at different phases of the clock: one may lie on the end of a window.
    """
    _, bucket = facts_of(subject)
    limit = limit_of(bucket)
    listed: dict[str, list[tuple[int, int, int]]] = {
        "bursts after silence": [(0, limit, 0), (150, limit + 3, 0), (160, limit + 3, 0)],
        "window after window": [(0, 1, 0), (105, 1, 0), *((105, limit + 3, 0),) * 2],
        "beside a client that is refused": [
            *((0, limit, 0), (0, limit + 1, 1), (0, limit + 1, 0)),
            *((230, limit, 0), (0, limit + 1, 1), (0, limit + 1, 0)),
        ],
        "after a client that was refused": [(0, 1, 0), (0, limit + 3, 1), (0, limit - 1, 0)],
    }
    return tuple(
        Case(name, [{"after": after, "send": send, "who": who} for after, send, who in schedule])
        for name, schedule in listed.items()
    )


def script(subject: Subject) -> Script:
    """Play the schedule, with new clients each time or after a rest.

    Where a limit is per user, each client is a user whose steps take turns between two tokens.
    """
    assert subject.case is not None
    role = Role.DRAWN if subject.case.drawn else Role.TABLE
    _, bucket = facts_of(subject)
    clients = yield from _obtain_clients(subject)
    turns = [cycle(tokens) for tokens in clients]
    for after, count, who in read_steps(subject.case.value):
        sender = next(turns[who % len(turns)])
        request = yield from build.valid_request(subject, identity=sender)
        if after:
            yield from steps.wait(after * bucket.window_s, "the schedule says so")
        # The first goes alone: a limit that is due to admit one again may refuse any of several.
        yield from steps.send(request, role, paced=False)
        if count > 1:
            sends = (Send(request, role, paced=False) for _ in range(count - 1))
            yield from steps.send_together(*sends)


def _obtain_clients(subject: Subject) -> Steps[tuple[tuple[Identity, ...], ...]]:
    """Obtain the tokens of each client of the schedule: new ones, or the one that the run knows."""
    assert subject.case is not None
    _, bucket = facts_of(subject)
    wanted = 1 + max((who for _, _, who in read_steps(subject.case.value)), default=0)
    found: list[tuple[Identity, ...]] = []
    if "mint" in subject.context.capabilities and bucket.per in ("token", "key", "user"):
        for _ in range(wanted):
            one = yield from steps.mint(fresh=True)
            if bucket.per != "user":
                found.append((one,))
            elif one.user:
                other = yield from steps.mint(fresh=True, tenant=one.tenant, user=one.user)
                found.append((one, other))
    if len(found) == wanted:
        return tuple(found)
    yield from steps.wait(1.025 * recovery_of(bucket), f"the bucket {bucket.name} recovers")
    return ((build.identity_of(subject),),)


def read_steps(drawn: Json) -> Iterator[tuple[float, int, int]]:
    """The steps of a schedule: wait in windows, number of requests, client.

    Shrinking tears values: what a step has lost is as little as possible.
    """
    for step in drawn if isinstance(drawn, list) else ():
        if isinstance(step, dict):
            count = int(step.get("send", 1))
            yield int(step.get("after", 0)) / 100, max(1, count), int(step.get("who", 0))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """It fails where no honest limiter that the policy allows explains all clients' responses."""
    counted = sorted(transcript.exercised, key=lambda one: one.sent_at)
    if not counted:
        return Inconclusive("the schedule has no request")
    if (odd := find_odd(subject, counted)) is not None:
        return odd
    _, bucket = facts_of(subject)
    users = {
        made["identity"]: made.get("user")
        for made in transcript.answers
        if isinstance(made, dict) and "identity" in made and bucket.per == "user"
    }
    groups: dict[str, list[Exchange]] = {}
    for one in counted:
        who = one.request.identity
        groups.setdefault(users.get(who) or who, []).append(one)
    return judge_groups(subject, groups)


CHECK = Check(
    title="A limit is kept under any schedule of requests",
    failure_title="A limit is not kept under some schedule of requests",
    subject_kind=SubjectKind.BUCKET,
    applies=applies,
    cases=cases,
    draws="schedule",
    script=script,
    judge=judge,
    reads=("rate_limits",),
    standards=("rfc6585#4",),
    outcomes=(
        Outcome("too-many", Severity.HIGH, Confirm.FRESH),
        Outcome("too-few", Severity.HIGH, Confirm.FRESH),
    ),
    proven_by={
        "too-many": (
            "ratelimit/rewards-silence",
            "ratelimit/refusal-frees-others",
            "ratelimit/grows-with-each-window",
        ),
        "too-few": ("ratelimit/charges-others-for-a-refusal",),
    },
    provokes=REFUSALS,
    accepted=True,
)
