"""Versions that are served, refused and named otherwise than promised."""

from __future__ import annotations

import re
from collections.abc import Callable

from apicheck.model.facts import ApiVersion, ExpectedResponse, Versioning
from reference_server.call import Call, Refusal, Reply
from reference_server.document.profile import Profile
from reference_server.document.versions import (
    classify_version,
    find_current,
    find_redirect,
    find_serving,
    find_treatment,
)
from reference_server.faults.fault import Fault, fault
from reference_server.policy import choose_status
from reference_server.responses.errors import fill_error_body
from reference_server.responses.headers import Fields
from reference_server.responses.versions import locate_version, make_version_echo

FindServing = Callable[[Versioning, str, str], str]
Classify = Callable[[Versioning, str | None], str]
ChooseStatus = Callable[[Call, Refusal], int]
Shows = Callable[[Profile], bool]
MakeEcho = Callable[[Call, int], Fields]

_UNKNOWN = ("versioning.versions", "versioning.unknown")
_RETIRED = ("versioning.versions", "versioning.retired")
_MISSING = ("versioning.versions", "versioning.missing")
_ECHO = ("versioning.versions", "versioning.echo")
_NUMBER = re.compile(r"\d+")
_OLDER = ("supported", "deprecated")


def _refuses(kind: str) -> Callable[[Profile], bool]:
    """Where a kind of version is refused, not served by another."""

    def shows(profile: Profile) -> bool:
        versioning = profile.facts.versioning
        found = find_treatment(versioning, kind, "") if versioning else None
        return isinstance(found, ExpectedResponse)

    return shows


def _list_versions(profile: Profile) -> list[ApiVersion]:
    versioning = profile.facts.versioning
    return list(versioning.versions.values()) if versioning else []


def _has_retired(profile: Profile) -> bool:
    return any(one.state == "retired" for one in _list_versions(profile))


def _has_other_names(profile: Profile) -> bool:
    return any(one.serves for one in _list_versions(profile))


def _has_redirects(profile: Profile) -> bool:
    return any(one.redirects for one in _list_versions(profile))


def _has_older(profile: Profile) -> bool:
    """Where requests are served by a version beside the current one."""
    return any(one.state in _OLDER and one.is_served for one in _list_versions(profile))


def _serves(
    fault_id: str, served: str, about: str, needs: tuple[str, ...], shows_in: Shows | None = None
) -> Fault:
    """The current version serves what names a version of this kind."""

    def serve(honest: FindServing, versioning: Versioning, kind: str, named: str) -> str:
        serving = honest(versioning, kind, named)
        return serving or (find_current(versioning) if kind == served else "")

    shows = shows_in or _refuses(served)
    return fault(fault_id, find_serving, about=about, needs=needs, shows_in=shows)(serve)


def _other_status(kind: str, what: str, needs: tuple[str, ...]) -> Fault:
    """A kind of version is refused with 400, or 406 where 400 is promised."""

    def choose(honest: ChooseStatus, call: Call, refusal: Refusal) -> int:
        due = honest(call, refusal)
        return next(s for s in (400, 406) if s != due) if _is_of(refusal, kind) else due

    return fault(
        f"versioning/{kind}-version-answered-with-other-status",
        choose_status,
        about=f"{what} is refused with another status than the one promised.",
        needs=needs,
        shows_in=_refuses(kind),
    )(choose)


def _is_of(refusal: Refusal, kind: str) -> bool:
    return refusal.kind == f"version:{kind}"


