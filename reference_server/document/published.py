"""The document that the server publishes of itself."""

from __future__ import annotations

from copy import deepcopy

from apicheck.model.json import Json
from reference_server.document.profile import Profile
from reference_server.seam import seam

Document = dict[str, Json]


@seam
def publish_document(profile: Profile) -> Document:
    """The document of the profile, for the caller to keep."""
    return deepcopy(dict(profile.spec.document))
