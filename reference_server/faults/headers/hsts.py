"""Strict-Transport-Security."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.faults.fault import alters, fault
from reference_server.responses.headers import Fields, make_hsts

MakeHsts = Callable[[Call, int], Fields]
_HSTS = ("transport.hsts",)


@fault(make_hsts, needs=_HSTS)
def hsts_on_successes_only(honest: MakeHsts, call: Call, status: int) -> Fields:
    """Errors lack Strict-Transport-Security."""
    return honest(call, status) if status < 400 else []


@alters(make_hsts, needs=_HSTS)
def hsts_switched_off(sent: Fields, call: Call, status: int) -> Fields:
    """Strict-Transport-Security has browsers forget the policy at once."""
    return [(name, "max-age=0; includeSubDomains") for name, _ in sent]


@alters(make_hsts, needs=_HSTS)
def hsts_with_colon(sent: Fields, call: Call, status: int) -> Fields:
    """Strict-Transport-Security has a colon in place of the equals sign."""
    return [(name, value.replace("=", ": ")) for name, value in sent]