OTHER_STATUSES = (
    _other_status("unknown", "A version that does not exist", _UNKNOWN),
    _other_status("future", "A version that is yet to come", _UNKNOWN),
    _other_status(
        "malformed", "What is no version", ("versioning.versions", "versioning.malformed")
    ),
    _other_status("missing", "A request without a version", _MISSING),
    _other_status("retired", "A retired version", _RETIRED),
)
SERVED = (
    _serves(
        "versioning/serves-unknown-version-as-current",
        "unknown",
        "A version that does not exist is silently served by the current one.",
        _UNKNOWN,
    ),
    _serves(
        "versioning/serves-future-version",
        "future",
        "A version that is yet to come is served by the current one.",
        _UNKNOWN,
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


@fault(
    "versioning/serves-malformed-version",
    classify_version,
    needs=_UNKNOWN,
    shows_in=_refuses("malformed"),
)
def serves_malformed_version(honest: Classify, versioning: Versioning, named: str | None) -> str:
    """What begins with a version is taken for the version: the rest is not read."""
    kind = honest(versioning, named)
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


@fault(
    "versioning/fails-on-malformed-version",
    choose_status,
    needs=_UNKNOWN,
    shows_in=_refuses("malformed"),
)
def fails_on_malformed_version(honest: ChooseStatus, call: Call, refusal: Refusal) -> int:
    """The server fails on what is no version."""
    return 500 if _is_of(refusal, "malformed") else honest(call, refusal)


@fault(
    "versioning/retired-version-answered-with-empty-200",
    choose_status,
    needs=_RETIRED,
    shows_in=_has_retired,
)
def retired_version_answered_with_empty_200(
    honest: ChooseStatus, call: Call, refusal: Refusal
) -> int:
    """A retired version gets 200, and nothing with it."""
    return 200 if _is_of(refusal, "retired") else honest(call, refusal)


@retired_version_answered_with_empty_200.also(fill_error_body)
def leaves_the_body_empty(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """No body for a retired version."""
    if not _is_of(refusal, "retired"):
        honest(call, refusal, reply)


@fault("versioning/refuses-supported-version", find_serving, needs=_UNKNOWN, shows_in=_has_older)
def refuses_supported_version(
    honest: FindServing, versioning: Versioning, kind: str, named: str
) -> str:
    """A version that is supported beside the current one is refused."""
    known = versioning.versions.get(named)
    refused = known is not None and known.state in _OLDER and known.is_served
    return "" if refused else honest(versioning, kind, named)


@fault("versioning/refuses-another-name", find_serving, needs=_UNKNOWN, shows_in=_has_other_names)
def refuses_another_name(honest: FindServing, versioning: Versioning, kind: str, named: str) -> str:
    """Another name of a version is refused like one that does not exist."""
    return "" if kind == "another-name" else honest(versioning, kind, named)


@fault(
    "versioning/refuses-what-it-redirects", find_redirect, needs=_UNKNOWN, shows_in=_has_redirects
)
def refuses_what_it_redirects(
    honest: FindServing, versioning: Versioning, kind: str, named: str
) -> str:
    """What is redirected by the policy is refused."""
    return ""


@fault(
    "versioning/redirects-to-the-root-of-the-version",
    locate_version,
    needs=_UNKNOWN,
    shows_in=_has_redirects,
)
def redirects_to_the_root_of_the_version(honest: Callable[[Call], Fields], call: Call) -> Fields:
    """A redirect leads to the root of the other version: what was asked for is lost."""
    return [(name, "/".join(value.split("/")[:2])) for name, value in honest(call)]


@fault(
    "versioning/serves-another-name-by-the-oldest-version",
    find_serving,
    needs=_ECHO,
    shows_in=lambda profile: _has_other_names(profile) and _has_older(profile),
)
def serves_another_name_by_the_oldest_version(
    honest: FindServing, versioning: Versioning, kind: str, named: str
) -> str:
    """Another name of a version leads to the oldest version, not to its own."""
    if kind != "another-name":
        return honest(versioning, kind, named)
    every = versioning.versions.items()
    older = [name for name, one in every if one.state in _OLDER and one.is_served]
    return min(older, key=_read_number)


def _read_number(name: str) -> int:
    found = _NUMBER.search(name)
    return int(found[0]) if found else 0


@fault("versioning/ignores-case-of-version", find_serving, needs=("versioning.case", *_UNKNOWN))
def ignores_case_of_version(
    honest: FindServing, versioning: Versioning, kind: str, named: str
) -> str:
    """A version in other case is served."""
    lower = {name.lower(): name for name in versioning.versions}
    known = lower.get(named.lower(), "")
    return known if kind == "unknown" and known else honest(versioning, kind, named)


@fault(
    "versioning/version-in-other-case-answered-with-other-status",
    choose_status,
    needs=("versioning.case", *_UNKNOWN),
)
def version_in_other_case_answered_with_other_status(
    honest: ChooseStatus, call: Call, refusal: Refusal
) -> int:
    """A version in other case is refused with 400."""
    versioning = call.server.profile.facts.versioning
    lower = {name.lower() for name in versioning.versions} if versioning else set()
    is_such = _is_of(refusal, "unknown") and call.naming.named.lower() in lower
    return 400 if is_such else honest(call, refusal)


@fault("versioning/omits-echo", make_version_echo, needs=_ECHO)
def omits_echo(honest: MakeEcho, call: Call, status: int) -> Fields:
    """A response does not say which version served it."""
    return []


@fault("versioning/echoes-newest-version", make_version_echo, needs=_ECHO, shows_in=_has_older)
def echoes_newest_version(honest: MakeEcho, call: Call, status: int) -> Fields:
    """Every response names the current version, whichever served it."""
    versioning = call.server.profile.facts.versioning
    newest = find_current(versioning) if versioning else ""
    return [(name, newest) for name, _ in honest(call, status)]
