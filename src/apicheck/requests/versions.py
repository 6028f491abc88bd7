"""Where a request names a version of the API, and how another is put in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote

from apicheck.model.exchange import Request
from apicheck.model.facts import ApiVersion, Versioning
from apicheck.model.media_types import JSON
from apicheck.model.operation import Operation, Spec
from apicheck.model.subject import RunContext

_MARK = "{version}"
_IN_PATH = re.compile(r"v\d+(?:\.\d+)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of an API, and the place in a request where one is named.

    place, name, form: as in `Versioning`. known: the versions of the policy; where it lists none,
    those that the document shows.
    """

    place: str
    name: str
    form: str
    known: Mapping[str, ApiVersion]

    @property
    def current(self) -> str:
        """The version that a client should name: the current one, else the last that is served."""
        served = [name for name, one in self.known.items() if one.is_served]
        current = [name for name in served if self.known[name].state == "current"]
        return (current or served[-1:] or [""])[0]

    def write(self, version: str) -> str:
        """A version as its place has it."""
        return self.form.replace(_MARK, version)

    def read(self, request: Request) -> str | None:
        """The version that a request names; None for none. In a path, only a known one."""
        if self.place == "path":
            return next((known for _, known in self._find_segments(request.path)), None)
        if self.place == "query":
            values = (value for key, value in request.query if key == self.name)
            return self._unwrap(next(values, None))
        field = self.name if self.place == "header" else "Accept"
        return self.read_field(request.header(field))

    def read_field(self, value: str | None) -> str | None:
        """The version in the value of a header field, of a request or a response."""
        if value is None or self.place != "media":
            return self._unwrap(value)
        found = re.search(self._in_media, value, re.IGNORECASE)
        return found[1] if found else None

    def put(self, request: Request, version: str | None) -> Request | None:
        """The request with another version, or without any; None where that is impossible.

        In a path, the version replaces a known one. The new path is of no operation: the document
        need not have it.
        """
        text = None if version is None else self.write(version)
        if self.place == "query":
            kept = tuple(pair for pair in request.query if pair[0] != self.name)
            return replace(request, query=kept if text is None else (*kept, (self.name, text)))
        if self.place == "header":
            return request.with_header(self.name, *([] if text is None else [text]))
        if self.place == "media":
            return request.with_header("Accept", self._write_media(request, version))
        return self._put_segment(request, text)

    def is_of(self, operation: Operation, version: str) -> bool:
        """Whether an operation is of a version: by its path, if that is the place."""
        if self.place != "path":
            return True
        return any(known == version for _, known in self._find_segments(operation.path))

    @property
    def _in_media(self) -> str:
        if self.name:
            return rf';\s*{re.escape(self.name)}\s*=\s*"?([^\s";,]+)'
        return re.escape(self.form).replace(re.escape(_MARK), r"([^\s;,/+]+)")

    def _unwrap(self, text: str | None) -> str | None:
        """The version in a value of this form; another value as it is."""
        before, _, after = self.form.partition(_MARK)
        if text is None or not (text.startswith(before) and text.endswith(after)):
            return text
        return text[len(before) : len(text) - len(after)]

    def _write_media(self, request: Request, version: str | None) -> str:
        if self.name:
            accepted = request.header("Accept")
            first = JSON if accepted is None else accepted.partition(",")[0]
            bare = first.partition(";")[0].strip()
            return bare if version is None else f"{bare};{self.name}={self.write(version)}"
        if version is not None:
            return self.write(version)
        return JSON if self.form.endswith("json") else "*/*"

    def _find_segments(self, path: str) -> Iterator[tuple[int, str]]:
        """The place in a path of each segment that is a version, and the version.

        A further name of a version does not count: it may be an ordinary word (`/releases/latest`).
        """
        versions = {
            self.write(name): name
            for name, one in self.known.items()
            if one.is_served or one.state == "retired"
        }
        for number, segment in enumerate(path.split("/")):
            if segment in versions:
                yield number, versions[segment]

    def _put_segment(self, request: Request, text: str | None) -> Request | None:
        segments = request.path.split("/")
        place = next((number for number, _ in self._find_segments(request.path)), None)
        if place is None:
            return None
        segments[place : place + 1] = [] if text is None else [quote(text, safe="")]
        return replace(request, path="/".join(segments), operation="")


def find_versions(context: RunContext) -> Versions | None:
    """The versions of the API; None where the policy does not say where a request names one."""
    versioning = context.facts.versioning
    if versioning is None:
        return None
    place = versioning.place or "path"
    known = versioning.versions or list_documented(place, versioning, context.spec)
    written = frozenset(versioning.form.replace(_MARK, name) for name in known)
    if not known or (place == "path" and not _stand_in_paths(written, context.spec)):
        return None
    return Versions(place, versioning.name, versioning.form, known)


def with_current_version(context: RunContext, request: Request) -> Request:
    """The request, which names the current version where it names none that is served.

    A version in the path is of the operation: it stays. So do requests to the authorization server,
    and those that accept no JSON where the version is part of the media type.
    """
    facts = context.facts
    if facts.versioning is None or not facts.versioning.versions:
        return request
    versions, oauth = find_versions(context), facts.oauth
    if versions is None or versions.place == "path":
        return request
    if oauth is not None and request.operation in (oauth.token, oauth.revoke):
        return request
    accepted = request.header("Accept")
    if versions.place == "media" and accepted is not None and "json" not in accepted:
        return request
    named = versions.known.get(versions.read(request) or "")
    if named is not None and named.is_served:
        return request
    return versions.put(request, versions.current) or request


def list_documented(place: str, versioning: Versioning, spec: Spec) -> dict[str, ApiVersion]:
    """List the versions that the document shows: in its paths, or as values of the parameter."""
    if place == "path":
        found = [
            segment
            for operation in spec.operations
            for segment in operation.path.split("/")
            if _IN_PATH.fullmatch(segment)
        ]
    else:
        found = [
            value
            for operation in spec.operations
            for one in operation.parameters
            if (one.place, one.name.lower()) == (place, versioning.name.lower())
            and isinstance(one.schema, Mapping)
            for value in one.schema.get("enum", ())
            if isinstance(value, str)
        ]
    return dict.fromkeys(found, ApiVersion())


@lru_cache(maxsize=16)
def _stand_in_paths(segments: frozenset[str], spec: Spec) -> bool:
    """Whether some path has one of the segments; checks ask at each response."""
    return any(not segments.isdisjoint(one.path.split("/")) for one in spec.operations)
