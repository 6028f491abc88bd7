"""Versions that are served and refused otherwise than promised."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.facts import ExpectedResponse, Versioning
from reference_server.call import Call, Refusal, Reply
from reference_server.document.profile import Profile
from reference_server.document.versions import (
    Naming,
    classify_version,
    find_conflict,
    find_current,
    find_serving,
    find_treatment,
)
from reference_server.faults.fault import Fault, alters, fault
from reference_server.faults.versioning._versions import (
    OLDER,
    UNKNOWN,
    ChooseStatus,
    FindServing,
    has_older,
    is_of,
    list_versions,
)
from reference_server.policy import choose_status
from reference_server.responses.errors import fill_error_body

FindConflict = Callable[[Versioning, Naming, tuple[str, ...]], Naming]
Shows = Callable[[Profile], bool]

_RETIRED = ("versioning.versions", "versioning.retired")
_CONFLICT = ("versioning.versions", "versioning.conflict")
_MISSING = ("versioning.versions", "versioning.missing")


def _refuses(kind: str) -> Callable[[Profile], bool]:
    """Where a kind of version is refused, not served by another."""

    def shows(profile: Profile) -> bool:
        versioning = profile.facts.versioning
        found = find_treatment(versioning, kind, "") if versioning else None
        return isinstance(found, ExpectedResponse)

    return shows


def _has_retired(profile: Profile) -> bool:
    return any(one.state == "retired" for one in list_versions(profile))


def _serves(
    fault_id: str, served: str, about: str, needs: tuple[str, ...], shows_in: Shows | None = None
) -> Fault:
    """The current version serves what names a version of this kind."""

    def serve(honest: FindServing, versioning: Versioning, kind: str, named: str) -> str:
        serving = honest(versioning, kind, named)
        return serving or (find_current(versioning) if kind == served else "")

    shows = shows_in or _refuses(served)
    return fault(find_serving, fault_id=fault_id, about=about, needs=needs, shows_in=shows)(serve)


def _other_status(kind: str, what: str, needs: tuple[str, ...]) -> Fault:
    """A kind of version is refused with 400, or 406 where 400 is promised."""

    def choose(honest: ChooseStatus, call: Call, refusal: Refusal) -> int:
        due = honest(call, refusal)
        return next(s for s in (400, 406) if s != due) if is_of(refusal, kind) else due

    return fault(
        choose_status,
        fault_id=f"versioning/{kind}-version-answered-with-other-status",
        about=f"{what} is refused with another status than the one promised.",
        needs=needs,
        shows_in=_refuses(kind),
    )(choose)


OTHER_STATUSES = (
    _other_status("unknown", "A version that does not exist", UNKNOWN),
    _other_status("future", "A version that is yet to come", UNKNOWN),
    _other_status(
        "malformed", "What is no version", ("versioning.versions", "versioning.malformed")
    ),
    _other_status("missing", "A request without a version", _MISSING),
    _other_status("retired", "A retired version", _RETIRED),
    _other_status("conflict", "A request that names two versions", _CONFLICT),
)
SERVED = (
    _serves(
        "versioning/serves-unknown-version-as-current",
        "unknown",
        "A version that does not exist is silently served by the current one.",
        UNKNOWN,
    ),
    _serves(
        "versioning/serves-future-version",
        "future",
        "A version that is yet to come is served by the current one.",
        UNKNOWN,
    ),
    _serves(
        "versioning/serves-without-version",
        "missing",
        "A request without a version is served by the current one.",
        _MISSING,
    ),
    _serves(
        "versioning/serves-retired-version",
        "retired",
        "A retired version is served by the current one.",
        _RETIRED,
        _has_retired,
    ),
)


@alters(classify_version, needs=UNKNOWN, shows_in=_refuses("malformed"))
def serves_malformed_version(kind: str, versioning: Versioning, named: str | None) -> str:
    """What begins with a version is taken for the version: the rest is not read."""
    known = (name for name in versioning.versions if (named or "").startswith(name))
    return "served" if kind == "malformed" and any(known) else kind


@serves_malformed_version.also(find_serving)
def serves_what_it_begins_with(
    honest: FindServing, versioning: Versioning, kind: str, named: str
) -> str:
    """The version with which a name begins."""
    if kind != "served" or named in versioning.versions:
        return honest(versioning, kind, named)
    return next(name for name in versioning.versions if named.startswith(name))


@fault(find_conflict, needs=_CONFLICT)
def serves_the_first_of_two_versions(
    honest: FindConflict, versioning: Versioning, found: Naming, others: tuple[str, ...]
) -> Naming:
    """A request that names two versions is served by the one that is found first."""
    return found


@fault(choose_status, needs=UNKNOWN, shows_in=_refuses("malformed"))
def fails_on_malformed_version(honest: ChooseStatus, call: Call, refusal: Refusal) -> int:
    """The server fails on what is no version."""
    return 500 if is_of(refusal, "malformed") else honest(call, refusal)


@fault(choose_status, needs=_RETIRED, shows_in=_has_retired)
def retired_version_answered_with_empty_200(
    honest: ChooseStatus, call: Call, refusal: Refusal
) -> int:
    """A retired version gets 200, and nothing with it."""
    return 200 if is_of(refusal, "retired") else honest(call, refusal)


@retired_version_answered_with_empty_200.also(fill_error_body)
def leaves_the_body_empty(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """No body for a retired version."""
    if not is_of(refusal, "retired"):
        honest(call, refusal, reply)


@fault(find_serving, needs=UNKNOWN, shows_in=has_older)
def refuses_supported_version(
    honest: FindServing, versioning: Versioning, kind: str, named: str
) -> str:
    """A version that is supported beside the current one is refused."""
    known = versioning.versions.get(named)
    refused = known is not None and known.state in OLDER and known.is_served
    return "" if refused else honest(versioning, kind, named)
