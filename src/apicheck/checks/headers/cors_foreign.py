"""Pages of an origin that is not promised cannot read the API's responses."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Failure,
    Judgement,
    NotApplicable,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    steps,
)
from apicheck.authoring.facts import NEVER, Cors
from apicheck.checks.headers._cors import admits, allows_credentials, describe_cors, is_first_of

_FOREIGN = "https://apicheck.invalid"


def applies(subject: Subject) -> Applies | NotApplicable:
    """To one secured and one public operation, where the policy says which origins may call."""
    if subject.facts.transport.cors is None:
        return NotApplicable("the policy does not say which web pages may call the API")
    secured = subject.op.id in subject.context.secured
    if not is_first_of(subject, secured=secured) and not subject.context.thorough:
        return NotApplicable("tested on one secured and one public operation (--thorough: on all)")
    if not subject.op.safe:
        return NotApplicable("tested on safe operations")
    return Applies(facts=("transport.cors",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """An unknown origin, `null`, and origins that look like a promised one."""
    cors = subject.facts.transport.cors
    made = {"a stranger": _FOREIGN, "null": "null"}
    if isinstance(cors, Cors) and not cors.any_origin:
        scheme, _, host = cors.origins[0].partition("://")
        made["its name before another"] = f"{scheme}://{host}.apicheck.invalid"
        made["another before its name"] = f"{scheme}://apicheck-{host}"
        made["over plain HTTP"] = f"http://{host}"
    promised = cors.origins if isinstance(cors, Cors) else ()
    return tuple(Case(name, value) for name, value in made.items() if value not in promised)


def script(subject: Subject) -> Script:
    """Send the canonical request as a page of the origin."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    origin = ("Origin", str(subject.row.value))
    yield from steps.send(replace(request, headers=(*request.headers, origin)))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when a response admits the origin, or allows credentials beside `*`."""
    cors, origin = subject.facts.transport.cors, str(subject.row.value)
    for exchange in transcript.exercised:
        response = exchange.response
        if response is None:
            continue
        if response.header("Access-Control-Allow-Origin") == "*" and allows_credentials(response):
            expected, actual = (
                "no Access-Control-Allow-Credentials beside *",
                describe_cors(exchange),
            )
            return Failure("star-with-credentials", expected, actual, "", exchange.id)
        open_to_all = isinstance(cors, Cors) and cors.any_origin
        if not open_to_all and admits(response, origin):
            admitted = "no page" if cors is NEVER else f"no page of {origin}"
            expected, actual = f"{admitted} may read the response", describe_cors(exchange)
            return Failure("let-in", expected, actual, subject.row.name, exchange.id)
    return None


CHECK = Check(
    title="CORS fields allow no more than promised",
    failure_title="CORS fields allow more than promised",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("transport.cors",),
    standards=("https://fetch.spec.whatwg.org/#http-cors-protocol",),
    accepted=True,
    outcomes=(Outcome("let-in", Severity.HIGH), Outcome("star-with-credentials", Severity.MEDIUM)),
    proven_by={
        "let-in": ("headers/cors-reflects-any-origin", "headers/cors-compares-beginning"),
        "star-with-credentials": ("headers/cors-star-with-credentials",),
    },
)
