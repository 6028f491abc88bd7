"""Other names of versions, redirects, case, and the field that names a version."""

from __future__ import annotations

import re
from collections.abc import Callable

from apicheck.model.facts import Versioning
from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.document.versions import find_current, find_redirect, find_serving
from reference_server.faults.fault import alters, fault
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
from reference_server.responses.headers import Fields
from reference_server.responses.versions import (
    locate_version,
    make_version_echo,
    name_version_in_vary,
)

MakeEcho = Callable[[Call, int], Fields]

_ECHO = ("versioning.versions", "versioning.echo")
_NUMBER = re.compile(r"\d+")


def _has_other_names(profile: Profile) -> bool:
    return any(one.serves for one in list_versions(profile))


def _has_redirects(profile: Profile) -> bool:
    return any(one.redirects for one in list_versions(profile))


@fault(find_serving, needs=UNKNOWN, shows_in=_has_other_names)
def refuses_another_name(honest: FindServing, versioning: Versioning, kind: str, named: str) -> str:
    """Another name of a version is refused like one that does not exist."""
    return "" if kind == "another-name" else honest(versioning, kind, named)


@fault(find_redirect, needs=UNKNOWN, shows_in=_has_redirects)
def refuses_what_it_redirects(
    honest: FindServing, versioning: Versioning, kind: str, named: str
) -> str:
    """What is redirected by the policy is refused."""
    return ""


@alters(locate_version, needs=UNKNOWN, shows_in=_has_redirects)
def redirects_to_the_root_of_the_version(sent: Fields, call: Call) -> Fields:
    """A redirect leads to the root of the other version: what was asked for is lost."""
    return [(name, "/".join(value.split("/")[:2])) for name, value in sent]


@fault(
    find_serving,
    needs=_ECHO,
    shows_in=lambda profile: _has_other_names(profile) and has_older(profile),
)
def serves_another_name_by_the_oldest_version(
    honest: FindServing, versioning: Versioning, kind: str, named: str
) -> str:
    """Another name of a version leads to the oldest version, not to its own."""
    if kind != "another-name":
        return honest(versioning, kind, named)
    every = versioning.versions.items()
    older = [name for name, one in every if one.state in OLDER and one.is_served]
    return min(older, key=_read_number)


def _read_number(name: str) -> int:
    found = _NUMBER.search(name)
    return int(found[0]) if found else 0


@fault(find_serving, needs=("versioning.case", *UNKNOWN))
def ignores_case_of_version(
    honest: FindServing, versioning: Versioning, kind: str, named: str
) -> str:
    """A version in other case is served."""
    lower = {name.lower(): name for name in versioning.versions}
    known = lower.get(named.lower(), "")
    return known if kind == "unknown" and known else honest(versioning, kind, named)


@fault(choose_status, needs=("versioning.case", *UNKNOWN))
def version_in_other_case_answered_with_other_status(
    honest: ChooseStatus, call: Call, refusal: Refusal
) -> int:
    """A version in other case is refused with 400."""
    versioning = call.server.profile.facts.versioning
    lower = {name.lower() for name in versioning.versions} if versioning else set()
    is_such = is_of(refusal, "unknown") and call.naming.named.lower() in lower
    return 400 if is_such else honest(call, refusal)


@fault(make_version_echo, needs=_ECHO)
def omits_echo(honest: MakeEcho, call: Call, status: int) -> Fields:
    """A response does not say which version served it."""
    return []


@alters(make_version_echo, needs=_ECHO, shows_in=has_older)
def echoes_newest_version(sent: Fields, call: Call, status: int) -> Fields:
    """Every response names the current version, whichever served it."""
    versioning = call.server.profile.facts.versioning
    newest = find_current(versioning) if versioning else ""
    return [(name, newest) for name, _ in sent]


@fault(name_version_in_vary, needs=("versioning.vary",))
def omits_version_in_vary(honest: Callable[[Call], Fields], call: Call) -> Fields:
    """A response does not say in Vary that it depends on the field with the version."""
    return []
