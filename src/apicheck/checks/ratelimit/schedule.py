"""A limit is kept under any schedule of requests, of several clients and operations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, cycle

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
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
from apicheck.checks.ratelimit._plays import find_odd
from apicheck.checks.ratelimit._schedule import limit_of, recovery_of
from apicheck.checks.ratelimit._several import (
    Play,
    find_holders,
    judge_plays,
    list_counting,
    list_operations,
)

_MOST = 20
_MOST_STEPS, _LONGEST_WINDOWS = 7, 10.0
_FEW = 3
"""Requests that show whether a client whose limit is used up is admitted again."""
_NAMELESS = "new tokens do not name their user"
"""What the first schedule learns for the others, which then ask for no token."""


def applies(subject: Subject) -> Applies | NotApplicable:
    """To the bucket with the lowest limit, and the lowest beside which a further one counts."""
    if (unusable := explain_unusable(subject)) is not None:
        return unusable
    _, bucket = facts_of(subject)
    if bucket.calendar:
        return NotApplicable("months and years have no fixed length, of which waits were a part")
    if bucket.per == "ip":
        return NotApplicable("the limit is per address, which all requests of a run share")
    low = _list_low(subject)
    if bucket.name not in low:
        return NotApplicable(f"schedules are drawn for limits of at most {_MOST}")
    if bucket.name not in (low[0], _find_several(subject)) and not subject.context.thorough:
        return NotApplicable(f"the bucket {low[0]} stands for it; --thorough tests each")
    if "clock" not in subject.context.capabilities:
        return NotApplicable(
            "no clock can be moved: ratelimit/quota plays its one schedule instead"
        )
    counts = [list_counting(subject, one.id) for one in list_operations(subject, _MOST)]
    highest = max(one[0].limit or 1 for one in counts)
    involved = claim(bucket, *chain.from_iterable(counts))
    facts = tuple(f"rate_limits.{one.name}" for one in list_counting(subject, subject.op.id))
    seconds = _LONGEST_WINDOWS * bucket.window_s
    return Applies(_MOST_STEPS * (highest + 3), involved, last=True, facts=facts, seconds=seconds)


def _list_low(subject: Subject) -> tuple[str, ...]:
    """The buckets whose limits schedules can use up, the lowest limit first."""
    limits, _ = facts_of(subject)
    counting = set(subject.context.bucket_of.values())
    found = [
        (one.limit, name)
        for name, one in limits.buckets.items()
        if one.limit is not None and one.limit <= _MOST and name in counting and not one.calendar
    ]
    return tuple(name for _, name in sorted(found, key=lambda one: one[0]))


def _find_several(subject: Subject) -> str:
    """The bucket with the lowest limit beside which a further one counts; "" for none."""
    limits, _ = facts_of(subject)
    return next((name for name in _list_low(subject) if limits.buckets[name].also), "")


def cases(subject: Subject) -> tuple[Case, ...]:
    """Schedules at which limiters are known to err, beside those that are drawn.

    A burst comes twice, at different phases of the clock: one may lie on the end of a window.
    Of two buckets, one plays the schedules of one operation, the other those of several.
    """
    _, bucket = facts_of(subject)
    several, thorough = _find_several(subject), subject.context.thorough
    listed: dict[str, list[tuple[int, ...]]] = {}
    if thorough or bucket.name == _list_low(subject)[0]:
        listed |= _list_of_one(limit_of(bucket))
    if thorough or several in ("", bucket.name):
        listed |= _list_of_several(subject, limit_of(bucket))
    members = ("after", "send", "who", "op")
    return tuple(
        Case(name, [dict(zip(members, step, strict=False)) for step in schedule])
        for name, schedule in listed.items()
    )


def _list_of_one(limit: int) -> dict[str, list[tuple[int, ...]]]:
    return {
        "bursts after silence": [(0, limit, 0), (150, limit + 3, 0), (160, limit + 3, 0)],
        "window after window": [(0, 1, 0), (105, 1, 0), *((105, limit + 3, 0),) * 2],
        "beside a client that is refused": [
            *((0, limit, 0), (0, limit + 1, 1), (0, limit + 1, 0)),
            *((230, limit, 0), (0, limit + 1, 1), (0, limit + 1, 0)),
        ],
        "after a client that was refused": [(0, 1, 0), (0, limit + 3, 1), (0, limit - 1, 0)],
    }


def _list_of_several(subject: Subject, limit: int) -> dict[str, list[tuple[int, ...]]]:
    listed: dict[str, list[tuple[int, ...]]] = {}
    for number, operation in enumerate(list_operations(subject, _MOST)[1:], start=1):
        one, other = (0, number), (0, 0)
        listed[f"beside {operation.id}"] = [
            *((0, limit, *other), (0, limit + 1, *one), (0, _FEW, *other)),
            *((230, 1, *other), (0, limit + 3, *one), (0, limit + 3, *other)),
        ]
    return listed


def script(subject: Subject) -> Script:
    """Play the schedule, with new clients each time or after a rest.

    Where a limit is per user, each client is a user whose steps take turns between two tokens.
    """
    assert subject.case is not None
    role = Role.DRAWN if subject.case.drawn else Role.TABLE
    _, bucket = facts_of(subject)
    clients = yield from _obtain_clients(subject)
    turns = [cycle(tokens) for tokens in clients]
    operations = list_operations(subject, _MOST)
    for step in read_steps(subject.case.value):
        sender = next(turns[step.who % len(turns)])
        operation = operations[step.op % len(operations)].id
        count = _scale(step.send, limit_of(bucket), list_counting(subject, operation)[0].limit)
        request = yield from build.valid_request(subject, operation, identity=sender)
        if step.after:
            yield from steps.wait(step.after * bucket.window_s, "the schedule says so")
        # The first goes alone: a limit that is due to admit one again may refuse any of several.
        yield from steps.send(request, role, paced=False)
        if count > 1:
            sends = (Send(request, role, paced=False) for _ in range(count - 1))
            yield from steps.send_together(*sends)


def _obtain_clients(subject: Subject) -> Steps[tuple[tuple[Identity, ...], ...]]:
    """Obtain the tokens of each client of the schedule: new ones, or the one that the run knows.

    That one also where a limit of users counts the requests and new tokens do not name theirs.
    """
    assert subject.case is not None
    _, bucket = facts_of(subject)
    wanted = 1 + max((step.who for step in read_steps(subject.case.value)), default=0)
    counting = [list_counting(subject, one.id) for one in list_operations(subject, _MOST)]
    of_users = any(one.per == "user" for one in chain.from_iterable(counting))
    named = bucket.per == "user" or (of_users and wanted == 1)
    known_nameless = named and (yield from steps.recall(_NAMELESS))
    mints = "mint" in subject.context.capabilities and bucket.per in ("token", "key", "user")
    found: list[tuple[Identity, ...]] = []
    while mints and not known_nameless and len(found) < wanted:
        one = yield from steps.mint(fresh=True)
        if named and not one.user:
            yield from steps.learn(_NAMELESS, True)
            break
        if bucket.per == "user":
            other = yield from steps.mint(fresh=True, tenant=one.tenant, user=one.user)
            found.append((one, other))
        else:
            found.append((one,))
    if len(found) == wanted:
        return tuple(found)
    longest = max(recovery_of(one) for one in chain.from_iterable(counting))
    yield from steps.wait(1.025 * longest, f"the bucket {bucket.name} recovers")
    return ((build.identity_of(subject),),)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a schedule. after: windows to wait. send: how many requests, who: of which client.

    op: of which operation, by its place in `list_operations`.
    """

    after: float
    send: int
    who: int
    op: int


