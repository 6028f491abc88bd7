"""A version that does not exist is refused as promised."""

from __future__ import annotations

from apicheck.authoring import Severity, Versions
from apicheck.checks.versioning._names import list_unknown
from apicheck.checks.versioning._refusals import refused_versions


def explain(versions: Versions, version: str | None) -> str:
    """Say what is wrong with a version, in words."""
    return f"there is no version {versions.write(version or '')}"


CHECK = refused_versions(
    title="A version that does not exist is refused as promised",
    failure_title="A version that does not exist is not refused as promised",
    kind="unknown",
    rows=list_unknown,
    why=explain,
    accepted=Severity.MEDIUM,
    standards=("rfc9110#15.5.5",),
    proven_by={
        "accepted": ("versioning/serves-unknown-version-as-current",),
        "wrong-status": ("versioning/unknown-version-answered-with-other-status",),
    },
)
