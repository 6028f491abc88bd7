"""Deprecations that are announced wrongly."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parsedate_to_datetime

from reference_server.call import Call, Refusal
from reference_server.faults._fields import change_fields, omit_fields
from reference_server.faults.fault import fault
from reference_server.responses.headers import Fields, make_lifecycle_headers
from reference_server.stages.authentication import authenticate
from reference_server.state.clock import format_http_date
from reference_server.state.identities import Identity

Authenticate = Callable[[Call], Identity | Refusal]
MakeLifecycleHeaders = Callable[[Call, int], Fields]

_YEAR_S = 365 * 86_400
_DAY_S = 86_400
_DEPRECATIONS = ("versioning.deprecations",)


def _add_day(date: str) -> str:
    return format_http_date(parsedate_to_datetime(date).timestamp() + _DAY_S)


def _add_year(date: str) -> str:
    return f"@{int(date[1:]) + _YEAR_S}"


@fault("versioning/deprecates-current", make_lifecycle_headers, needs=_DEPRECATIONS)
def deprecates_current(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """Operations that stay say that they are deprecated."""
    return honest(call, status) or [("Deprecation", "@1767225600")]


@fault("versioning/deprecation-differs", make_lifecycle_headers, needs=_DEPRECATIONS)
def deprecation_differs(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """A deprecated operation says that it is deprecated a year later than the policy does."""
    return change_fields(honest(call, status), {"deprecation"}, _add_year)


@fault("versioning/deprecation-true", make_lifecycle_headers, needs=_DEPRECATIONS)
def deprecation_true(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """A deprecated operation says `true`, as drafts of RFC 9745 had it."""
    return change_fields(honest(call, status), {"deprecation"}, lambda _: "true")


@fault("versioning/gone-before-its-sunset", authenticate, needs=_DEPRECATIONS)
def gone_before_its_sunset(honest: Authenticate, call: Call) -> Identity | Refusal:
    """A deprecated operation has gone before its sunset."""
    found = honest(call)
    deprecated = call.operation is not None and call.operation.deprecated
    if isinstance(found, Refusal) or not deprecated:
        return found
    return Refusal("gone", "This operation has gone.", 410)


@fault("versioning/omits-deprecation", make_lifecycle_headers, needs=_DEPRECATIONS)
def omits_deprecation(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """A deprecated operation does not say that it is deprecated."""
    return omit_fields(honest(call, status), {"deprecation"})


@fault("versioning/omits-successor-link", make_lifecycle_headers, needs=_DEPRECATIONS)
def omits_successor_link(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """A deprecated operation does not link to the one that takes over."""
    return omit_fields(honest(call, status), {"link"})


@fault("versioning/omits-sunset", make_lifecycle_headers, needs=_DEPRECATIONS)
def omits_sunset(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """A deprecated operation lacks Sunset."""
    return omit_fields(honest(call, status), {"sunset"})


@fault("versioning/successor-link-differs", make_lifecycle_headers, needs=_DEPRECATIONS)
def successor_link_differs(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """The link of a deprecated operation to its successor leads nowhere."""
    return change_fields(
        honest(call, status), {"link"}, lambda value: value.replace("<", "</nowhere/", 1)
    )


@fault("versioning/sunset-before-deprecation", make_lifecycle_headers, needs=_DEPRECATIONS)
def sunset_before_deprecation(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """The end of a deprecated operation comes a day before its deprecation."""
    sent = honest(call, status)
    since = next((int(value[1:]) for name, value in sent if name == "Deprecation"), None)
    if since is None:
        return sent
    return change_fields(sent, {"sunset"}, lambda _: format_http_date(since - _DAY_S))


@fault("versioning/sunset-differs", make_lifecycle_headers, needs=_DEPRECATIONS)
def sunset_differs(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """A deprecated operation ends a day later than the policy says."""
    return change_fields(honest(call, status), {"sunset"}, _add_day)


@fault("versioning/sunset-iso", make_lifecycle_headers, needs=_DEPRECATIONS)
def sunset_iso(honest: MakeLifecycleHeaders, call: Call, status: int) -> Fields:
    """A deprecated operation names its end in ISO 8601 instead of an HTTP date."""
    return change_fields(
        honest(call, status), {"sunset"}, lambda value: parsedate_to_datetime(value).isoformat()
    )