def read_steps(drawn: Json) -> Iterator[Step]:
    """The steps of a schedule. Shrinking tears values: what is lost is as little as possible."""
    for step in drawn if isinstance(drawn, list) else ():
        if isinstance(step, dict):
            after, count, who, op = (
                int(step.get(name, least))
                for name, least in (("after", 0), ("send", 1), ("who", 0), ("op", 0))
            )
            yield Step(after / 100, max(1, count), who, op)


def _scale(count: int, limit: int, other: int | None) -> int:
    """A number of requests near a limit, for an operation with another one."""
    return count if other is None or count < limit - 1 else max(1, count + other - limit)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """It fails where no honest limiter that the policy allows explains all clients' responses."""
    counted = sorted(transcript.exercised, key=lambda one: one.sent_at)
    if not counted:
        return Inconclusive("the schedule has no request")
    if (odd := find_odd(subject, counted)) is not None:
        return odd
    users = {
        made["identity"]: str(made.get("user") or "")
        for made in transcript.answers
        if isinstance(made, dict) and "identity" in made
    }
    alone = len({one.request.identity for one in counted} - users.keys()) == 1
    return judge_plays(
        subject,
        [Play(one, find_holders(subject, one.request, users, alone=alone)) for one in counted],
    )


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
            "ratelimit/forgets-the-further-limit",
            "ratelimit/one-limit-widens-another",
        ),
        "too-few": ("ratelimit/charges-others-for-a-refusal",),
    },
    provokes=REFUSALS,
    accepted=True,
)
