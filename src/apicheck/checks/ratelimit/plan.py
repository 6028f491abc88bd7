"""Whoever has a plan has the limit of that plan."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    Exchange,
    Identity,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Request,
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
from apicheck.checks.ratelimit._buckets import (
    REFUSALS,
    claim,
    doubt_refusal,
    explain_unusable,
    facts_of,
)
from apicheck.checks.ratelimit._plans import holder_of, sizes_of
from apicheck.checks.ratelimit._plays import PHASED, find_odd, judge_groups, with_limit
from apicheck.checks.ratelimit._schedule import is_refused, limit_of, recovery_of
from apicheck.checks.ratelimit._traces import explain_exchanges

_MOST = 700
_MOST_THOROUGH = 6000
_AT_ONCE = 50


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every bucket whose limit depends on a plan."""
    if (unusable := explain_unusable(subject)) is not None:
        return unusable
    limits, bucket = facts_of(subject)
    sizes = sizes_of(limits, bucket)
    if not sizes:
        return NotApplicable("its limit does not depend on a plan")
    smallest = min(sizes.values())
    if smallest > _find_most(subject):
        reason = f"a limit of {smallest} takes as many requests to test, for each plan"
        lines = f"[limits.{bucket.name}]\nlimit = 60"
        return NotTested(NotTestedKind.NEEDS_BUDGET, reason, lines)
    if not cases(subject):
        plan = next(iter(sizes))
        lines = f'[identities.{plan}]\ntoken_env = "TOKEN_OF_{plan.upper()}"\nplan = "{plan}"'
        return NotTested(NotTestedKind.NEEDS_IDENTITY, "no identity names its plan", lines)
    largest = max(limit for limit in sizes.values() if limit <= _find_most(subject))
    seconds = 0.0 if _makes_holders(subject) else 1.025 * recovery_of(bucket)
    return Applies(largest + 1, claim(bucket), last=True, seconds=seconds)


def cases(subject: Subject) -> tuple[Case, ...]:
    """The plans whose limit can be reached, of which there is an identity."""
    limits, bucket = facts_of(subject)
    return tuple(
        Case(plan, limit)
        for plan, limit in sizes_of(limits, bucket).items()
        if limit <= _find_most(subject)
        and (_makes_holders(subject) or holder_of(subject.context, plan, subject.op.id))
    )


def script(subject: Subject) -> Script:
    """Send requests as an identity of the plan, until one is refused or one too many is not."""
    assert subject.case is not None
    subject = with_limit(subject, subject.case.value)
    _, bucket = facts_of(subject)
    sender = yield from _obtain_holder(subject)
    request = yield from build.valid_request(subject, identity=sender)
    sent = yield from _use_up(subject, request)
    found = {} if bucket.calendar else explain_exchanges(subject, sent)
    if "" in found.values() and all(found[name] for name in set(found) - PHASED):
        yield from steps.wait(
            2.28 * bucket.window_s, "a second round at another phase of the clock"
        )
        yield from _use_up(subject, request)


def _use_up(subject: Subject, request: Request) -> Steps[list[Exchange]]:
    """Send requests until one is refused, or two more than the limit are admitted.

    One more is within what the fractions of a sliding counter allow.
    """
    limits, bucket = facts_of(subject)
    # The first goes alone: a limit that is due to admit one again may refuse any of several.
    sent = [(yield from steps.send(request, Role.TABLE, paced=False))]
    due = limit_of(bucket) + 1
    while len(sent) <= due and not any(is_refused(limits, one) for one in sent):
        count = min(_AT_ONCE, max(1, due - len(sent)))
        sends = (Send(request, Role.TABLE, paced=False) for _ in range(count))
        sent += yield from steps.send_together(*sends)
        refilled = (sent[-1].received_at - sent[0].sent_at) * limit_of(bucket) / bucket.window_s
        due = limit_of(bucket) + 1 + int(min(refilled, limit_of(bucket)))
    return sent


def _obtain_holder(subject: Subject) -> Steps[Identity]:
    """Obtain an identity of the plan whose limit counts nothing yet."""
    assert subject.case is not None
    _, bucket = facts_of(subject)
    held = holder_of(subject.context, subject.case.name, subject.op.id)
    own = bucket.per in ("token", "key", "user")  # by control, each new one is of a new user
    if _makes_holders(subject) and (own or held is None):
        return (yield from steps.mint(fresh=True, plan=subject.case.name))
    if held is None:
        steps.end_script(Inconclusive(f"no identity has the plan {subject.case.name}"))
    yield from steps.wait(1.025 * recovery_of(bucket), f"the bucket {bucket.name} recovers")
    return held


def _makes_holders(subject: Subject) -> bool:
    """Whether the control protocol makes identities: an OAuth client gets none of a plan."""
    return {"mint", "clock"} <= subject.context.capabilities


def _find_most(subject: Subject) -> int:
    return _MOST_THOROUGH if subject.context.thorough else _MOST


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """It fails where no honest limiter with the limit of the plan explains the responses."""
    assert subject.case is not None
    limits, bucket = facts_of(subject)
    counted = transcript.exercised
    if (odd := find_odd(subject, counted)) is not None:
        return odd
    admitted = sum(1 for one in counted if one.succeeded)
    others = [
        plan
        for plan, limit in sizes_of(limits, bucket).items()
        if limit == admitted and plan != subject.case.name
    ]
    so = f", as on the plan {others[0]}" if others and len(counted) > admitted else ""
    of_plan = with_limit(subject, subject.case.value)
    failure = judge_groups(of_plan, {"": counted}, f", on the plan {subject.case.name}{so}")
    if failure is not None and failure.outcome == "too-few":
        return doubt_refusal(bucket) or failure
    return failure


CHECK = Check(
    title="Whoever has a plan has the limit of that plan",
    failure_title="Whoever has a plan has another limit than that of the plan",
    subject_kind=SubjectKind.BUCKET,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("rate_limits",),
    standards=("rfc6585#4",),
    outcomes=(
        Outcome("too-many", Severity.HIGH, Confirm.FRESH),
        Outcome("too-few", Severity.HIGH, Confirm.FRESH),
    ),
    proven_by={
        "too-many": ("ratelimit/downgrade-without-effect", "ratelimit/plans-mixed-up"),
        "too-few": ("ratelimit/upgrade-without-effect", "ratelimit/plans-mixed-up"),
    },
    provokes=REFUSALS,
    accepted=True,
)
