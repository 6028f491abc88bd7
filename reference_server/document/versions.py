"""Which version of the API a request names, and which one serves it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import unquote

from apicheck.model.exchange import Pairs
from apicheck.model.facts import ApiVersion, RedirectedTo, ServedBy, Treatment, Versioning
from reference_server.document.profile import Profile
from reference_server.seam import seam

_MARK = "{version}"
_NUMBER = re.compile(r"(\D*)(\d+)((?:\.\d+)*)")


@dataclass(frozen=True, slots=True)
class Naming:
    """The version that a request names.

    kind: served, another-name, redirected, retired, unknown, future, malformed, missing or
    conflict; none where the API has no versions, or the path is of no version. serving: the version
    that serves the request, "" where it is refused. path: of the request, as that version has it.
    target: the path to which the request is redirected, "" where it is not.
    """

    kind: str
    path: str
    named: str = ""
    serving: str = ""
    target: str = ""

    @property
    def refused(self) -> bool:
        """Whether the request is refused for its version."""
        return self.kind != "none" and not self.serving


@seam
def name_version(profile: Profile, method: str, path: str, query: Pairs, headers: Pairs) -> Naming:
    """The version that a request names, and the one that serves it. headers: in lower case."""
    del method
    versioning = profile.facts.versioning
    if versioning is None or versioning.place is None or not versioning.versions:
        return Naming("none", path)
    if versioning.place == "path":
        found = _name_by_path(profile, versioning, path)
        return find_conflict(versioning, found, _read_others(versioning, query, headers))
    operation = _find_operation(profile, path)
    oauth = profile.facts.oauth
    if operation is None or (oauth and operation in (oauth.token, oauth.revoke)):
        return Naming("none", path)
    named = _read_field(versioning, query, headers)
    kind = classify_version(versioning, named)
    found = Naming(kind, path, named or "", find_serving(versioning, kind, named or ""))
    return find_conflict(versioning, found, _read_others(versioning, query, headers))


@seam
def find_conflict(versioning: Versioning, found: Naming, others: tuple[str, ...]) -> Naming:
    """The version that a request names, unless it names another one too. others: what it names."""
    same = {found.named, found.serving}
    refused = versioning.conflict is not None and not found.refused
    if refused and found.kind not in ("none", "missing") and not same.issuperset(others):
        return replace(found, kind="conflict", serving="")
    return found


def _read_others(versioning: Versioning, query: Pairs, headers: Pairs) -> tuple[str, ...]:
    """Every version that a request names in the fields and parameters for it."""
    pairs = query if versioning.place == "query" else headers
    own = versioning.name.lower() if versioning.place == "header" else versioning.name
    named = [
        value for name, value in pairs if versioning.place in ("header", "query") and name == own
    ]
    also = [value for name, value in headers if versioning.also and name == versioning.also.lower()]
    return tuple(_unwrap(versioning, value.strip()) for value in (*named, *also))


def _find_operation(profile: Profile, path: str) -> str | None:
    """Some operation of a path, by its id."""
    match = profile.routes.match("", path)
    found = (profile.routes.match(method, path).operation for method in match.allowed)
    return next((operation.id for operation in found if operation), None)


def _read_field(versioning: Versioning, query: Pairs, headers: Pairs) -> str | None:
    if versioning.place == "query":
        return next((value for name, value in query if name == versioning.name), None)
    if versioning.place == "header":
        wanted = versioning.name.lower()
        value = next((value for name, value in headers if name == wanted), None)
        return None if value is None else _unwrap(versioning, value)
    accepted = next((value for name, value in headers if name == "accept"), "")
    if versioning.name:
        pattern = rf';\s*{re.escape(versioning.name)}="?([^",;\s]*)'
    else:
        before, _, after = map(re.escape, versioning.form.partition(_MARK))
        pattern = f"{before}([^;,]*?){after}"
    found = re.search(pattern, accepted, re.IGNORECASE)
    return found[1] if found else None


def _unwrap(versioning: Versioning, value: str) -> str:
    before, _, after = versioning.form.partition(_MARK)
    return value.removeprefix(before).removesuffix(after)


def _name_by_path(profile: Profile, versioning: Versioning, path: str) -> Naming:
    """Take the segment for a version that stands where the document's paths have theirs."""
    segments = path.split("/")
    for place, version in profile.version_places:
        written = versioning.form.replace(_MARK, version)
        if segments[place : place + 1]:
            named = _unwrap(versioning, unquote(segments[place]))
            kind = classify_version(versioning, named)
            with_it = "/".join([*segments[:place], written, *segments[place + 1 :]])
            if kind == "retired" or _is_path(profile, with_it):
                return _make_naming(versioning, kind, named, segments, place)
    for place, version in profile.version_places:
        written = versioning.form.replace(_MARK, version)
        room = [*segments[:place], "", *segments[place:]]
        if _is_path(profile, "/".join([*room[:place], written, *room[place + 1 :]])):
            return _make_naming(versioning, "missing", "", room, place)
    return Naming("none", path)


