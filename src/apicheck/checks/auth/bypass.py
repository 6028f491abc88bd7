"""Another spelling of a request line, or another method, is no way around authentication."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    Exchange,
    Failure,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Request,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    describe,
    steps,
)
from apicheck.checks.auth._scope import covered_by_sibling, needs_no_credential

_OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every operation that needs a credential."""
    return needs_no_credential(subject) or Applies(facts=("authentication.refusal",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Each way around by its name; few operations are asked how paths are read."""
    rows = ["trailing slash"]
    if covered_by_sibling(subject) is None:
        rows += ["doubled slash", "path in upper case", "dot segment", "dot segments"]
        rows += ["encoded slash", "encoded letter", "path parameter", "file suffix"]
    if subject.op.method == "GET":
        rows += ["HEAD", "another URL in a field"]
    else:
        rows += ["method override", "method in the query"]
    return tuple(Case(name, name) for name in rows)


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then varied, and from nobody."""
    yield from build.send_control(subject)
    request = (yield from build.valid_request(subject, refused=True)).without_credentials()
    yield from steps.send(varied(request, str(subject.case.value) if subject.case else ""))


def varied(request: Request, row: str) -> Request:
    """The request as a row has it. It is of no declared operation any more."""
    request, path = replace(request, operation=""), request.path
    first, second = path[1:2], path[2:]
    spelled = {
        "trailing slash": f"{path}/",
        "doubled slash": f"/{path}",
        "path in upper case": _upper(path),
        "dot segment": f"/.{path}",
        "dot segments": f"/apicheck/..{path}",
        "encoded slash": "/"
        + (path[1:].replace("/", "%2F") if "/" in path[1:] else f"%2F{path[1:]}"),
        "encoded letter": f"/%{ord(first):02X}{second}" if first else path,
        "path parameter": f"{path};apicheck=1",
        "file suffix": f"{path}.json",
    }
    if row in spelled:
        return replace(request, path=spelled[row])
    if row == "HEAD":
        return replace(request, method="HEAD")
    if row == "another URL in a field":
        elsewhere = (("X-Original-URL", path), ("X-Rewrite-URL", path))
        return replace(request, path="/", headers=(*request.headers, *elsewhere))
    if row == "method in the query":
        query = (*request.query, ("_method", request.method))
        return replace(request, method="POST", query=query)
    fields = tuple((name, request.method) for name in _OVERRIDES)
    return replace(request, method="GET", headers=(*request.headers, *fields))


def _upper(path: str) -> str:
    """The segments in upper case, without touching percent-encodings' meaning."""
    return "/".join(
        part if "%" in part else quote(part.upper(), safe="~:@!$&'()*+,;=")
        for part in path.split("/")
    )


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted only where the answer is the operation's own, and not just any page with 2xx."""
    row = str(subject.case.value) if subject.case else ""
    controls = [
        one for one in transcript.of_role(Role.CONTROL) if one.request.operation == subject.op.id
    ]
    for exchange in transcript.exercised:
        if exchange.succeeded and controls and _same_kind(exchange, controls[-1]):
            return Failure("accepted", "not served", describe(exchange), row, exchange.id)
    return None


def _same_kind(exchange: Exchange, control_: Exchange) -> bool:
    """Whether two answers are of one operation: status, media type, and members of the body."""
    mine, theirs = exchange.response, control_.response
    if mine is None or theirs is None or mine.status != theirs.status:
        return False
    if mine.media_type != theirs.media_type:
        return False
    return exchange.bodiless or _shape(exchange) == _shape(control_)


def _shape(exchange: Exchange) -> object:
    """The names of a JSON object's members, or the kind of value."""
    body = exchange.json_or()
    return tuple(sorted(body)) if isinstance(body, dict) else type(body).__name__


CHECK = Check(
    title="Another spelling of a request is no way around authentication",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authentication.refusal",),
    standards=("rfc3986#6.2.2", "rfc9110#9.3.2"),
    outcomes=(Outcome("accepted", Severity.CRITICAL, Confirm.ONCE),),
    proven_by={
        "accepted": (
            "auth/head-skips-authentication",
            "auth/trailing-slash-skips-authentication",
            "auth/path-spelling-skips-authentication",
            "auth/method-override-skips-authentication",
        )
    },
)
