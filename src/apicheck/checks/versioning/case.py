"""A version in other case is refused, where the policy says that case matters."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    NotApplicable,
    NotTested,
    Subject,
    Versions,
)
from apicheck.checks.versioning._names import write_in_other_case
from apicheck.checks.versioning._refusals import refused_versions


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


_OF_UNKNOWN = refused_versions(
    title="A version in other case is refused as promised",
    failure_title="A version in other case is not refused as promised",
    kind="unknown",
    rows=rows,
    why=explain,
    standards=("rfc3986#6.2.2.1",),
    proven_by={
        "accepted": ("versioning/ignores-case-of-version",),
        "wrong-status": ("versioning/version-in-other-case-answered-with-other-status",),
    },
)
CHECK = replace(_OF_UNKNOWN, applies=applies, reads=("versioning.case",))