def _make_naming(
    versioning: Versioning, kind: str, named: str, segments: list[str], place: int
) -> Naming:
    def write(version: str) -> str:
        written = versioning.form.replace(_MARK, version)
        return "/".join([*segments[:place], written, *segments[place + 1 :]])

    serving = find_serving(versioning, kind, named)
    target = find_redirect(versioning, kind, named)
    return Naming(kind, write(serving), named, serving, write(target) if target else "")


def _is_path(profile: Profile, path: str) -> bool:
    match = profile.routes.match("", path)
    return bool(match.operation or match.allowed)


@seam
def classify_version(versioning: Versioning, named: str | None) -> str:
    """What a name is: a version, or what kind of none."""
    if named is None:
        return "missing"
    known = versioning.versions.get(named)
    if known is not None:
        if known.redirects:
            return "redirected"
        state = "retired" if known.state == "retired" else "served"
        return "another-name" if known.serves else state
    if _find_in_any_case(versioning, named):
        return "another-name"
    return _classify_unknown(named, _list_served(versioning.versions))


def _list_served(versions: Mapping[str, ApiVersion]) -> list[str]:
    return [name for name, one in versions.items() if one.is_served]


def _find_in_any_case(versioning: Versioning, named: str) -> str:
    """The version of that name in other case, where case does not matter."""
    if versioning.case != "insensitive" and versioning.place != "media":
        return ""
    lower = {name.lower(): name for name in _list_served(versioning.versions)}
    return lower.get(named.lower(), "")


def _classify_unknown(named: str, served: list[str]) -> str:
    days = [day for name in served if (day := _parse_day(name))]
    if days:
        day = _parse_day(named)
        return "malformed" if day is None else "future" if day > max(days) else "unknown"
    numbers = [found for name in served if (found := _NUMBER.fullmatch(name))]
    if not numbers:
        return "unknown"
    found = _NUMBER.fullmatch(named)
    heads = {one[1] for one in numbers}
    if found is None or not found[2].isascii() or found[1] not in heads:
        return "unknown" if found and found[1].lower() in heads else "malformed"
    return "future" if int(found[2]) > max(int(one[2]) for one in numbers) else "unknown"


def _parse_day(name: str) -> date | None:
    try:
        return date.fromisoformat(name) if len(name) == len("2026-01-31") else None
    except ValueError:
        return None


@seam
def find_serving(versioning: Versioning, kind: str, named: str) -> str:
    """The version that serves a request with such a name; "" where it is refused."""
    if kind == "served":
        return named
    if kind == "another-name":
        known = versioning.versions.get(named)
        return known.serves if known else _find_in_any_case(versioning, named)
    treatment = find_treatment(versioning, kind, named)
    if isinstance(treatment, ServedBy):
        return treatment.serves
    ignored = treatment is None and kind != "retired" and versioning.place != "path"
    return find_current(versioning) if ignored else ""


@seam
def find_redirect(versioning: Versioning, kind: str, named: str) -> str:
    """The version to which a request with such a name is redirected; "" for none."""
    treatment = find_treatment(versioning, kind, named)
    return treatment.redirects if isinstance(treatment, RedirectedTo) else ""


def find_treatment(versioning: Versioning, kind: str, named: str) -> Treatment | None:
    """What the policy promises of a name that is not served by itself; None for nothing."""
    own = versioning.versions.get(named)
    if own is not None and own.redirects:
        return RedirectedTo(own.redirects)
    if kind == "retired":
        return (own.answer if own else None) or versioning.retired
    by_kind: Iterator[Treatment | None] = iter(
        {
            "future": (versioning.future, versioning.unknown),
            "malformed": (versioning.malformed, versioning.unknown),
            "unknown": (versioning.unknown,),
            "missing": (versioning.missing,),
            "conflict": (versioning.conflict,),
        }.get(kind, ())
    )
    return next((one for one in by_kind if one is not None), None)


def find_current(versioning: Versioning) -> str:
    """The current version, else the last that is served."""
    served = _list_served(versioning.versions)
    current = [name for name in served if versioning.versions[name].state == "current"]
    return (current or served[-1:] or [""])[0]
