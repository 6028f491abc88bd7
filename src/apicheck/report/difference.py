"""Render what differs between two runs: as text, and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apicheck.model.codec import to_json
from apicheck.model.difference import ClauseChange, Difference, Unexercised
from apicheck.model.json import Json
from apicheck.model.results import Finding, Results
from apicheck.report.text import join_lines

_SHOWN = 6
_GROUPS_SHOWN = 20


def describe_difference(difference: Difference, old: Results, new: Results) -> Iterator[str]:
    """Describe what differs in lines, what is worse first."""
    yield join_lines(f"from {_name(old)}")
    yield join_lines(f"to   {_name(new)}")
    yield from (join_lines(f"  note: {caveat}") for caveat in difference.caveats)
    for title, findings in (
        ("new", difference.new),
        ("fixed", difference.fixed),
        ("not seen again, and not tested everywhere", difference.lost),
    ):
        yield from _list(title, [_describe_finding(finding) for finding in findings])
    changed = [f"{_label(one.finding)}: {'; '.join(one.words)}" for one in difference.changed]
    yield from _list("changed", changed)
    yield from _list("no longer exercised", _group(difference.unexercised))
    yield from _list("clauses", list(map(_describe_clause, difference.clauses)))
    yield ""
    yield summarize(difference)


def summarize(difference: Difference) -> str:
    """Summarize the difference in a line."""
    return (
        f"{len(difference.new)} new, {len(difference.fixed)} fixed,"
        f" {len(difference.changed)} changed, {len(difference.lost)} not seen again,"
        f" {len(difference.unexercised)} no longer exercised"
    )


def difference_as_json(difference: Difference, old: Results, new: Results) -> Json:
    """The difference for programs."""
    return {
        "old": _as_json(old),
        "new": _as_json(new),
        "difference": to_json(difference, whole=True),
    }


def _as_json(results: Results) -> Json:
    run, word = results.run, results.word
    return {
        "started": run.started,
        "target": run.target,
        "policy": run.policy,
        "word": word.word.value,
        "scope": word.scope,
        "digests": dict(run.digests),
    }


def _name(results: Results) -> str:
    return f"{results.run.started}  {results.word.word.value}: {results.word.scope}"


def _list(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield f"{title}:"
        yield from (f"  {join_lines(line)}" for line in lines)


def _label(finding: Finding) -> str:
    name = ": ".join(filter(None, (finding.check, finding.outcome, finding.detail)))
    return f"{finding.severity.name.lower():<8}  {name} ({finding.id})"


def _describe_finding(finding: Finding) -> str:
    return (
        f"{_label(finding)} on {_name_few(finding.subjects)}; clauses {_name_few(finding.clauses)}"
    )


def _describe_clause(change: ClauseChange) -> str:
    old = change.old.value if change.old else "not there"
    new = change.new.value if change.new else "no longer there"
    return f"{change.clause}: {old}, now {new}"


def _group(lost: Sequence[Unexercised]) -> list[str]:
    """Lines for results that were decided, together where check and reason are the same."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in lost:
        now = one.new.value if one.new else "not there"
        why = ": ".join(filter(None, (now, one.reason)))
        groups.setdefault((one.check, why), []).append(one.subject)
    lines = [f"{check} on {_name_few(names)} ({why})" for (check, why), names in groups.items()]
    more = [f"and {len(lines) - _GROUPS_SHOWN} more"] if lines[_GROUPS_SHOWN:] else []
    return lines[:_GROUPS_SHOWN] + more


def _name_few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return (", ".join(names[:_SHOWN]) or "none") + more
