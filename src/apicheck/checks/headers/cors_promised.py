"""Pages of a promised origin can call: the preflight lets the request through, and the answer."""

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
    build,
    steps,
)
from apicheck.authoring.facts import Cors
from apicheck.checks.headers._cors import (
    allows_credentials,
    allows_method,
    came,
    lets_in,
    members,
)

_ANYBODY = "https://apicheck.invalid"
_SAFELISTED = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data")


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where an origin is promised, of one operation for each method."""
    if not isinstance(subject.facts.transport.cors, Cors):
        return NotApplicable("the policy promises no web page that may call")
    alike = (o.id for o in subject.context.spec.operations if o.method == subject.op.method)
    if subject.op.id != next(alike, None) and not subject.context.thorough:
        return NotApplicable("asked of one operation for each method (--thorough: of all)")
    return Applies(requests=2, facts=("transport.cors",))


def script(subject: Subject) -> Script:
    """The preflight, and where nothing changes by it the request itself."""
    origin = ("Origin", _origin(subject))
    request = yield from build.valid_request(subject)
    asked = [("Access-Control-Request-Method", request.method)]
    if names := _unusual(request):
        asked.append(("Access-Control-Request-Headers", ",".join(names)))
    yield from steps.send(Request("OPTIONS", request.path, headers=(origin, *asked)))
    if subject.op.safe:
        yield from build.send_control(subject)
        yield from steps.send(replace(request, headers=(*request.headers, origin)))


def _origin(subject: Subject) -> str:
    cors = subject.facts.transport.cors
    assert isinstance(cors, Cors)  # applies() saw to it
    return _ANYBODY if cors.any_origin else cors.origins[0]


def _unusual(request: Request) -> tuple[str, ...]:
    """Names of the fields that a browser asks for, sorted and in lower case."""
    media = next((v for name, v in request.headers if name.lower() == "content-type"), "")
    told = {c.name.lower() for c in request.credentials if c.place == "header"}
    if media and media.partition(";")[0].strip() not in _SAFELISTED:
        told.add("content-type")
    return tuple(sorted(told))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Each answer lets the page in."""
    for exchange in transcript.exercised:
        for outcome, due in _wrong(subject, exchange):
            actual = f"{exchange.request.method}: {came(exchange)}"
            return Failure(outcome, due, actual, exchange=exchange.id)
    return None


def _wrong(subject: Subject, exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Outcome, and what is due in words, for all that keeps the page out."""
    cors, origin = subject.facts.transport.cors, _origin(subject)
    response = exchange.response
    assert isinstance(cors, Cors)  # applies() saw to it
    if response is None:
        return
    if not lets_in(response, origin):
        yield "refused", f"Access-Control-Allow-Origin: {origin}"
    star = response.header("Access-Control-Allow-Origin") == "*"
    if cors.credentials and (star or not allows_credentials(response)):
        yield "refused", f"Access-Control-Allow-Credentials: true, and {origin} by name"
    if exchange.request.method == "OPTIONS" and subject.op.method != "OPTIONS":
        yield from _preflight(subject, exchange)
    elif not star and len(cors.origins) > 1 and not _varies(exchange):
        yield "no-vary", "Vary: Origin, as the answer differs by it"


def _preflight(subject: Subject, exchange: Exchange) -> Iterator[tuple[str, str]]:
    response = exchange.response
    assert response is not None  # _wrong() saw to it
    if not exchange.succeeded:
        yield "refused", "a preflight is answered with 2xx, without a credential"
    if not allows_method(response, subject.op.method):
        yield "refused", f"{subject.op.method} in Access-Control-Allow-Methods"
    allowed = members(response, "Access-Control-Allow-Headers")
    asked = dict(exchange.request.headers).get("Access-Control-Request-Headers", "")
    for name in filter(None, asked.split(",")):
        if name not in allowed and ("*" not in allowed or name == "authorization"):
            yield "refused", f"{name} in Access-Control-Allow-Headers"


def _varies(exchange: Exchange) -> bool:
    assert exchange.response is not None  # _wrong() saw to it
    return not {"origin", "*"}.isdisjoint(members(exchange.response, "Vary"))


CHECK = Check(
    title="Pages of a promised origin can call",
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
