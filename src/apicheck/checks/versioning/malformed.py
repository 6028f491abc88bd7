"""A malformed version is refused as promised, and makes nothing fail."""

from __future__ import annotations

from apicheck.authoring import Versions
from apicheck.checks.versioning._names import list_malformed
from apicheck.checks.versioning._refusals import refused_versions

_SHOWN = 40


def explain(versions: Versions, version: str | None) -> str:
    """Say what is wrong with a version, in words."""
    written = versions.write(version or "")
    shown = written if len(written) <= _SHOWN else f"{written[:_SHOWN]}…"
    return f"{shown} is no version"


CHECK = refused_versions(
    title="A malformed version is refused as promised",
    failure_title="A malformed version is not refused as promised",
    kind="malformed",
    rows=list_malformed,
    why=explain,
    server_error=True,
    standards=("rfc9110#15.5.1", "rfc9110#15.6"),
    proven_by={
        "accepted": ("versioning/serves-malformed-version",),
        "server-error": ("versioning/fails-on-malformed-version",),
        "wrong-status": ("versioning/malformed-version-answered-with-other-status",),
    },
)
