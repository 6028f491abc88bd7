"""The metadata of the authorization server (RFC 8414), and what they are held against."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from apicheck.authoring import (
    Exchange,
    Inconclusive,
    Json,
    Request,
    Role,
    Steps,
    Subject,
    Transcript,
    applying,
    describe,
    steps,
)

WELL_KNOWN = "/.well-known/oauth-authorization-server"


applies = applying.applies_where(
    lambda facts: facts.oauth and facts.oauth.metadata,
    "the policy does not say where the metadata are",
    "oauth.metadata",
)
"""Where the policy says where the metadata are."""


def metadata_path(subject: Subject) -> str:
    """The path of the metadata, "" where the policy has none."""
    return subject.facts.oauth.metadata if subject.facts.oauth else ""


def fetch_metadata(subject: Subject) -> Steps[Mapping[str, Json]]:
    """Get the metadata, once a run; {} where there are none."""
    path = metadata_path(subject)
    known = {op.path: op.id for op in subject.context.spec.operations if op.method == "GET"}
    request = Request("GET", path, operation=known.get(path, ""))
    return read_members((yield from steps.send(request, Role.TABLE, share="oauth metadata")))


def read_members(exchange: Exchange) -> Mapping[str, Json]:
    """The members of the metadata in a response; {} where it has none."""
    return exchange.members if exchange.succeeded else {}


def find_metadata(
    subject: Subject, transcript: Transcript
) -> tuple[Exchange, Mapping[str, Json]] | Inconclusive | None:
    """The exchange with the metadata, and their members; why there are none."""
    for exchange in transcript.exercised:
        if exchange.request.path == metadata_path(subject):
            members = read_members(exchange)
            if not members:
                return Inconclusive(f"there are no metadata ({describe(exchange)})")
            return exchange, members
    return None


def read_list(members: Mapping[str, Json], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """A list of words; the default of RFC 8414 where there is none."""
    value = members.get(name)
    return tuple(map(str, value)) if isinstance(value, list) else default


def find_issuer(subject: Subject) -> str:
    """The issuer: as the policy says, else by the URL of the metadata (section 3); or ""."""
    oauth = subject.facts.oauth
    if oauth is None or oauth.issuer:
        return oauth.issuer if oauth else ""
    base, path = subject.context.base_url.rstrip("/"), oauth.metadata
    return f"{base}{path.replace(WELL_KNOWN, '', 1)}" if WELL_KNOWN in path else ""


def is_issuer(subject: Subject, written: str) -> bool:
    """Whether a text is the issuer, character by character.

    An issuer is an https URL (section 2). Where the run reaches the API by http, and the policy
    states no issuer, its scheme cannot be known.
    """
    known, oauth = find_issuer(subject), subject.facts.oauth
    if oauth is not None and not oauth.issuer and known.startswith("http://"):
        return written.removeprefix("https://") in (known, known.removeprefix("http://"))
    return written == known


def split(url: Json) -> SplitResult:
    """The parts of a URL; those of an empty one where it is none."""
    try:
        return urlsplit(url if isinstance(url, str) else "")
    except ValueError:
        return urlsplit("")
