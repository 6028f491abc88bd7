"""Compare two runs: what is new, what is fixed, and what is no longer exercised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.model.difference import Changed, ClauseChange, Difference, Unexercised
from apicheck.model.results import CheckResult, Finding, Results
from apicheck.model.verdict import Verdict

_DECIDED = (Verdict.PASS, Verdict.FAIL)
_NAMED = 6

_Key = tuple[str, str, tuple[str, ...]]
"""Check, subject and facts of one result."""


def compare_runs(old: Results, new: Results) -> Difference:
    """Compare two runs, from an earlier one to a later one.

    A finding that is gone is fixed only where its subjects pass now: silence fixes nothing.
    """
    before = {finding.id: finding for finding in old.findings}
    after = {finding.id: finding for finding in new.findings}
    gone = [finding for name, finding in before.items() if name not in after]
    fixed = tuple(finding for finding in gone if _is_fixed(finding, new))
    changed = tuple(
        Changed(after[name], words)
        for name, finding in before.items()
        if name in after and (words := tuple(_describe(finding, after[name])))
    )
    appeared = tuple(finding for name, finding in after.items() if name not in before)
    unexercised = tuple(_list_unexercised(old, new))
    wider = any(set(after[n].subjects) - set(f.subjects) for n, f in before.items() if n in after)
    return Difference(
        new=appeared,
        fixed=fixed,
        lost=tuple(finding for finding in gone if finding not in fixed),
        changed=changed,
        clauses=tuple(_list_clauses(old, new)),
        unexercised=unexercised,
        caveats=tuple(_list_caveats(old, new)),
        is_worse=bool(appeared or unexercised) or wider,
    )


def _is_fixed(finding: Finding, new: Results) -> bool:
    """Whether the check decided on every subject of a finding, and did not find it."""
    decided = {
        one.subject for one in new.checks if one.check == finding.check and one.verdict in _DECIDED
    }
    return decided.issuperset(finding.subjects)


def _describe(old: Finding, new: Finding) -> Iterator[str]:
    more = [one for one in new.subjects if one not in old.subjects]
    less = [one for one in old.subjects if one not in new.subjects]
    for word, subjects in (("now also on", more), ("no longer on", less)):
        if subjects:
            rest = f" and {len(subjects) - _NAMED} more" if len(subjects) > _NAMED else ""
            yield f"{word} {', '.join(subjects[:_NAMED])}{rest}"
    if old.severity is not new.severity:
        yield f"severity {old.severity.name.lower()}, now {new.severity.name.lower()}"
    if old.clauses != new.clauses:
        yield f"breaks {', '.join(new.clauses) or 'no clause'}, before {', '.join(old.clauses)}"


def _list_clauses(old: Results, new: Results) -> Iterator[ClauseChange]:
    before = {item.clause.id: item.verdict for item in old.clauses}
    after = {item.clause.id: item.verdict for item in new.clauses}
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) is not after.get(name):
            yield ClauseChange(name, before.get(name), after.get(name))


def _list_unexercised(old: Results, new: Results) -> Iterator[Unexercised]:
    """What was decided and is not any more; a result that does not apply now is no loss."""
    after = _index(new)
    for key, was in _index(old).items():
        if was.verdict not in _DECIDED:
            continue
        now = after.get(key)
        if now is None:
            yield Unexercised(was.check, was.subject, was.verdict, None, "")
        elif now.verdict not in (*_DECIDED, Verdict.NOT_APPLICABLE):
            yield Unexercised(was.check, was.subject, was.verdict, now.verdict, now.reason)


def _index(results: Results) -> Mapping[_Key, CheckResult]:
    return {(one.check, one.subject, one.facts): one for one in results.checks}


def _list_caveats(old: Results, new: Results) -> Iterator[str]:
    """List what differs between the runs beside the API."""
    one, other = old.run, new.run
    for noun, was, now in (
        ("policy", one.policy, other.policy),
        ("tool", one.tool, other.tool),
        ("mode", one.mode, other.mode),
        ("target", one.base_url, other.base_url),
    ):
        if was != now:
            yield f"another {noun}: {was}, now {now}"
    for noun, role in (("policy", "policy"), ("document", "openapi")):
        if one.digests.get(role) != other.digests.get(role):
            yield f"the {noun} was changed"
    for results, which in ((old, "first"), (new, "second")):
        if results.word.partial:
            yield f"the {which} run tested a selected part of the policy"
        if results.run.interrupted or not results.run.finished:
            yield f"the {which} run ended early"
