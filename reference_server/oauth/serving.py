"""Endpoints of the authorization server that need be no operations of the document."""

from __future__ import annotations

from reference_server.call import Call, Reply
from reference_server.oauth.authorization import authorize
from reference_server.oauth.endpoints import find_authorization_path, find_metadata_path
from reference_server.oauth.metadata import show_metadata
from reference_server.seam import seam


@seam
def serve_endpoint(call: Call) -> Reply | None:
    """The reply of the authorization endpoint or of the metadata; None for any other request."""
    profile, safe = call.server.profile, call.method in ("GET", "HEAD")
    if safe and call.path == find_metadata_path(profile):
        return show_metadata(call)
    if (safe or call.method == "POST") and call.path == find_authorization_path(profile):
        return authorize(call)
    return None
