"""Findings of one kind: the same outcome of the same check, which differ in a detail."""

from __future__ import annotations

from collections.abc import Iterable

from apicheck.model.results import Finding


def group_alike(findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], ...]:
    """Findings of one kind together, in the order in which the first of each kind came.

    One mistake in a server's code often shows in several details: each right that it mixes up,
    each member that it leaves null. They are mended together, so they are read together.
    """
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        found.setdefault((finding.check, finding.outcome), []).append(finding)
    return tuple(tuple(members) for members in found.values())
