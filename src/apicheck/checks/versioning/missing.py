"""A request without a version is refused as promised."""

from __future__ import annotations

from apicheck.authoring import Versions
from apicheck.checks.versioning._kinds import list_missing
from apicheck.checks.versioning._refusals import refused_versions


def explain(versions: Versions, _: str | None) -> str:
    """Say what is wrong with the request, in words."""
    place = {
        "path": "the path",
        "header": versions.name,
        "query": f"the parameter {versions.name}",
        "media": "Accept",
    }
    return f"{place[versions.place]} names no version"


CHECK = refused_versions(
    title="A request without a version is refused as promised",
    failure_title="A request without a version is not refused as promised",
    kind="missing",
    rows=list_missing,
    why=explain,
    standards=("rfc9110#15.5.1",),
    proven_by={
        "accepted": ("versioning/serves-without-version",),
        "wrong-status": ("versioning/missing-version-answered-with-other-status",),
    },
)
