"""Lint a policy without contacting the target.

Reports facts that no clause names, clauses whose checks find nothing to read, and promises that
contradict the document or each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from apicheck.load import find_near_scopes
from apicheck.model.check import Check
from apicheck.model.facts import ExpectedResponse, OAuth
from apicheck.model.operation import Operation, Spec
from apicheck.model.policy import Clause, FactOrigin, Policy, list_separate_facts, paths_overlap
from apicheck.model.selector import selects
from apicheck.model.subject import SubjectKind
from apicheck.model.target import Target
from apicheck.plan.clauses import matches
from apicheck.plan.documents import find_document_remarks
from apicheck.plan.formats import find_format_remarks
from apicheck.plan.history import find_history_remarks
from apicheck.plan.lifecycle import find_lifecycle_remarks
from apicheck.plan.quotes import find_broken_samples
from apicheck.plan.servers import find_server_remarks
from apicheck.plan.versions import find_version_contradictions, list_version_refusals

_WRITTEN = ("policy", "include", "reading")
_NO_PROMISES = ("operations", "order")
"""Sections that only say how to read other sections; they promise nothing."""
_OF_BODIES = ("media", "missing_media", "syntax", "schema", "too_large")
"""Kinds of bad request that need a body."""
_UNREAD = re.compile(
    r"((?:(?:authentication|requests|oauth|versioning)\.[^.]+(?:\.[^.]+)?"
    r"|authorization\.(?:refusal|absent|foreign\.[^.]+|tenant\.[^.]+))"
    r"\.(?:headers|media|schema)|rate_limits\.refusal\.headers)(?:\.|$)"
)
"""Parts of a promised refusal of which the checks read no more than the status."""
_EXACT = (
    "exact: whoever holds more scopes than an operation needs is refused; where a text says that"
    " an operation needs exactly one scope, that mostly means all (the default)"
)
_NOT_REQUIRED = "transport.https is {}, and yet plain HTTP is {}: one of them is not so"


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark for the reviewer. about: a clause id or a fact path."""

    about: str
    message: str


@dataclass(frozen=True, slots=True)
class LintReport:
    """What the reviewer of a policy should look at.

    facts: every fact in force. unnamed: written facts that no clause names, in the fewest paths.
    unread: clauses whose checks find nothing to read. unchecked: provider clauses that no check
    tests and no person attests. contradictions: see their messages. of_sources: what
    contradicts the quotes of clauses, and which of the two is in force.
    """

    facts: tuple[FactOrigin, ...]
    unnamed: tuple[str, ...]
    unread: tuple[Remark, ...]
    unchecked: tuple[str, ...]
    contradictions: tuple[Remark, ...]
    of_sources: tuple[Remark, ...] = ()


def lint(
    spec: Spec, policy: Policy, checks: Mapping[str, Check], target: Target | None = None
) -> LintReport:
    """Compare a policy with its document and the catalogue of checks. Pure.

    target: of which the scopes of identities are compared too, where there is one.
    """
    nobody = Target(name="", base_url="")
    provider = [clause for clause in policy.clauses if "provider" in clause.actors]
    return LintReport(
        facts=policy.origins,
        unnamed=_collapse(policy, tuple(_find_unnamed(policy, checks))),
        unread=tuple(r for clause in provider for r in _find_unread(clause, policy, checks)),
        unchecked=tuple(
            clause.id
            for clause in provider
            if not clause.attest and not clause.example and not _find_checks(clause, checks)
        ),
        contradictions=(
            *_find_contradictions(spec, policy),
            *(Remark(*words) for words in find_document_remarks(spec, policy, checks)),
            *(Remark(*near) for near in find_near_scopes(spec, policy, target or nobody)),
        ),
        of_sources=tuple(
            Remark(clause.id, clause.contradiction)
            for clause in policy.clauses
            if clause.contradiction
        ),
    )


def _find_checks(clause: Clause, checks: Mapping[str, Check]) -> list[Check]:
    return [check for check_id, check in checks.items() if matches(check_id, clause.checks)]


def _find_unnamed(policy: Policy, checks: Mapping[str, Check]) -> Iterator[str]:
    readers = [(clause, _find_checks(clause, checks)) for clause in policy.clauses]
    separate = list_separate_facts(policy)  # a clause must name them one by one
    for row in policy.origins:
        section = row.path.partition(".")[0]
        if row.kind not in _WRITTEN or section in _NO_PROMISES:
            continue
        own = next((path for path in separate if paths_overlap(path, row.path)), "")
        if not any(_names_fact(clause, named, row.path, own) for clause, named in readers):
            yield row.path


def _names_fact(clause: Clause, checks: list[Check], path: str, own: str) -> bool:
    """Whether a clause names the fact at a path, by itself or through its checks."""
    if any(paths_overlap(fact, path) for fact in clause.facts):
        return True
    section = path.partition(".")[0]
    if section == "client" and "client" in clause.actors:
        return True
    if not any(paths_overlap(read, path) for check in checks for read in check.reads):
        return False
    sections = {fact.partition(".")[0] for fact in clause.facts}
    return not clause.facts or (section in sections and not own)


def _collapse(policy: Policy, unnamed: tuple[str, ...]) -> tuple[str, ...]:
    """Replace all leaves of a section by the section."""
    others = {row.path for row in policy.origins if row.kind in _WRITTEN} - set(unnamed)
    found = []
    for path in unnamed:
        while "." in path:
            parent = path.rpartition(".")[0]
            if any(paths_overlap(parent, other) for other in others):
                break
            path = parent  # noqa: PLW2901  (climbs)
        found.append(path)
    return tuple(dict.fromkeys(found))


