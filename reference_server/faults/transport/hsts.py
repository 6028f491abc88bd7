"""Strict-Transport-Security on the wrong responses."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import PLAIN, TLS, Call
from reference_server.faults.fault import fault
from reference_server.responses.headers import Fields, list_hsts, make_hsts

MakeHsts = Callable[[Call, int], Fields]
_NEEDS = ("transport.hsts", "transport.https")


def _as_promised(call: Call) -> Fields:
    promised = call.server.profile.facts.transport.hsts
    return list_hsts(promised) if promised else []


@fault(make_hsts, needs=_NEEDS)
def hsts_over_plain_too(honest: MakeHsts, call: Call, status: int) -> Fields:
    """Responses over plain HTTP have Strict-Transport-Security too."""
    return _as_promised(call)


@fault(make_hsts, needs=_NEEDS)
def hsts_over_plain_alone(honest: MakeHsts, call: Call, status: int) -> Fields:
    """Responses over plain HTTP have Strict-Transport-Security, those over TLS have none."""
    if call.entry == TLS:
        return []
    return _as_promised(call) if call.entry == PLAIN else honest(call, status)
