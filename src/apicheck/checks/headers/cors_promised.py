"""Pages of a promised origin can call the API: preflight and response let them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Failure,
    Judgement,
    NotApplicable,
    Outcome,
    Request,
    Script,
    Severity,
    Subject,
    Transcript,
    alter,
    build,
    steps,
)
from apicheck.authoring.facts import Cors
from apicheck.checks.headers._cors import (
    admits,
    allows_credentials,
    allows_method,
    describe_cors,
    parse_members,
)

_ANY_ORIGIN = "https://apicheck.invalid"
_SAFELISTED = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data")


def applies(subject: Subject) -> Applies | NotApplicable:
    """To one operation for each method, where the policy promises an origin."""
    if not isinstance(subject.facts.transport.cors, Cors):
        return NotApplicable("the policy promises access to no web page")
    alike = (o.id for o in subject.context.spec.operations if o.method == subject.op.method)
    if subject.op.id != next(alike, None) and not subject.context.thorough:
        return NotApplicable("tested on one operation for each method (--thorough: on all)")
    return Applies(requests=2, facts=("transport.cors",))


def script(subject: Subject) -> Script:
    """Send the preflight, then the request itself where it only reads."""
    origin = ("Origin", _find_promise(subject)[1])
    request = yield from build.valid_request(subject)
    asked = [("Access-Control-Request-Method", request.method)]
    if names := _list_asked_fields(request):
        asked.append(("Access-Control-Request-Headers", ",".join(names)))
    yield from steps.send(Request("OPTIONS", request.path, headers=(origin, *asked)))
    if subject.op.safe:
        yield from build.send_control(subject)
        yield from steps.send(replace(request, headers=(*request.headers, origin)))


def _find_promise(subject: Subject) -> tuple[Cors, str]:
    """What is promised, and an origin for which it is."""
    cors = subject.facts.transport.cors
    assert isinstance(cors, Cors)  # applies() made sure
    return cors, _ANY_ORIGIN if cors.any_origin else cors.origins[0]


def _list_asked_fields(request: Request) -> tuple[str, ...]:
    """Names of the header fields that a browser asks for, sorted and in lower case."""
    media = alter.media_type_of(request)
    names = {c.name.lower() for c in request.credentials if c.place == "header"}
    if media and media not in _SAFELISTED:
        names.add("content-type")
    return tuple(sorted(names))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when a response keeps the page out, or lets a cache serve it to another."""
    for exchange in transcript.exercised:
        for outcome, expected in _find_obstacles(subject, exchange):
            actual = f"{exchange.request.method}: {describe_cors(exchange)}"
            return Failure(outcome, expected, actual, exchange=exchange.id)
    return None


def _find_obstacles(subject: Subject, exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Yield the outcome, and what is expected in words, of all that keeps the page out."""
    cors, origin = _find_promise(subject)
    response = exchange.response
    if response is None:
        return
    if not admits(response, origin):
        yield "refused", f"Access-Control-Allow-Origin: {origin}"
    star = response.header("Access-Control-Allow-Origin") == "*"
    if cors.credentials and (star or not allows_credentials(response)):
        yield "refused", f"Access-Control-Allow-Credentials: true, and {origin} by name"
    if exchange.request.method == "OPTIONS" and subject.op.method != "OPTIONS":
        yield from _find_obstacles_in_preflight(subject, exchange)
    elif not star and len(cors.origins) > 1 and not _varies(exchange):
        yield "no-vary", "Vary: Origin, as the response depends on it"


def _find_obstacles_in_preflight(subject: Subject, exchange: Exchange) -> Iterator[tuple[str, str]]:
    response = exchange.received
    if not exchange.succeeded:
        yield "refused", "2xx for a preflight without a credential"
    if not allows_method(response, subject.op.method):
        yield "refused", f"{subject.op.method} in Access-Control-Allow-Methods"
    allowed = parse_members(response, "Access-Control-Allow-Headers")
    asked = dict(exchange.request.headers).get("Access-Control-Request-Headers", "")
    for name in filter(None, asked.split(",")):
        if name not in allowed and ("*" not in allowed or name == "authorization"):
            yield "refused", f"{name} in Access-Control-Allow-Headers"


def _varies(exchange: Exchange) -> bool:
    return not {"origin", "*"}.isdisjoint(parse_members(exchange.received, "Vary"))


CHECK = Check(
    title="Pages of a promised origin can call the API",
    failure_title="A page of a promised origin cannot reliably call the API",
    applies=applies,
    script=script,
    judge=judge,
    reads=("transport.cors",),
    standards=("https://fetch.spec.whatwg.org/#http-cors-protocol",),
    accepted=True,
    outcomes=(Outcome("refused", Severity.MEDIUM), Outcome("no-vary", Severity.LOW)),
    proven_by={
        "refused": ("headers/cors-refuses-preflight", "headers/cors-forgets-authorization"),
        "no-vary": ("headers/cors-omits-vary",),
    },
)