def _find_unread(clause: Clause, policy: Policy, checks: Mapping[str, Check]) -> Iterator[Remark]:
    every = _find_checks(clause, checks)
    named = [check for check in every if check.subject_kind is not SubjectKind.CLAUSE]
    wanted = sorted({read for check in named for read in check.reads})
    if not named or any(not check.reads for check in named):
        return
    paths = [row.path for row in policy.origins]
    inside = [
        p for p in paths if not clause.facts or any(paths_overlap(fact, p) for fact in clause.facts)
    ]
    if not any(paths_overlap(read, path) for read in wanted for path in inside):
        where = f" inside {', '.join(clause.facts)}" if clause.facts else ""
        message = f"its checks read {', '.join(wanted)}; the policy has no such fact{where}"
        yield Remark(clause.id, message)


def _find_contradictions(spec: Spec, policy: Policy) -> Iterator[Remark]:
    facts = policy.facts
    limits = facts.rate_limits
    refusals: tuple[tuple[str, ExpectedResponse | None, Iterable[Operation]], ...] = (
        ("authentication.refusal", facts.authentication.anonymous, _list_secured(spec)),
        ("authentication.refusal", facts.authentication.bad, _list_secured(spec)),
        ("rate_limits.refusal", limits.refusal if limits else None, _list_secured(spec)),
        ("authorization.refusal", facts.authorization.refusal, _list_scoped(spec)),
        ("authorization.absent", facts.authorization.absent, _list_with_path_parameters(spec)),
        *(
            (f"requests.{kind}", expected, _list_with_body(spec, facts.oauth))
            for kind in _OF_BODIES
            if isinstance(expected := facts.requests.get(kind), ExpectedResponse)
        ),
        *list_version_refusals(spec, facts.versioning),
    )
    # The document need not repeat a default or a rule of a standard.
    written = {row.path for row in policy.origins if row.kind in ("policy", "reading")}
    remarks = [
        remark
        for path, expected, operations in refusals
        if expected is not None and any(paths_overlap(path, one) for one in written)
        for remark in _find_undocumented(
            path, expected, _select_promised(policy, expected, operations, spec)
        )
    ]
    yield from dict.fromkeys(remarks)
    transport = facts.transport
    if transport.plain is not None and transport.https not in (None, "required"):
        yield Remark("transport.plain", _NOT_REQUIRED.format(transport.https, transport.plain))
    if facts.authorization.needs == "exact":
        yield Remark("authorization.needs", _EXACT)
    yield from _find_unread_parts(policy)
    yield from (Remark(*found) for found in find_version_contradictions(spec, facts))
    yield from (Remark(*found) for found in find_server_remarks(spec, policy))
    plans = limits.plans.values() if limits else ()
    for name, bucket in limits.buckets.items() if limits else ():
        if bucket.limit is None and not any(name in plan for plan in plans):
            yield Remark(f"rate_limits.{name}", "has no limit, and no plan gives it one")
    yield from (Remark(*words) for words in find_broken_samples(spec, policy))
    yield from (Remark(*words) for words in find_lifecycle_remarks(spec, policy))
    yield from (Remark(*words) for words in find_history_remarks(spec, policy))
    yield from (Remark(*words) for words in find_format_remarks(policy))


def _find_unread_parts(policy: Policy) -> Iterator[Remark]:
    """Find what is written of a refusal beside its status, and no check reads."""
    written = (row.path for row in policy.origins if row.kind in ("policy", "reading"))
    for part in dict.fromkeys(match[1] for path in written if (match := _UNREAD.match(path))):
        words = "no check reads it; a rule in responses, with when: {status: …}, is read"
        yield Remark(part, words)


def _select_promised(
    policy: Policy, expected: ExpectedResponse, operations: Iterable[Operation], spec: Spec
) -> Iterator[Operation]:
    """Select the operations of which a response is promised."""
    secured = frozenset(operation.id for operation in _list_secured(spec))
    ops = expected.ops
    for one in operations:
        if ops is None or selects(ops, one, policy.facts.operations, secured):
            yield one


def _list_with_body(spec: Spec, oauth: OAuth | None) -> list[Operation]:
    """Operations with a body, except OAuth's: its errors are its own (RFC 6749, section 5.2)."""
    excluded = (oauth.token, oauth.revoke) if oauth else ()
    return [one for one in spec.operations if one.body and one.id not in excluded]


def _list_with_path_parameters(spec: Spec) -> list[Operation]:
    return [operation for operation in spec.operations if "{" in operation.path]


def _list_secured(spec: Spec) -> list[Operation]:
    return [operation for operation in spec.operations if operation.secured]


def _list_scoped(spec: Spec) -> list[Operation]:
    return [operation for operation in spec.operations if operation.scopes]


def _find_undocumented(
    path: str, expected: ExpectedResponse, operations: Iterable[Operation]
) -> Iterator[Remark]:
    exact = expected.statuses.exact
    silent = [o.id for o in operations if exact and not any(map(o.response_for, exact))]
    if silent:
        shown = _abbreviate(silent)
        yield Remark(path, f"promises {expected.statuses}; not documented for {shown}")


def _abbreviate(operations: list[str]) -> str:
    rest = len(operations) - 3
    return ", ".join(operations[:3]) + (f" and {rest} more" if rest > 0 else "")
