"""A version in another case is refused, where the policy says that case matters."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Judgement,
    NotApplicable,
    NotTested,
    Subject,
    Transcript,
    Versions,
)
from apicheck.authoring.facts import RedirectedTo
from apicheck.checks.versioning._kinds import REDIRECTS
from apicheck.checks.versioning._names import write_in_other_case
from apicheck.checks.versioning._refusals import refused_versions
from apicheck.checks.versioning._requests import versions_of


def rows(versions: Versions) -> tuple[str | None, ...]:
    """The current version in the other case, where it has one."""
    swapped = write_in_other_case(versions)
    return () if swapped is None else (swapped,)


def explain(versions: Versions, version: str | None) -> str:
    """Say what is wrong with a version, in words."""
    return f"{versions.write(version or '')} is not {versions.write(versions.current)}"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy says that case matters, and what becomes of an unknown version."""
    facts = subject.facts.versioning
    if facts is None or facts.case != "sensitive":
        return NotApplicable("the policy does not say that case matters (versioning.case)")
    found = _OF_UNKNOWN.applies(subject)
    return replace(found, facts=("versioning.case",)) if isinstance(found, Applies) else found


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail as for an unknown version, unless the segment was taken for that of no version."""
    facts, found = subject.facts.versioning, versions_of(subject)
    taken_for_none = facts is not None and isinstance(facts.missing, RedirectedTo)
    for exchange in transcript.exercised:
        if found.place == "path" and taken_for_none and exchange.status in REDIRECTS:
            return None
    assert _OF_UNKNOWN.judge is not None  # made by refused_versions
    return _OF_UNKNOWN.judge(subject, transcript)


_OF_UNKNOWN = refused_versions(
    title="A version in another case is refused as promised",
    failure_title="A version in another case is not refused as promised",
    kind="unknown",
    rows=rows,
    why=explain,
    standards=("rfc3986#6.2.2.1",),
    proven_by={
        "accepted": ("versioning/ignores-case-of-version",),
        "wrong-status": ("versioning/version-in-other-case-answered-with-other-status",),
    },
)
CHECK = replace(_OF_UNKNOWN, applies=applies, judge=judge, reads=("versioning.case",))
