"""Compare the findings of a run with a baseline: which are new, and which entries still count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from apicheck.model.baseline import Comparison, KnownFinding
from apicheck.model.results import Finding, Results
from apicheck.model.verdict import Consequence, RunWord, Verdict


def compare_with_baseline(
    results: Results, entries: Sequence[KnownFinding], today: date
) -> Comparison:
    """Compare the findings of a run with a baseline, whose entries count on their last day too."""
    valid = [entry for entry in entries if entry.expires >= today]
    new: dict[str, tuple[str, ...]] = {}
    known: dict[str, tuple[KnownFinding, ...]] = {}
    for finding in results.findings:
        own = tuple(entry for entry in valid if entry.fingerprint == finding.id)
        open_ = tuple(
            subject
            for subject in finding.subjects
            if not any(entry.covers(subject) for entry in own)
        )
        if open_ or not own:
            new[finding.id] = open_
        else:
            known[finding.id] = own
    matched = [entry for entry in entries if _matches(entry, results.findings)]
    rest = [entry for entry in entries if entry not in matched]
    mended = tuple(entry for entry in rest if _is_mended(entry, results))
    return Comparison(
        new=new,
        known=known,
        expired=tuple(entry for entry in matched if entry.expires < today),
        mended=mended,
        unseen=tuple(entry for entry in rest if entry not in mended),
    )


def choose_exit_code(results: Results, comparison: Comparison) -> int:
    """The exit code of a run in which only new findings count as violations.

    It is the run's own, unless every violated clause is violated by known findings alone.
    """
    violated = [one for one in results.clauses if one.consequence is Consequence.VIOLATION]
    all_known = all(
        one.findings and all(finding in comparison.known for finding in one.findings)
        for one in violated
    )
    if results.word.word is RunWord.NOT_CONFORMANT and all_known:
        return results.word.without_violations
    return results.word.exit_code


def _matches(entry: KnownFinding, findings: Sequence[Finding]) -> bool:
    return any(
        entry.fingerprint == finding.id and any(map(entry.covers, finding.subjects))
        for finding in findings
    )


def _is_mended(entry: KnownFinding, results: Results) -> bool:
    """Whether the check of an entry passed on all of its subjects.

    An entry without subjects, or without the name of its check, says too little to know that.
    """
    check = entry.finding.partition(":")[0]
    passed = {
        one.subject for one in results.checks if one.check == check and one.verdict is Verdict.PASS
    }
    return bool(entry.subjects) and passed.issuperset(entry.subjects)


def renew(
    results: Results, entries: Sequence[KnownFinding], wanted: KnownFinding, today: date
) -> tuple[KnownFinding, ...]:
    """The entries that cover every finding of a run: those that still count, and new ones.

    wanted: owner, reason and last day of the new ones. An entry whose subjects pass is left out;
    one of which the run says nothing stays until it expires.
    """
    comparison = compare_with_baseline(results, entries, today)
    gone = (*comparison.mended, *comparison.expired)
    kept = [entry for entry in entries if entry not in gone and entry.expires >= today]
    return (*kept, *_list_new(results, comparison, wanted))


def _list_new(
    results: Results, comparison: Comparison, wanted: KnownFinding
) -> Iterator[KnownFinding]:
    for finding in results.findings:
        if finding.id in comparison.new:
            name = ": ".join(filter(None, (finding.check, finding.outcome, finding.detail)))
            subjects = comparison.new[finding.id]
            yield replace(wanted, fingerprint=finding.id, finding=name, subjects=subjects)
