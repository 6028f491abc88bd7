"""A URL in a header field (Location) leads to the created object, as promised."""

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
    Steps,
    Subject,
    Transcript,
    build,
    credentials,
    describe,
    pointers,
    selector,
    steps,
)
from apicheck.authoring.facts import ResponseRule
from apicheck.checks.headers._rules import find_promises

_POINTER = "$response.body#"
_GONE = (404, 410)


def applies(subject: Subject) -> Applies | NotApplicable:
    """To operations that change something, where a rule promises a URL that resolves."""
    for name, rule in subject.facts.responses.items():
        if _promises_url(rule) and _covers_success(subject, rule):
            return Applies(facts=(f"responses.{name}",))
    return NotApplicable("the policy promises no header field of its responses that resolves")


def _promises_url(rule: ResponseRule) -> bool:
    return any(header.format == "resolves" for header in rule.headers.values())


def _covers_success(subject: Subject, rule: ResponseRule) -> bool:
    """Whether the operation changes something, and the rule covers a documented success of it."""
    operation, when, context = subject.op, rule.when, subject.context
    covered = context.selects(when.ops, operation)
    documented = (response.status for response in operation.responses)
    successes = [int(text) for text in documented if text.startswith("2") and text.isdigit()]
    return (
        not operation.safe
        and covered
        and any(
            (not when.statuses or status in when.statuses)
            and not (when.except_ and status in when.except_)
            for status in successes
        )
    )


def script(subject: Subject) -> Script:
    """Send the canonical request, then one for the URL in its response."""
    accepted = yield from build.send_control(subject)
    if accepted is None:
        return
    read = yield from _read_created(subject, accepted)
    if read is not None and read.status in _GONE:
        # What scripts share may be deleted by now; what this one creates is not.
        request = yield from build.valid_request(subject)
        yield from _read_created(subject, (yield from steps.send(request, Role.CONTROL)))


def _read_created(subject: Subject, accepted: Exchange) -> Steps[Exchange | None]:
    """Send a request for the URL in a response; None where it has none."""
    for _, header, promise in find_promises(subject.context, accepted):
        value = accepted.received.header(header)
        if promise.format == "resolves" and value is not None:
            return (yield from steps.send(_follow(subject, accepted, value)))
    return None


def _follow(subject: Subject, accepted: Exchange, value: str) -> Request:
    """Make the request for a URL. Ends the script where it leads to another host."""
    base = urlsplit(subject.context.base_url)
    try:
        url = urlsplit(urljoin(f"{subject.context.base_url}{accepted.request.wire_target}", value))
    except ValueError:
        steps.end_script(Inconclusive(f"{value} is not a URL"))
    if url.hostname not in (None, base.hostname):
        steps.end_script(Inconclusive(f"the URL leads to another host, {url.hostname}"))
    path = url.path.removeprefix(base.path.rstrip("/")) or "/"
    query = tuple(parse_qsl(url.query, keep_blank_values=True))
    operation = _find_reader(subject, path, query)
    if operation is None:
        # No identity is known for this path: it is requested as the creator of the object.
        request = Request("GET", path, query=query)
        sender = accepted.request
        return request.with_credentials(sender.identity, *sender.credentials)
    who = build.identity_of(subject)
    if not subject.context.permits(who, operation.id):
        who = build.identity_of(subject, operation.id)
    request = Request("GET", path, query=query, operation=operation.id)
    sent = credentials.credentials_of(subject.context, operation.id, who)
    return request.with_credentials(who.name, *sent) if sent else request


def _find_reader(
    subject: Subject, path: str, query: tuple[tuple[str, str], ...]
) -> Operation | None:
    """The operation that reads a path; a path without parameters before a template."""
    found = [
        operation
        for operation in subject.context.spec.operations
        if operation.method == "GET"
        and selector.selects_path(operation.path, "GET", path)
        and operation.takes_query(query)
    ]
    return min(found, key=lambda one: (one.path.count("{"), -len(one.query)), default=None)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when the URL gets no success, or shows another object."""
    if not transcript.exercised:
        return NotApplicable("the accepted response has no such field")
    read = transcript.exercised[-1]
    created = next(reversed(transcript.of_role(Role.CONTROL)), None)
    source = f"GET {read.request.wire_target}"
    if not read.succeeded:
        certain = read.status in _GONE or read.request.operation
        if read.status and certain:
            return Failure("leads-nowhere", "2xx", f"{describe(read)} for {source}", "", read.id)
        return Inconclusive(f"{describe(read)} for {source}, which the document does not have")
    for pointer in _find_linked_pointers(subject.op, read.request.operation):
        expected, actual = _value_at(created, pointer), _value_at(read, pointer)
        if MISSING not in (expected, actual) and actual != expected:
            wanted, came = f"{expected} at {pointer}", f"{actual} from {source}"
            return Failure("other-object", wanted, came, "", read.id)
    return None


def _find_linked_pointers(creating: Operation, reading: str) -> tuple[str, ...]:
    """Pointers of the values by which the response links to the operation that reads."""
    return tuple(
        expression.removeprefix(_POINTER)
        for response in creating.responses
        for link in response.links
        if link.operation == reading
        for _, expression in link.parameters
        if expression.startswith(_POINTER)
    )


def _value_at(exchange: Exchange | None, pointer: str) -> Json:
    return MISSING if exchange is None else pointers.at(exchange.json_or(MISSING), pointer)


CHECK = Check(
    title="Location leads to the created object",
    failure_title="Location does not lead to the created object",
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
