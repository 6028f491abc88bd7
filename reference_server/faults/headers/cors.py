"""What pages of other origins may do."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.facts import Cors
from reference_server.call import Call
from reference_server.document.profile import Profile
from reference_server.faults._fields import omit_fields
from reference_server.faults.fault import alters, fault
from reference_server.responses.cors import allows_origin, make_cors_headers, make_preflight_headers
from reference_server.responses.headers import Fields

AllowsOrigin = Callable[[Call], bool]
MakeCorsHeaders = Callable[[Call], Fields]


def _promised(demand: Callable[[Cors], bool]) -> Callable[[Profile], bool]:
    """Where the policy lets pages of other origins call, as `demand` has it."""

    def shows_in(profile: Profile) -> bool:
        cors = profile.facts.transport.cors
        return isinstance(cors, Cors) and demand(cors)

    return shows_in


_by_any = _promised(lambda _: True)
_by_name = _promised(lambda cors: not cors.any_origin)
_by_several_names = _promised(lambda cors: len(cors.origins) > 1)
_with_credentials = _promised(lambda cors: bool(cors.credentials))


@alters(allows_origin, shows_in=_by_name)
def cors_compares_beginning(due: bool, call: Call) -> bool:
    """Origins are compared by their beginning."""
    cors = call.server.profile.facts.transport.cors
    origin = call.header("origin") or ""
    begins = isinstance(cors, Cors) and origin.startswith(cors.origins)
    return due or begins


@alters(make_preflight_headers, shows_in=_by_any)
def cors_forgets_authorization(sent: Fields, call: Call) -> Fields:
    """The response to a preflight lacks the header fields that a page may send."""
    return omit_fields(sent, {"access-control-allow-headers"})


@alters(make_cors_headers, shows_in=_by_several_names)
def cors_omits_vary(sent: Fields, call: Call) -> Fields:
    """Responses that differ by origin lack Vary."""
    return omit_fields(sent, {"vary"})


@fault(allows_origin, shows_in=_by_name)
def cors_reflects_any_origin(honest: AllowsOrigin, call: Call) -> bool:
    """Pages of every origin may call."""
    return call.header("origin") is not None


@fault(allows_origin, shows_in=_by_any)
def cors_refuses_preflight(honest: AllowsOrigin, call: Call) -> bool:
    """A preflight is refused like any other OPTIONS request."""
    return call.method != "OPTIONS" and honest(call)


@fault(make_cors_headers, shows_in=_with_credentials)
def cors_star_with_credentials(honest: MakeCorsHeaders, call: Call) -> Fields:
    """Pages of every origin may call, with cookies, which no browser accepts."""
    return [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Credentials", "true")]
