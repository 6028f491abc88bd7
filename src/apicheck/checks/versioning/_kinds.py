"""The kinds of names that are no served version, and what the policy promises for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from apicheck.authoring import Case, ExpectedResponse, StatusSet, Subject, Versions
from apicheck.authoring.facts import Treatment
from apicheck.checks.versioning._names import list_future, list_malformed, list_unknown
from apicheck.checks.versioning._requests import versions_of

REDIRECTS = (301, 302, 303, 307, 308)
ANY_REFUSAL = ExpectedResponse(StatusSet(("4xx",)))

Rows = Callable[[Versions], tuple[str | None, ...]]
"""The versions that a table has, None for a request without any."""


def find_treatment(subject: Subject, kind: str) -> tuple[str, Treatment | None]:
    """What the policy promises for a kind of version, and the path of the fact that says it.

    A version that is yet to come does not exist, and neither does what is no version: where unknown
    versions are refused, it is refused in some way at least.
    """
    facts = subject.facts.versioning
    own: Treatment | None = getattr(facts, kind) if facts else None
    if facts is None or own is not None or kind not in ("future", "malformed"):
        return f"versioning.{kind}", own
    return "versioning.unknown", facts.unknown if kind == "future" else _in_some_way(facts.unknown)


def _in_some_way(treatment: Treatment | None) -> Treatment | None:
    return ANY_REFUSAL if isinstance(treatment, ExpectedResponse) else None


def _list_retired(found: Versions) -> tuple[str, ...]:
    return tuple(
        name for name, one in found.known.items() if one.state == "retired" and not one.answer
    )


def list_missing(_: Versions) -> tuple[str | None, ...]:
    """The request without a version."""
    return (None,)


KINDS: Mapping[str, Rows] = {
    "unknown": list_unknown,
    "future": list_future,
    "malformed": list_malformed,
    "retired": _list_retired,
    "missing": list_missing,
}


def list_names_of_others(subject: Subject, how: str) -> Iterator[Case]:
    """A row for each way to name no version of its own that leads to another version.

    how: as the policy says it, "serves" or "redirects". The value of a row has the `version` that
    the request names, None for none, and the `target`.
    """
    found = versions_of(subject)
    for name, one in found.known.items():
        if target := getattr(one, how):
            yield _make_case(name, target, f"versioning.versions.{name}")
    for kind, list_names in KINDS.items():
        fact, treatment = find_treatment(subject, kind)
        if target := getattr(treatment, how, ""):
            for version in list_names(found):
                yield _make_case(version, target, fact)


def _make_case(version: str | None, target: str, fact: str) -> Case:
    """A row of `list_names_of_others`."""
    return Case(version or "none", {"version": version, "target": target}, fact=fact)
