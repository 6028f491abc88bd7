"""Whoever is refused by a limit stays refused, however the request is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
    Exchange,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
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
    describe,
    steps,
)
from apicheck.authoring.facts import Bucket, RateLimits
from apicheck.checks.ratelimit._buckets import REFUSALS, claim, explain_unusable, facts_of
from apicheck.checks.ratelimit._schedule import is_refused

_MOST = 50
_AT_ONCE = 10
_TRIALS = 3
"""Times that a variation must be admitted, with a refusal of the plain request between them: a
window that ends, or a bucket that refills, lets one through by chance, and not each of three."""
_ADDRESS = "203.0.113.7"
_FORWARDED = "X-Forwarded-For and fields like it"
_FORWARDING = {
    **dict.fromkeys(
        ("X-Forwarded-For", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP"),
        _ADDRESS,
    ),
    "Forwarded": f"for={_ADDRESS}",
}


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the bucket with the lowest limit, which stands for the others: one limiter has them all.

    A thorough run tests every bucket that a few requests use up.
    """
    if (unusable := explain_unusable(subject)) is not None:
        return unusable
    limits, bucket = facts_of(subject)
    counting = set(subject.context.bucket_of.values())
    known = {one.name: one.limit for one in limits.buckets.values() if one.limit is not None}
    low = {name: limit for name, limit in known.items() if limit <= _MOST and name in counting}
    if bucket.limit is None or bucket.name not in low:
        return NotApplicable(f"only a limit of at most {_MOST} is used up for it")
    lowest = min(low, key=lambda name: low[name])
    if bucket.name != lowest and not subject.context.thorough:
        return NotApplicable(f"the bucket {lowest} stands for it; --thorough tests each")
    return Applies(bucket.limit + 6, claim(bucket), last=True)


def script(subject: Subject) -> Script:
    """Use the limit up, and send each variation.

    One that is admitted is sent again, in turns with the plain request.
    """
    limits, bucket = facts_of(subject)
    if bucket.per in ("token", "key") and "mint" in subject.context.capabilities:
        sender = yield from steps.mint(fresh=True)
    else:
        sender = build.identity_of(subject)
    request = yield from build.valid_request(subject, identity=sender)
    plain = yield from _use_up(limits, bucket, request)
    if not any(is_refused(limits, one) for one in plain):
        steps.end_script(Inconclusive("no request was refused by the limit"))
    sample = next((one for one in plain if one.succeeded), None)
    for variation in _vary(request, sample):
        for trial in range(_TRIALS):
            tried = yield from steps.send(variation, paced=False)
            if not tried.succeeded or trial == _TRIALS - 1:
                break
            again = yield from steps.send(request, Role.SETUP, paced=False)
            if not is_refused(limits, again):
                break


def _use_up(limits: RateLimits, bucket: Bucket, request: Request) -> Steps[list[Exchange]]:
    """Send the plain request until it is refused; a bucket that refills admits a few more."""
    limit = bucket.limit or 1
    sent: list[Exchange] = []
    while len(sent) <= 2 * limit and not any(is_refused(limits, one) for one in sent):
        count = max(1, min(_AT_ONCE, limit + 1 - len(sent)))
        sends = (Send(request, Role.SETUP, paced=False) for _ in range(count))
        sent += yield from steps.send_together(*sends)
    return sent


def _vary(request: Request, sample: Exchange | None) -> Iterator[Request]:
    """The same request as another client might write it.

    sample: an admitted response. Only with one that is no page for people are other paths tried:
    such a page is served for any path.
    """
    yield replace(request, headers=(*request.headers, *_FORWARDING.items()))
    yield replace(request, query=(*request.query, ("apicheck", "1")))
    spelled = tuple(
        replace(one, value=one.value[0].swapcase() + one.value[1:]) if " " in one.value else one
        for one in request.credentials
    )
    if spelled != request.credentials:
        yield replace(request, credentials=spelled)
    if sample is not None and sample.received.media_type not in ("", "text/html"):
        yield replace(request, path=f"{request.path}/", operation="")
        yield replace(request, path=f"/{request.path}", operation="")


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail where a variation was admitted each time, and the plain request refused in between."""
    limits, bucket = facts_of(subject)
    sent = sorted(transcript.exchanges, key=lambda one: one.sent_at)
    sample = next((one for one in sent if one.role is Role.SETUP and one.succeeded), None)
    for end in range(2 * _TRIALS - 1, len(sent) + 1):
        turns = sent[end - 2 * _TRIALS + 1 : end]
        if _bypasses(limits, turns[::2], turns[1::2]) and _is_alike(turns[0], sample):
            way = _name(sent, turns[0])
            if way == _FORWARDED and bucket.per == "ip":
                # A trusted proxy says so who the client is, and a test may stand in its place.
                return Inconclusive(f"admitted with {way}: right only from a proxy of the API")
            expected = "refused, as the plain request before it and after it"
            actual = f"{describe(turns[0])} with {way}, {_TRIALS} times"
            return Failure("admitted", expected, actual, way, turns[0].id)
    return None


def _bypasses(limits: RateLimits, tried: Sequence[Exchange], plain: Sequence[Exchange]) -> bool:
    return all(one.role is Role.TABLE and one.succeeded for one in tried) and all(
        one.role is Role.SETUP and is_refused(limits, one) for one in plain
    )


def _is_alike(tried: Exchange, sample: Exchange | None) -> bool:
    """Whether a response is the operation's own, where the path is not the operation's."""
    if tried.request.operation:
        return True
    kind = (tried.status, tried.received.media_type)
    return sample is not None and kind == (sample.status, sample.received.media_type)


def _name(sent: Sequence[Exchange], tried: Exchange) -> str:
    """What differs between a variation and the plain request, in words."""
    plain = next(one.request for one in sent if one.role is Role.SETUP)
    request = tried.request
    if request.path != plain.path:
        return f"the path {request.path}"
    if request.query != plain.query:
        return "an unknown parameter in the query"
    if request.credentials != plain.credentials:
        return "the scheme of the credential in another case"
    return _FORWARDED


CHECK = Check(
    title="Whoever is refused by a limit stays refused, however the request is written",
    failure_title="A limit is bypassed by writing the request in another way",
    subject_kind=SubjectKind.BUCKET,
    applies=applies,
    script=script,
    judge=judge,
    reads=("rate_limits",),
    standards=("rfc6585#4",),
    outcomes=(Outcome("admitted", Severity.HIGH, Confirm.FRESH),),
    proven_by={
        "admitted": (
            "ratelimit/trusts-forwarded-for",
            "ratelimit/counts-spellings-of-credentials-apart",
            "ratelimit/counts-by-query",
        )
    },
    provokes=REFUSALS,
    accepted=True,
)
