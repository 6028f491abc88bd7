"""Pages of an origin that is not promised cannot read what the API answers."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    NEVER,
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
from apicheck.authoring.facts import Cors
from apicheck.checks.headers._cors import allows_credentials, came, is_first_of, lets_in

_STRANGER = "https://apicheck.invalid"


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where it is promised which origins may call, of one secured and one public operation."""
    if subject.facts.transport.cors is None:
        return NotApplicable("the policy does not say which web pages may call")
    secured = subject.op.id in subject.context.secured
    if not is_first_of(subject, secured=secured) and not subject.context.thorough:
        return NotApplicable("asked of one secured and one public operation (--thorough: of all)")
    if not subject.op.safe:
        return NotApplicable("asked of safe operations")
    return Applies(facts=("transport.cors",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """A stranger, `null`, and origins that look like a promised one."""
    cors = subject.facts.transport.cors
    made = {"a stranger": _STRANGER, "null": "null"}
    if isinstance(cors, Cors) and not cors.any_origin:
        scheme, _, host = cors.origins[0].partition("://")
        made["its name before another"] = f"{scheme}://{host}.apicheck.invalid"
        made["another before its name"] = f"{scheme}://apicheck-{host}"
        made["over plain HTTP"] = f"http://{host}"
    promised = cors.origins if isinstance(cors, Cors) else ()
    return tuple(Case(name, value) for name, value in made.items() if value not in promised)


def script(subject: Subject) -> Script:
    """The accepted request, from a page of that origin."""
    assert subject.case is not None  # there are cases
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    yield from steps.send(
        replace(request, headers=(*request.headers, ("Origin", str(subject.case.value))))
    )


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The answer does not let the origin in, nor says what no browser can make sense of."""
    assert subject.case is not None  # there are cases
    cors, origin = subject.facts.transport.cors, str(subject.case.value)
    for exchange in transcript.exercised:
        response = exchange.response
        if response is None:
            continue
        if response.header("Access-Control-Allow-Origin") == "*" and allows_credentials(response):
            due = "no Access-Control-Allow-Credentials beside *"
            return Failure("star-with-credentials", due, came(exchange), "", exchange.id)
        open_to_all = isinstance(cors, Cors) and cors.any_origin
        if not open_to_all and lets_in(response, origin):
            promised = "no page" if cors is NEVER else "no page of this origin"
            due = f"{promised} is let in: {origin}"
            return Failure("let-in", due, came(exchange), subject.case.name, exchange.id)
    return None


CHECK = Check(
    title="Pages of other origins are not let in",
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
    also={"headers/cors-star-with-credentials": ("headers/cors-promised",)},
)
