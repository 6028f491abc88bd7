"""Deprecations that are announced wrongly: since when, until when, and what takes over."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from apicheck.model.facts import Deprecation, LifecyclePromises
from reference_server.call import Call
from reference_server.document.profile import Profile
from reference_server.faults._fields import change_fields, omit_fields
from reference_server.faults.fault import alters
from reference_server.responses.headers import Fields, make_lifecycle_headers
from reference_server.state.clock import format_http_date, parse_instant

_YEAR_S = 365 * 86_400
_DAY_S = 86_400
_BAD_REQUEST = 400
_DEPRECATIONS = ("versioning.deprecations",)


def _list_deprecations(profile: Profile) -> tuple[Deprecation, ...]:
    return profile.facts.versioning.deprecations if profile.facts.versioning else ()


def _find_promises(call: Call) -> LifecyclePromises:
    versioning = call.server.profile.facts.versioning
    return versioning.promises if versioning else LifecyclePromises()


def _list_own_fields(call: Call) -> set[str]:
    item = call.rules.deprecation if call.rules else None
    return {name.lower() for name in item.headers} if item else set()


def _add_day(date: str) -> str:
    return format_http_date(parsedate_to_datetime(date).timestamp() + _DAY_S)


def _add_year(date: str) -> str:
    return f"@{int(date[1:]) + _YEAR_S}"


@alters(make_lifecycle_headers, needs=_DEPRECATIONS)
def deprecates_current(sent: Fields, call: Call, status: int) -> Fields:
    """Operations that stay say that they are deprecated."""
    return sent or [("Deprecation", "@1767225600")]


@alters(make_lifecycle_headers, needs=_DEPRECATIONS)
def deprecation_differs(sent: Fields, call: Call, status: int) -> Fields:
    """A deprecated operation says that it is deprecated a year later than the policy does."""
    return change_fields(sent, {"deprecation"}, _add_year)


@alters(make_lifecycle_headers, needs=_DEPRECATIONS)
def deprecation_true(sent: Fields, call: Call, status: int) -> Fields:
    """A deprecated operation says `true`, as drafts of RFC 9745 had it."""
    return change_fields(sent, {"deprecation"}, lambda _: "true")


@alters(make_lifecycle_headers, needs=_DEPRECATIONS)
def deprecation_iso(sent: Fields, call: Call, status: int) -> Fields:
    """A deprecated operation says since when in ISO 8601 instead of a structured date."""
    return change_fields(
        sent,
        {"deprecation"},
        lambda value: datetime.fromtimestamp(int(value[1:]), UTC).isoformat(),
    )


@alters(
    make_lifecycle_headers,
    needs=("versioning.promises.notice",),
    shows_in=lambda profile: any(item.announced for item in _list_deprecations(profile)),
)
def notice_a_day_short(sent: Fields, call: Call, status: int) -> Fields:
    """A deprecation begins a day sooner after its announcement than is promised."""
    item = call.rules.deprecation if call.rules else None
    notice_s = _find_promises(call).notice_s
    if item is None or not item.announced or notice_s is None:
        return sent
    since = parse_instant(item.announced) + notice_s - _DAY_S
    return change_fields(sent, {"deprecation"}, lambda _: f"@{int(since)}")


@alters(make_lifecycle_headers, needs=_DEPRECATIONS)
def omits_deprecation(sent: Fields, call: Call, status: int) -> Fields:
    """A deprecated operation does not say that it is deprecated."""
    return omit_fields(sent, {"deprecation"})


@alters(
    make_lifecycle_headers,
    needs=_DEPRECATIONS,
    shows_in=lambda profile: any(item.when for item in _list_deprecations(profile)),
)
def omits_deprecation_on_errors(sent: Fields, call: Call, status: int) -> Fields:
    """A deprecated operation says so when it succeeds, and not when it refuses."""
    return omit_fields(sent, {"deprecation"}) if status >= _BAD_REQUEST else sent


@alters(make_lifecycle_headers, needs=_DEPRECATIONS)
def omits_deprecation_on_head(sent: Fields, call: Call, status: int) -> Fields:
    """A deprecated operation says so to GET, and not to HEAD."""
    return omit_fields(sent, {"deprecation"}) if call.method == "HEAD" else sent


def _announces_itself(profile: Profile) -> bool:
    return any(item.headers for item in _list_deprecations(profile))


@alters(make_lifecycle_headers, needs=_DEPRECATIONS, shows_in=_announces_itself)
def omits_own_announcement(sent: Fields, call: Call, status: int) -> Fields:
    """A deprecated operation lacks the fields of our own that announce it."""
    return omit_fields(sent, _list_own_fields(call))


@alters(make_lifecycle_headers, needs=_DEPRECATIONS, shows_in=_announces_itself)
def own_announcement_differs(sent: Fields, call: Call, status: int) -> Fields:
    """A deprecated operation says something else in the fields of our own."""
    return change_fields(sent, _list_own_fields(call), lambda _: "")


@alters(make_lifecycle_headers, needs=_DEPRECATIONS)
def omits_successor_link(sent: Fields, call: Call, status: int) -> Fields:
    """A deprecated operation does not link to the one that takes over."""
    return omit_fields(sent, {"link"})


@alters(make_lifecycle_headers, needs=_DEPRECATIONS)
def omits_sunset(sent: Fields, call: Call, status: int) -> Fields:
    """A deprecated operation lacks Sunset."""
    return omit_fields(sent, {"sunset"})


@alters(make_lifecycle_headers, needs=_DEPRECATIONS)
def successor_link_differs(sent: Fields, call: Call, status: int) -> Fields:
    """The link of a deprecated operation to its successor leads nowhere."""
    return change_fields(sent, {"link"}, lambda value: value.replace("<", "</nowhere/", 1))


@alters(make_lifecycle_headers, needs=_DEPRECATIONS)
def successor_is_deprecated(sent: Fields, call: Call, status: int) -> Fields:
    """The operation that takes over says that it is deprecated itself."""
    successors = {item.successor for item in _list_deprecations(call.server.profile)}
    if sent or call.operation is None or call.operation.id not in successors:
        return sent
    return [("Deprecation", "@1767225600")]


@alters(make_lifecycle_headers, needs=_DEPRECATIONS)
def sunset_before_deprecation(sent: Fields, call: Call, status: int) -> Fields:
    """The end of a deprecated operation comes a day before its deprecation."""
    since = next((int(value[1:]) for name, value in sent if name == "Deprecation"), None)
    if since is None:
        return sent
    return change_fields(sent, {"sunset"}, lambda _: format_http_date(since - _DAY_S))


@alters(make_lifecycle_headers, needs=_DEPRECATIONS)
def sunset_differs(sent: Fields, call: Call, status: int) -> Fields:
    """A deprecated operation ends a day later than the policy says."""
    return change_fields(sent, {"sunset"}, _add_day)


@alters(make_lifecycle_headers, needs=_DEPRECATIONS)
def sunset_iso(sent: Fields, call: Call, status: int) -> Fields:
    """A deprecated operation names its end in ISO 8601 instead of an HTTP date."""
    return change_fields(sent, {"sunset"}, lambda value: parsedate_to_datetime(value).isoformat())


@alters(make_lifecycle_headers, needs=("versioning.deprecations", "versioning.promises.support"))
def support_a_day_short(sent: Fields, call: Call, status: int) -> Fields:
    """A deprecated operation ends a day sooner after its deprecation than is promised."""
    support_s = _find_promises(call).support_s
    since = next((int(value[1:]) for name, value in sent if name == "Deprecation"), None)
    if since is None or support_s is None:
        return sent
    days = support_s // _DAY_S - 1
    return change_fields(sent, {"sunset"}, lambda _: format_http_date(since + days * _DAY_S))
