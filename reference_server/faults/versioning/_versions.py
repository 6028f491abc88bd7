"""What the faults of versions share: the seams that they replace, and where they show."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.facts import ApiVersion, Versioning
from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile

FindServing = Callable[[Versioning, str, str], str]
ChooseStatus = Callable[[Call, Refusal], int]

UNKNOWN = ("versioning.versions", "versioning.unknown")
OLDER = ("supported", "deprecated")


def list_versions(profile: Profile) -> list[ApiVersion]:
    """The versions of the policy."""
    versioning = profile.facts.versioning
    return list(versioning.versions.values()) if versioning else []


def has_older(profile: Profile) -> bool:
    """Where requests are served by a version beside the current one."""
    return any(one.state in OLDER and one.is_served for one in list_versions(profile))


def is_of(refusal: Refusal, kind: str) -> bool:
    """Whether a request is refused for this kind of version."""
    return refusal.kind == f"version:{kind}"
