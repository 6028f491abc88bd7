"""The links of a deprecated operation are not broken, and its successor is not deprecated."""

from __future__ import annotations

from urllib.parse import parse_qsl

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Exchange,
    Failure,
    Inconclusive,
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
    fields,
    selector,
    steps,
)
from apicheck.checks.versioning._lifecycle import FACT, find_related, wanted_links
from apicheck.checks.versioning._visits import find_deprecation, needs_deprecation

SUCCESSOR = "successor-version"
_LEADS_NOWHERE = (404, 410)
_SERVER_ERROR = 500

Pairs = tuple[tuple[str, str], ...]


def applies(subject: Subject) -> Applies | NotApplicable:
    """Apply to operations whose deprecation has a successor, or names relations."""
    item = needs_deprecation(subject)
    if isinstance(item, NotApplicable):
        return item
    if not wanted_links(item):
        return NotApplicable("its deprecation has neither a successor nor links")
    return Applies(requests=1, facts=(FACT,))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Each relation by itself."""
    item = find_deprecation(subject)
    wanted = wanted_links(item) if item else {}
    return tuple(Case(relation, relation) for relation in wanted)


def script(subject: Subject) -> Script:
    """Follow the link of the canonical response, where it leads to the target itself."""
    announced = yield from build.send_control(subject)
    if announced is None:
        return
    links = find_related(announced, subject.row.name)
    if not links:
        steps.end_script(Inconclusive(f"the response has no link with rel={subject.row.name}"))
    path, query = _locate(subject, announced, links[0].target)
    declared = _find_declared(subject, path)
    if declared is not None and declared.method != "GET":
        yield from build.send_control(subject, declared.id)
    elif declared is not None and not subject.op.safe and "{" in declared.path:
        steps.end_script(Inconclusive(f"{subject.op.method} may have changed what {path} names"))
    else:
        yield from steps.send(_build_request(subject, path, query, declared))


def _locate(subject: Subject, announced: Exchange, target: str) -> tuple[str, Pairs]:
    """Path and query of a link below the base URL. Ends the script where it leads elsewhere."""
    base = fields.split_url(subject.context.base_url)
    found = fields.split_url(target, subject.context.base_url + announced.request.path)
    if base is None or found is None:
        steps.end_script(Inconclusive(f"{target} is no URL"))
    if found.netloc != base.netloc:
        reason = f"it leads to {found.netloc or target}, which a run does not contact"
        steps.end_script(Inconclusive(reason))
    if base.path.rstrip("/") and not found.path.startswith(base.path):
        steps.end_script(Inconclusive(f"{found.path} is not below {subject.context.base_url}"))
    path = found.path.removeprefix(base.path.rstrip("/")) or "/"
    return path, tuple(parse_qsl(found.query, keep_blank_values=True))


def _find_declared(subject: Subject, path: str) -> Operation | None:
    """Find the operation of a path that a link means; None where the document has none.

    One whose path is fixed comes before a template, then that of the same method, then GET.
    """
    every = subject.context.spec.operations
    found = [one for one in every if selector.selects_path(one.path, "", path)]
    methods = (subject.op.method, "GET")
    rank = {method: place for place, method in reversed(tuple(enumerate(methods)))}
    return min(
        found,
        key=lambda one: ("{" in one.path, rank.get(one.method, len(methods))),
        default=None,
    )


def _build_request(
    subject: Subject, path: str, query: Pairs, operation: Operation | None
) -> Request:
    request = Request("GET", path, query, operation=operation.id if operation else "")
    name = subject.context.actors.get(operation.id) if operation else None
    if operation is None or name is None:
        return request
    who = subject.context.identities[name]
    held = credentials.credentials_of(subject.context, operation.id, who)
    return request.with_credentials(who.name, *held) if held else request


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when a link leads nowhere, or the successor is deprecated itself."""
    controls = transcript.of_role(Role.CONTROL)
    others = [one for one in controls if one.request.operation != subject.op.id]
    followed = transcript.exercised or others
    if not followed:
        return Inconclusive("the mode sends no request that shows a link")
    last, relation = followed[-1], subject.row.name
    if last.status in _LEADS_NOWHERE:
        due = f"rel={relation} to lead to something"
        actual = f"{describe(last)} at {last.request.path}"
        return Failure("nowhere", due, actual, relation, last.id)
    if last.status >= _SERVER_ERROR:
        return Inconclusive(f"{describe(last)} at {last.request.path}")
    if relation == SUCCESSOR and (why := _find_deprecation(subject, last)):
        due = "a successor that is not deprecated itself"
        return Failure("deprecated", due, f"{last.request.path}: {why}", relation, last.id)
    return None


def _find_deprecation(subject: Subject, exchange: Exchange) -> str:
    """Find what says that the operation of an exchange is deprecated, in words; "" for nothing."""
    value = exchange.received.header("Deprecation")
    if value is not None:
        return f"Deprecation: {value}"
    context = subject.context
    if not exchange.request.operation:
        return ""
    operation = context.spec.operation(exchange.request.operation)
    versioning = context.facts.versioning
    items = versioning.deprecations if versioning else ()
    if any(context.selects(item.ops, operation) for item in items):
        return "deprecated by the policy"
    return "deprecated by the document" if operation.deprecated else ""


CHECK = Check(
    title="The links of a deprecated operation are not broken, and its successor not deprecated",
    failure_title="A link of a deprecated operation is broken, or its successor is deprecated too",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=(FACT,),
    standards=("rfc5829#3.5", "rfc9745#3", "rfc8594#6"),
    min_exercised=0,
    outcomes=(Outcome("nowhere", Severity.LOW), Outcome("deprecated", Severity.MEDIUM)),
    proven_by={
        "nowhere": ("versioning/successor-link-differs",),
        "deprecated": ("versioning/successor-is-deprecated",),
    },
)
