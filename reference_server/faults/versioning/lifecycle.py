"""Deprecations that are announced wrongly."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parsedate_to_datetime

from reference_server.call import Call
from reference_server.faults.fault import fault
from reference_server.responses.headers import Fields, make_lifecycle_headers
from reference_server.state.clock import format_http_date

MakeLifecycleHeaders = Callable[[Call, int], Fields]

_YEAR_S = 365 * 86_400

_DAY_S = 86_400


def _a_day_later(date: str) -> str:
    return format_http_date(parsedate_to_datetime(date).timestamp() + _DAY_S)


@fault("versioning/deprecates-current", make_lifecycle_headers, needs=("versioning.deprecations",))
def deprecates_current(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """Operations that stay say that they are deprecated."""
    return honest(call, status) or [("Deprecation", "@1767225600")]


@fault("versioning/deprecation-differs", make_lifecycle_headers, needs=("versioning.deprecations",))
def deprecation_differs(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """A deprecated operation says that it is deprecated a year later than the policy does."""
    return [
        (name, f"@{int(value[1:]) + _YEAR_S}" if name == "Deprecation" else value)
        for name, value in honest(call, status)
    ]


@fault("versioning/deprecation-true", make_lifecycle_headers, needs=("versioning.deprecations",))
def deprecation_true(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """A deprecated operation says `true`, as drafts of RFC 9745 had it."""
    sent = honest(call, status)
    return [(name, "true" if name == "Deprecation" else value) for name, value in sent]


@fault("versioning/omits-deprecation", make_lifecycle_headers, needs=("versioning.deprecations",))
def omits_deprecation(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """A deprecated operation does not say that it is deprecated."""
    return [(name, value) for name, value in honest(call, status) if name != "Deprecation"]


@fault(
    "versioning/omits-successor-link", make_lifecycle_headers, needs=("versioning.deprecations",)
)
def omits_successor_link(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """A deprecated operation does not link to the one that takes over."""
    return [(name, value) for name, value in honest(call, status) if name != "Link"]


@fault("versioning/omits-sunset", make_lifecycle_headers, needs=("versioning.deprecations",))
def omits_sunset(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """A deprecated operation lacks Sunset."""
    return [(name, value) for name, value in honest(call, status) if name != "Sunset"]


@fault(
    "versioning/successor-link-differs", make_lifecycle_headers, needs=("versioning.deprecations",)
)
def successor_link_differs(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """The link of a deprecated operation to its successor leads nowhere."""
    return [
        (name, value.replace("<", "</nowhere/", 1) if name == "Link" else value)
        for name, value in honest(call, status)
    ]


@fault(
    "versioning/sunset-before-deprecation",
    make_lifecycle_headers,
    needs=("versioning.deprecations",),
)
def sunset_before_deprecation(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """The end of a deprecated operation comes a day before its deprecation."""
    sent = honest(call, status)
    since = next((int(value[1:]) for name, value in sent if name == "Deprecation"), None)
    if since is None:
        return sent
    early = format_http_date(since - _DAY_S)
    return [(name, early if name == "Sunset" else value) for name, value in sent]


@fault("versioning/sunset-differs", make_lifecycle_headers, needs=("versioning.deprecations",))
def sunset_differs(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """A deprecated operation ends a day later than the policy says."""
    sent = honest(call, status)
    return [(name, _a_day_later(value) if name == "Sunset" else value) for name, value in sent]


@fault("versioning/sunset-iso", make_lifecycle_headers, needs=("versioning.deprecations",))
def sunset_iso(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """A deprecated operation names its end in ISO 8601 instead of an HTTP date."""
    sent = honest(call, status)
    return [
        (name, parsedate_to_datetime(value).isoformat() if name == "Sunset" else value)
        for name, value in sent
    ]
