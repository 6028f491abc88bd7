"""Where the authorization endpoint and the metadata are: by the policy, else by the document."""

from __future__ import annotations

from urllib.parse import urlsplit

from reference_server.document.profile import Profile


def find_authorization_path(profile: Profile) -> str:
    """The path of the authorization endpoint, "" where there is none."""
    oauth, spec = profile.facts.oauth, profile.spec
    if oauth is None or not oauth.token:
        return ""
    if oauth.authorize.startswith("/"):
        return oauth.authorize
    if oauth.authorize:
        return spec.operation(oauth.authorize).path
    urls = (scheme.authorization_url for scheme in spec.schemes.values())
    return urlsplit(next(filter(None, urls), "")).path


def find_metadata_path(profile: Profile) -> str:
    """The path of the metadata (RFC 8414), "" where there is none."""
    oauth = profile.facts.oauth
    return oauth.metadata if oauth else ""
