"""Finds what contradicts itself in what a policy says of versions."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.load.mistakes import FactMistake, did_you_mean
from apicheck.model.facts import Versioning
from apicheck.model.json import child_pointer

_MARK = "{version}"


def find_version_mistakes(versioning: Versioning | None) -> Iterator[FactMistake]:
    """Find every contradiction, each with its place."""
    if versioning is not None:
        yield from _find_in_place(versioning)
        yield from _find_in_versions(versioning)
        yield from _find_in_servers(versioning)


def _find_in_place(versioning: Versioning) -> Iterator[FactMistake]:
    """A header or a parameter has a name; a media type has one, or a form."""
    place, named, formed = versioning.place, versioning.name, versioning.form != _MARK
    pointer = "/versioning/in"
    if place in ("header", "query") and not named:
        what = "header" if place == "header" else "parameter"
        yield pointer, f'in: {place} needs the name of the {what}: "name" is missing', ""
    if place == "media" and not named and not formed:
        hint = "form: application/vnd.example.{version}+json, or name: version"
        yield pointer, 'in: media needs the form of the media type: "form" is missing', hint
    if versioning.conflict is not None and place not in ("header", "query") and not versioning.also:
        where = "a path" if place in (None, "path") else "a media type"
        message = f'{where} names one version: "also" is missing'
        yield "/versioning/conflict", message, "also: Example-Version"
    if versioning.vary and place not in ("header", "media") and not versioning.also:
        message = "no header field chooses the version, which Vary could name"
        yield "/versioning/vary", message, "in: header, in: media, or also"
    if _MARK not in versioning.form:
        message = f'"{versioning.form}" has no place for the version'
        yield "/versioning/form", message, f"write {_MARK} where it stands"


def _find_in_versions(versioning: Versioning) -> Iterator[FactMistake]:
    """One version is the current one."""
    current = [name for name, one in versioning.versions.items() if one.state == "current"]
    for name in current[1:]:
        pointer = child_pointer("/versioning/versions", name)
        yield pointer, f'"{current[0]}" is the current version already', "supported"


def _find_in_servers(versioning: Versioning) -> Iterator[FactMistake]:
    """What serves a request, or is the target of a redirect, is a version that is served."""
    serving = [name for name, one in versioning.versions.items() if one.is_served]
    for pointer, name in _list_targets(versioning):
        if pointer.endswith("/redirects") and versioning.place not in (None, "path"):
            yield pointer, "a redirect leads to a path", "in: path, or serves"
        if name not in versioning.versions:
            yield pointer, f'unknown version "{name}"', did_you_mean(name, serving)
        elif name not in serving:
            retired = versioning.versions[name].state == "retired"
            why = "is retired" if retired else "is another name itself"
            yield pointer, f'"{name}" {why}, and serves nothing', did_you_mean("", serving)


def _list_targets(versioning: Versioning) -> Iterator[tuple[str, str]]:
    """The versions that serve others, or to which others are redirected, with their places."""
    treatments = {f"/versioning/{kind}": one for kind, one in versioning.treatments.items()}
    versions = {
        child_pointer("/versioning/versions", name): one
        for name, one in versioning.versions.items()
    }
    for pointer, one in {**versions, **treatments}.items():
        for key in ("serves", "redirects"):
            if name := getattr(one, key, ""):
                yield f"{pointer}/{key}", name
