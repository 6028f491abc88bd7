"""Group findings of one kind: the same check and outcome, with different details."""

from __future__ import annotations

from collections.abc import Iterable

from apicheck.model.results import Finding


def group_alike(findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], ...]:
    """Group findings by kind, in the order of the first finding of each kind.

    One mistake in a server's code often shows in several details: each right that it confuses,
    each member that it leaves null. One fix mends them, so the report shows them together.
    """
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        found.setdefault((finding.check, finding.outcome), []).append(finding)
    return tuple(tuple(members) for members in found.values())
