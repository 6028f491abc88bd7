"""A field that is promised to lead somewhere does: what was created can be read there."""

from __future__ import annotations

from urllib.parse import parse_qsl, urljoin, urlsplit

from apicheck.authoring import (
    MISSING,
    Applies,
    Check,
    Exchange,
    Failure,
    Inconclusive,
    Json,
    Judgement,
    NotApplicable,
    Operation,
    Outcome,
    Request,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    credentials,
    describe,
    judging,
    pointers,
    selector,
    steps,
)
from apicheck.authoring.facts import ResponseRule

_POINTER = "$response.body#"
_GONE = (404, 410)


def applies(subject: Subject) -> Applies | NotApplicable:
    """To operations that change something, where a rule promises a field that resolves."""
    for name, rule in subject.facts.responses.items():
        if _resolves(rule) and _may_apply(subject, rule):
            return Applies(facts=(f"responses.{name}",))
    return NotApplicable("the policy promises no header field of its answers that resolves")


def _resolves(rule: ResponseRule) -> bool:
    return any(header.format == "resolves" for header in rule.headers.values())


def _may_apply(subject: Subject, rule: ResponseRule) -> bool:
    """Whether a documented success of the operation is one that the rule speaks about."""
    operation, when = subject.op, rule.when
    context = subject.context
    covered = when.ops is None or selector.selects(
        when.ops, operation, context.facts.operations, context.secured
    )
    good = [
        int(r.status)
        for r in operation.responses
        if r.status.startswith("2") and r.status.isdigit()
    ]
    return (
        not operation.safe
        and covered
        and any(
            (not when.statuses or status in when.statuses)
            and not (when.except_ and status in when.except_)
            for status in good
        )
    )


def script(subject: Subject) -> Script:
    """The accepted request, and then a request for where it leads."""
    accepted = yield from build.send_control(subject)
    if accepted is None:
        return
    for _, rule in judging.applicable_rules(subject.context, accepted):
        for header, promise in rule.headers.items():
            value = accepted.response.header(header) if accepted.response else None
            if promise.format == "resolves" and value is not None:
                yield from steps.send(_request(subject, accepted, value))
                return


def _request(subject: Subject, accepted: Exchange, value: str) -> Request:
    """What asks for a URL. Ends the script where it leads to another host."""
    base = urlsplit(subject.context.base_url)
    try:
        url = urlsplit(urljoin(f"{subject.context.base_url}{accepted.request.wire_target}", value))
    except ValueError:
        steps.end_script(Inconclusive(f"{value} is no URL"))
    if url.hostname not in (None, base.hostname):
        steps.end_script(Inconclusive(f"it leads to {url.hostname}, which is not asked"))
    path = url.path.removeprefix(base.path.rstrip("/")) or "/"
    query = tuple(parse_qsl(url.query, keep_blank_values=True))
    operation = _operation_at(subject, path)
    if operation is None:
        # No identity is known to be meant for it: it is asked as whoever made the object.
        request = Request("GET", path, query=query)
        sender = accepted.request
        return request.with_credentials(sender.identity, *sender.credentials)
    who = build.identity_of(subject)
    if not subject.context.permits(who, operation.id):
        who = build.identity_of(subject, operation.id)
    request = Request("GET", path, query=query, operation=operation.id)
    sent = credentials.credentials_of(subject.context, operation.id, who)
    return request.with_credentials(who.name, *sent) if sent else request


def _operation_at(subject: Subject, path: str) -> Operation | None:
    """The operation that reads a path; one without parameters goes before a template."""
    found = [
        operation
        for operation in subject.context.spec.operations
        if operation.method == "GET" and selector.selects_path(operation.path, "GET", path)
    ]
    return min(found, key=lambda operation: operation.path.count("{"), default=None)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """It is answered with a success that shows the same object."""
    if not transcript.exercised:
        return NotApplicable("the accepted answer has no such field")
    read = transcript.exercised[0]
    created = next(iter(transcript.of_role(Role.CONTROL)), None)
    where = f"GET {read.request.wire_target}"
    if not read.succeeded:
        certain = read.status in _GONE or read.request.operation
        if read.status and certain:
            return Failure("leads-nowhere", "2xx", f"{describe(read)} to {where}", "", read.id)
        return Inconclusive(f"{describe(read)} to {where}, which the document does not know")
    for pointer in _ids(subject.op, read.request.operation):
        mine, theirs = _value(created, pointer), _value(read, pointer)
        if MISSING not in (mine, theirs) and mine != theirs:
            due = f"an object with {mine} at {pointer}"
            return Failure("other-object", due, f"{theirs} from {where}", "", read.id)
    return None


def _ids(creating: Operation, reading: str) -> tuple[str, ...]:
    """Pointers of the values by which the answer links to the operation that reads."""
    return tuple(
        expression.removeprefix(_POINTER)
        for response in creating.responses
        for link in response.links
        if link.operation == reading
        for _, expression in link.parameters
        if expression.startswith(_POINTER)
    )


def _value(exchange: Exchange | None, pointer: str) -> Json:
    return MISSING if exchange is None else pointers.at(exchange.json_or(MISSING), pointer)


CHECK = Check(
    title="Location leads to what was created",
    applies=applies,
    script=script,
    judge=judge,
    reads=("responses",),
    standards=("rfc9110#10.2.2", "rfc9110#15.3.2"),
    accepted=True,
    min_exercised=0,
    outcomes=(Outcome("leads-nowhere", Severity.MEDIUM), Outcome("other-object", Severity.HIGH)),
    proven_by={
        "leads-nowhere": ("headers/location-to-nowhere",),
        "other-object": ("headers/location-of-another-object",),
    },
)
