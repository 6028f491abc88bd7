"""Finds what contradicts itself in what a policy says of versions."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.load.mistakes import did_you_mean
from apicheck.model.facts import ServedBy, Versioning
from apicheck.model.json import child_pointer

_MARK = "{version}"
_KINDS = ("unknown", "future", "malformed", "missing", "retired")

Found = tuple[str, str, str]
"""Pointer into the facts, message and suggestion."""


def find_version_mistakes(versioning: Versioning | None) -> Iterator[Found]:
    """Find every contradiction, each with its place."""
    if versioning is not None:
        yield from _find_in_place(versioning)
        yield from _find_in_versions(versioning)
        yield from _find_in_servers(versioning)


def _find_in_place(versioning: Versioning) -> Iterator[Found]:
    """A header or a parameter has a name; a media type has one, or a form."""
    place, named, formed = versioning.place, versioning.name, versioning.form != _MARK
    pointer = "/versioning/in"
    if place in ("header", "query") and not named:
        what = "header" if place == "header" else "parameter"
        yield pointer, f'in: {place} needs the name of the {what}: "name" is missing', ""
    if place == "media" and not named and not formed:
        hint = "form: application/vnd.example.{version}+json, or name: version"
        yield pointer, 'in: media needs the form of the media type: "form" is missing', hint
    if _MARK not in versioning.form:
        message = f'"{versioning.form}" has no place for the version'
        yield "/versioning/form", message, f"write {_MARK} where it stands"


def _find_in_versions(versioning: Versioning) -> Iterator[Found]:
    """One version is the current one."""
    current = [name for name, one in versioning.versions.items() if one.state == "current"]
    for name in current[1:]:
        pointer = child_pointer("/versioning/versions", name)
        yield pointer, f'"{current[0]}" is the current version already', "supported"


def _find_in_servers(versioning: Versioning) -> Iterator[Found]:
    """What serves a request is a version that is served."""
    named = {
        child_pointer(f"{child_pointer('/versioning/versions', name)}", "serves"): one.serves
        for name, one in versioning.versions.items()
        if one.serves
    }
    for kind in _KINDS:
        treatment = getattr(versioning, kind)
        if isinstance(treatment, ServedBy):
            named[f"/versioning/{kind}/serves"] = treatment.serves
    serving = [
        name
        for name, one in versioning.versions.items()
        if one.state != "retired" and not one.serves
    ]
    for pointer, name in named.items():
        if name not in versioning.versions:
            yield pointer, f'unknown version "{name}"', did_you_mean(name, serving)
        elif name not in serving:
            why = "is another name itself" if versioning.versions[name].serves else "is retired"
            yield pointer, f'"{name}" {why}, and serves nothing', did_you_mean("", serving)
