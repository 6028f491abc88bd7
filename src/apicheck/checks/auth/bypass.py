"""Another spelling of the request line, or another method, does not bypass authentication."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
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
    overrides,
    spreading,
    steps,
)
from apicheck.checks.auth._public import is_same_kind, looks_public
from apicheck.checks.auth._scope import covered_by_sibling, needs_no_credential


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply to every operation that needs a credential, and is not open by the look of it."""
    if looks_public(subject.context, subject.op):
        return NotApplicable("its path is usually public: auth/missing-credentials judges that")
    return needs_no_credential(subject) or Applies(facts=("authentication.refusal",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """One row for each variation; spellings of the path are tried on few operations."""
    rows = ["trailing slash"]
    if covered_by_sibling(subject) is None:
        rows += ["doubled slash", "path in upper case", "dot segment", "dot segments"]
        rows += ["encoded slash", "encoded letter", "path parameter", "file suffix"]
    if subject.op.method == "GET":
        rows += ["HEAD", "another URL in a field"]
    else:
        rows += ["method override", "method in the query"]
    return spreading.spread((Case(name, name) for name in rows), "operations")


def script(subject: Subject) -> Script:
    """Send the canonical request, then a variation of it without a credential."""
    yield from build.send_control(subject)
    request = (yield from build.valid_request(subject, refused=True)).without_credentials()
    yield from steps.send(_vary(request, subject.row.name))


def _vary(request: Request, row: str) -> Request:
    """Make the variation that a row names. It belongs to no declared operation."""
    request, path = replace(request, operation=""), request.path
    rest = path[1:]
    spellings = {
        "trailing slash": f"{path}/",
        "doubled slash": f"/{path}",
        "path in upper case": _to_upper(path),
        "dot segment": f"/.{path}",
        "dot segments": f"/apicheck/..{path}",
        "encoded slash": "/" + (rest.replace("/", "%2F") if "/" in rest else f"%2F{rest}"),
        "encoded letter": f"/%{ord(rest[0]):02X}{rest[1:]}" if rest else path,
        "path parameter": f"{path};apicheck=1",
        "file suffix": f"{path}.json",
    }
    if row in spellings:
        return replace(request, path=spellings[row])
    if row == "HEAD":
        return replace(request, method="HEAD")
    if row == "another URL in a field":
        elsewhere = (("X-Original-URL", path), ("X-Rewrite-URL", path))
        return replace(request, path="/", headers=(*request.headers, *elsewhere))
    if row == "method in the query":
        query = (*request.query, ("_method", request.method))
        return replace(request, method="POST", query=query)
    fields = tuple((name, request.method) for name in overrides.FIELDS)
    return replace(request, method="GET", headers=(*request.headers, *fields))


def _to_upper(path: str) -> str:
    """Write the segments in upper case, except those with percent-encodings."""
    return "/".join(
        part if "%" in part else quote(part.upper(), safe="~:@!$&'()*+,;=")
        for part in path.split("/")
    )


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the response is the operation's own; any other page with 2xx passes."""
    controls = [
        one for one in transcript.of_role(Role.CONTROL) if one.request.operation == subject.op.id
    ]
    for exchange in transcript.exercised:
        if exchange.succeeded and controls and is_same_kind(exchange, controls[-1]):
            expected = "refused: the request carries no credential"
            came = f"{describe(exchange)}, the response of the operation"
            return Failure("accepted", expected, came, subject.row.name, exchange.id)
    return None


CHECK = Check(
    title="No variation of a request bypasses authentication",
    failure_title="A variation of a request bypasses authentication",
    applies=applies,
    cases=cases,
    rows_each=1,
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
