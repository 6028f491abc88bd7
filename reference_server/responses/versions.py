"""The field that names the version that served a request."""

from __future__ import annotations

from reference_server.call import Call
from reference_server.policy import rule_applies
from reference_server.responses.headers import Fields
from reference_server.seam import seam

_SUCCESS = 2


@seam
def make_version_echo(call: Call, status: int) -> Fields:
    """The promised field; nothing where the request was to no version."""
    versioning = call.server.profile.facts.versioning
    echo = versioning.echo if versioning else None
    if versioning is None or echo is None or not call.naming.serving:
        return []
    due = rule_applies(call, echo.when, status) if echo.when else status // 100 == _SUCCESS
    if not due or echo.header.lower() == "content-type":
        return []
    return [(echo.header, versioning.form.replace("{version}", call.naming.serving))]


@seam
def name_version_in_vary(call: Call) -> Fields:
    """The header field that chooses the version, where the policy promises it."""
    versioning = call.server.profile.facts.versioning
    if versioning is None or not versioning.vary or call.naming.kind == "none":
        return []
    own = {"header": versioning.name, "media": "Accept"}.get(versioning.place or "", "")
    return [("Vary", field) for field in (own, versioning.also) if field]


def name_in_media_type(call: Call, status: int, media: str) -> str:
    """The media type of a response, which names the version where the policy says so."""
    versioning = call.server.profile.facts.versioning
    echo = versioning.echo if versioning else None
    serving = call.naming.serving
    if versioning is None or echo is None or echo.header.lower() != "content-type" or not serving:
        return media
    due = rule_applies(call, echo.when, status) if echo.when else status // 100 == _SUCCESS
    if not due or "json" not in media:
        return media
    written = versioning.form.replace("{version}", serving)
    return f"{media};{versioning.name}={written}" if versioning.name else written


@seam
def locate_version(call: Call) -> Fields:
    """The path of the version to which a request is redirected (RFC 9110, section 10.2.2)."""
    return [("Location", call.naming.target)] if call.naming.target else []
