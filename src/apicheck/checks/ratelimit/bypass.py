"""Whoever is refused by a limit stays refused, however the request is written."""

from __future__ import annotations

from collections.abc import Iterator
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
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    build,
    describe,
)
from apicheck.checks.ratelimit._buckets import REFUSALS, facts_of
from apicheck.checks.ratelimit._holders import obtain_sender, rest
from apicheck.checks.ratelimit._using_up import (
    STILL_REFUSED,
    TRIALS,
    apply_to_lowest,
    list_admitted,
    take_turns,
    use_up,
)

_VARIATIONS = 10
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
    """To the bucket with the lowest limit, which stands for the others."""
    return apply_to_lowest(subject, _VARIATIONS, seconds=0.0)


def script(subject: Subject) -> Script:
    """Use the limit up, and send each variation.

    One that is admitted is sent again, in turns with the plain request.
    """
    sender = yield from obtain_sender(subject)
    request = yield from build.valid_request(subject, identity=sender)
    if "clock" in subject.context.capabilities:
        yield from rest(subject, sender)  # an admitted response is a sample for other paths
    plain = yield from use_up(subject, request)
    sample = next((one for one in plain if one.succeeded), None)
    for variation in _vary(subject, request, sample):
        yield from take_turns(subject, variation, request)


def _vary(subject: Subject, request: Request, sample: Exchange | None) -> Iterator[Request]:
    """The same request as another client might write it.

    sample: an admitted response. Only with one that is no page for people are other paths tried:
    such a page is served for any path.
    """
    yield replace(request, headers=(*request.headers, *_FORWARDING.items()))
    yield replace(request, query=(*request.query, ("apicheck", "1")))
    yield replace(request, version="1.0")
    if subject.context.base_url.startswith("https:"):
        yield replace(request, version="2")  # 1.1 where the server does not offer it
    spelled = tuple(
        replace(one, value=one.value[0].swapcase() + one.value[1:]) if " " in one.value else one
        for one in request.credentials
    )
    if spelled != request.credentials:
        yield replace(request, credentials=spelled)
    if request.method == "GET" and subject.facts.requests.get("head") == "as-get":
        yield replace(request, method="HEAD")
    if sample is not None and sample.received.media_type not in ("", "text/html"):
        for path in _spell_path(subject.op.path, request.path):
            yield replace(request, path=path, operation="")


def _spell_path(template: str, path: str) -> Iterator[str]:
    """A path in other spellings that a server may take for the same.

    A slash more, a word with a capital, and a letter percent-encoded, which is the same URI (RFC
    3986, section 6.2.2.2).
    """
    yield f"{path}/"
    yield f"/{path}"
    words = zip(template.split("/"), path.split("/")[-template.count("/") - 1 :], strict=False)
    word = next((text for name, text in reversed([*words]) if text.isalpha() and name == text), "")
    if word:
        before, _, after = path.rpartition(f"/{word}")
        yield f"{before}/{word.capitalize() if word.islower() else word.lower()}{after}"
        yield f"{before}/%{ord(word[0]):02X}{word[1:]}{after}"


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail where a variation was admitted each time, and the plain request refused in between."""
    _, bucket = facts_of(subject)
    # Among the exchanges of the setup may be one that has made the token.
    plain = [x for x in transcript.of_role(Role.SETUP) if x.request.operation == subject.op.id]
    sample = next((one for one in plain if one.succeeded), None)
    for tried in list_admitted(subject, transcript):
        if not _is_alike(tried, sample):
            continue
        way = _name(plain[0].request, tried.request)
        if way == _FORWARDED and bucket.per == "ip":
            # A trusted proxy says so who the client is, and a test may stand in its place.
            return Inconclusive(f"admitted with {way}: right only from a proxy of the API")
        actual = f"{describe(tried)} with {way}, {TRIALS} times"
        return Failure("admitted", STILL_REFUSED, actual, way, tried.id)
    return None


def _is_alike(tried: Exchange, sample: Exchange | None) -> bool:
    """Whether a response is the operation's own, where the path is not the operation's."""
    if tried.request.operation:
        return True
    kind = (tried.status, tried.received.media_type)
    return sample is not None and kind == (sample.status, sample.received.media_type)


def _name(plain: Request, request: Request) -> str:
    """What differs between a variation and the plain request, in words."""
    if request.method != plain.method:
        return f"the method {request.method}"
    if request.path != plain.path:
        return f"the path {request.path}"
    if request.version != plain.version:
        return f"HTTP/{request.version}"
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
            "ratelimit/counts-encoded-paths-apart",
            "ratelimit/lets-head-through",
            "ratelimit/lets-http-1-0-through",
        )
    },
    provokes=REFUSALS,
    accepted=True,
)
