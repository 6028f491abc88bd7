"""A future version is refused as promised."""

from __future__ import annotations

from apicheck.authoring import Versions
from apicheck.checks.versioning._names import list_future
from apicheck.checks.versioning._refusals import refused_versions


def explain(versions: Versions, version: str | None) -> str:
    """Say what is wrong with a version, in words."""
    newest = versions.write(versions.current)
    return f"{versions.write(version or '')} is yet to come, the current version is {newest}"


CHECK = refused_versions(
    title="A future version is refused as promised",
    failure_title="A future version is not refused as promised",
    kind="future",
    rows=list_future,
    why=explain,
    standards=("rfc9110#15.5.5",),
    proven_by={
        "accepted": ("versioning/serves-future-version",),
        "wrong-status": ("versioning/future-version-answered-with-other-status",),
    },
)
