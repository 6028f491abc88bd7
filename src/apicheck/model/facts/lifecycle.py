"""Versions and deprecations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apicheck.model.facts.responses import ExpectedResponse, HeaderRule, Selector, When
from apicheck.model.facts.versions import ApiVersion, Treatment, VersionEcho
from apicheck.model.json import Json


@dataclass(frozen=True, slots=True)
class Deprecation:
    """`versioning.deprecations[]`: operations that are going away.

    announced, since, sunset: ISO dates or date-times, UTC; "" when not said. gone: the response
    from the sunset on. successor: operation that takes over, "" when none. headers: fields of the
    provider's own that announce it. when: the responses that announce it, default the successful
    ones.
    """

    ops: Selector
    announced: str = ""
    since: str = ""
    sunset: str = ""
    gone: ExpectedResponse | None = None
    successor: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    """Relation type (`successor-version`, `deprecation`, `sunset`) -> URL, "" for any."""
    headers: Mapping[str, HeaderRule] = field(default_factory=dict)
    when: When | None = None


@dataclass(frozen=True, slots=True)
class LifecyclePromises:
    """`versioning.promises`.

    support_s: seconds from a deprecation to its sunset, at least. notice_s: seconds from the
    announcement of a deprecation to its beginning, at least.
    """

    support_s: float | None = None
    notice_s: float | None = None
    guide: Json = None
    compatible: Json = None


@dataclass(frozen=True, slots=True)
class EarlierDocument:
    """An OpenAPI document that described the API before the present one.

    file: relative to the policy. published: an ISO date, UTC; "" when not said.
    """

    file: str
    published: str = ""


@dataclass(frozen=True, slots=True)
class Versioning:
    """`versioning`. place: its `in`: "path", "header", "query" or "media".

    name: of the header field, of the query parameter, or of the parameter of the media type.
    form: how a version is written there; `{version}` stands for its key in `versions`. case:
    "sensitive" or "insensitive". unknown, future, malformed, missing, retired: what becomes of a
    request whose version is none of `versions`, is newer than all of them, does not look like one,
    is not there, or is no longer served. also: a header field that may name the version as well.
    conflict: the response to a request that names two versions. vary: Vary names the header field
    by which the version is chosen. compatible: the operations of `history` that the present
    document still describes compatibly; None: not promised.
    others: keys without a field; `standard` is "rfc9745" (default) or "own" (checks assert only
    the `headers` of a deprecation).
    """

    deprecations: tuple[Deprecation, ...] = ()
    place: str | None = None
    name: str = ""
    form: str = "{version}"
    versions: Mapping[str, ApiVersion] = field(default_factory=dict)
    unknown: Treatment | None = None
    future: Treatment | None = None
    malformed: Treatment | None = None
    missing: Treatment | None = None
    retired: Treatment | None = None
    also: str = ""
    conflict: ExpectedResponse | None = None
    vary: bool = False
    case: str = ""
    echo: VersionEcho | None = None
    promises: LifecyclePromises = field(default_factory=LifecyclePromises)
    history: tuple[EarlierDocument, ...] = ()
    compatible: Selector | None = None
    others: Mapping[str, Json] = field(default_factory=dict)

    @property
    def treatments(self) -> Mapping[str, Treatment | None]:
        """Kind of request whose version is not served by itself -> what becomes of it."""
        kinds = ("unknown", "future", "malformed", "missing", "retired")
        return {kind: getattr(self, kind) for kind in kinds}

    @property
    def uses_own_fields(self) -> bool:
        """Whether the fields of RFC 9745 and RFC 8594 are not promised."""
        return self.others.get("standard") == "own"
