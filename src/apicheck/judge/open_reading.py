"""Doubt that reading without a credential is a defect, where the whole API lets everybody read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from apicheck.judge.results import index_exchanges
from apicheck.model.exchange import Caller, Direction, Exchange, Transcript
from apicheck.model.plan import Plan
from apicheck.model.results import CheckResult, FailureSummary
from apicheck.model.target import Mode
from apicheck.model.verdict import Severity, Verdict

_REFUSED = (401, 403)
_SAFE = ("GET", "HEAD")
_FEWEST = 3
_NEARLY_ALL = 0.75
_DETAIL = "open for reading"
_BY_ANOTHER = (
    "every caller may read here, also without a credential; another check reports it for the API"
)


@dataclass(frozen=True, slots=True)
class _Doors:
    """The operations that need a credential by the document, and what they did without one."""

    opened: frozenset[str]
    """Those that read, and responded to a request without a credential."""
    read: int
    """How many of those that read were sent such a request."""
    written: bool = True
    """Whether one that writes was sent such a request."""

    @property
    def words(self) -> str:
        """The doubt, for the reader of a finding."""
        open_ = f"{len(self.opened)} of {self.read} operations that read are open to every caller"
        lacks = (
            "the document lacks `security: []` for them, or the policy"
            " `authentication.anonymous_may`"
        )
        if self.written:
            return (
                f"{open_}, and those that write are not, so that this is most likely meant: then"
                f" {lacks}"
            )
        return (
            f"{open_}, so that this may be meant: then {lacks}. A run that only reads cannot tell"
            " whether those that write ask for a credential; if they do not, this is critical"
        )


def doubt_open_reading(
    plan: Plan, transcripts: Sequence[Transcript], results: Sequence[CheckResult]
) -> tuple[CheckResult, ...]:
    """The results, with one finding of medium severity where the API lets everybody read.

    One check reports it: that which shows it on most operations. The others say nothing of these
    operations, where a bad credential is as good as none.
    """
    exchanges = index_exchanges(transcripts)
    doors = _find_doors(plan, exchanges.values())
    if not doors.opened:
        return tuple(results)
    open_ = [
        (number, result.check)
        for number, result in enumerate(results)
        if result.operation in doors.opened
        and any(_is_read_by(one, exchanges, Caller.ANONYMOUS) for one in result.failures)
    ]
    reporting = Counter(check for _, check in open_).most_common(1)
    reported = {number for number, check in open_ if check == reporting[0][0]}
    return tuple(
        _doubt(result, doors, exchanges, reports=number in reported)
        if result.operation in doors.opened
        else result
        for number, result in enumerate(results)
    )


def _find_doors(plan: Plan, exchanges: Iterable[Exchange]) -> _Doors:
    opened: dict[bool, set[str]] = {True: set(), False: set()}
    closed: dict[bool, set[str]] = {True: set(), False: set()}
    for exchange in exchanges:
        name = exchange.request.operation
        if name not in plan.context.secured or not _is_anonymous(exchange):
            continue
        safe = plan.spec.operation(name).safe
        if exchange.succeeded:
            opened[safe].add(name)
        elif exchange.status in _REFUSED:
            closed[safe].add(name)
    read = len(opened[True] | closed[True])
    meant = read >= _FEWEST and len(opened[True]) >= _NEARLY_ALL * read
    written = bool(closed[False])
    if not meant or opened[False] or not (written or _only_reads(plan)):
        return _Doors(frozenset(), read)
    return _Doors(frozenset(opened[True]), read, written)


def _only_reads(plan: Plan) -> bool:
    """Whether the run leaves out operations that write, and so cannot ask them."""
    secured = plan.context.secured
    writes = any(one.id in secured and not one.safe for one in plan.spec.operations)
    return writes and plan.context.mode is Mode.READ_ONLY


def _is_anonymous(exchange: Exchange) -> bool:
    """Whether a check sent a request without any credential."""
    out = exchange.direction is Direction.OUT and exchange.role.exercises
    return out and exchange.request.caller is Caller.ANONYMOUS


def _doubt(
    result: CheckResult, doors: _Doors, exchanges: Mapping[str, Exchange], *, reports: bool
) -> CheckResult:
    shown = [
        failure
        for failure in result.failures
        if _is_read_by(failure, exchanges, Caller.ANONYMOUS, Caller.BAD)
    ]
    if not shown:
        return result
    left = tuple(one for one in result.failures if one not in shown)
    if reports:
        first = replace(
            shown[0],
            actual=f"{shown[0].actual}: {doors.words}",
            detail=_DETAIL,
            at_most=Severity.MEDIUM,
        )
        return replace(result, failures=(first, *left))
    if left:
        return replace(result, failures=left)
    return replace(result, verdict=Verdict.NOT_APPLICABLE, failures=(), reason=_BY_ANOTHER)


def _is_read_by(
    failure: FailureSummary, exchanges: Mapping[str, Exchange], *callers: Caller
) -> bool:
    """Whether a failure is that one of these callers could read."""
    shown = exchanges.get(failure.evidence[0]) if failure.evidence else None
    if shown is None or not shown.succeeded or shown.request.method not in _SAFE:
        return False
    return shown.request.caller in callers
