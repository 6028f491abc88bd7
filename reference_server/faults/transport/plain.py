"""Plain HTTP that is served, processed before it is refused, or redirected in the wrong way."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.faults._documented import members_are_unique
from reference_server.faults.fault import fault
from reference_server.stages.plain import (
    Process,
    choose_location,
    redirect_to_https,
    refuse_plain,
    respond_to_plain,
)

RespondToPlain = Callable[[Call, Process], Reply]
ChooseLocation = Callable[[Call], str]
_HTTPS = ("transport.https",)
_SAFE = ("GET", "HEAD", "OPTIONS")


@fault(respond_to_plain, needs=_HTTPS)
def serves_plain(honest: RespondToPlain, call: Call, process: Process) -> Reply:
    """Plain HTTP is served as HTTPS is."""
    return process(call)


@fault(respond_to_plain, needs=_HTTPS)
def serves_plain_reads(honest: RespondToPlain, call: Call, process: Process) -> Reply:
    """Plain HTTP is served where the method is safe, and refused or redirected elsewhere."""
    return process(call) if call.method in _SAFE else honest(call, process)


@fault(respond_to_plain, needs=_HTTPS)
def serves_the_second_request(honest: RespondToPlain, call: Call, process: Process) -> Reply:
    """Of the requests on a plain connection the first is refused, and the second is served."""
    key = ("plain connection", str(call.port))
    if key in call.server.remembered:
        return process(call)
    call.server.remembered.add(key)
    reply = honest(call, process)
    reply.headers = [(name, value) for name, value in reply.headers if name != "Connection"]
    return reply


@fault(respond_to_plain, needs=_HTTPS, shows_in=members_are_unique)
def refuses_plain_after_the_fact(honest: RespondToPlain, call: Call, process: Process) -> Reply:
    """A request by plain HTTP is carried out, and then refused."""
    process(call)
    return refuse_plain(call)


@fault(respond_to_plain, needs=_HTTPS, shows_in=members_are_unique)
def redirects_plain_after_the_fact(honest: RespondToPlain, call: Call, process: Process) -> Reply:
    """A request by plain HTTP is carried out, and then redirected."""
    process(call)
    return redirect_to_https(call)


@fault(respond_to_plain, needs=("transport.plain",))
def redirects_plain(honest: RespondToPlain, call: Call, process: Process) -> Reply:
    """Plain HTTP is redirected to HTTPS, when the credential has been sent already."""
    return redirect_to_https(call)


@fault(respond_to_plain, needs=_HTTPS)
def redirects_to_another_host(honest: RespondToPlain, call: Call, process: Process) -> Reply:
    """Plain HTTP is redirected to another host."""
    return redirect_to_https(call)


@redirects_to_another_host.also(choose_location)
def _choose_another_host(honest: ChooseLocation, call: Call) -> str:
    return f"https://www.example.com{call.path}"


@fault(respond_to_plain, needs=_HTTPS)
def redirects_to_plain(honest: RespondToPlain, call: Call, process: Process) -> Reply:
    """Plain HTTP is redirected to plain HTTP."""
    return redirect_to_https(call)


@redirects_to_plain.also(choose_location)
def _choose_plain(honest: ChooseLocation, call: Call) -> str:
    return honest(call).replace("https://", "http://")


@fault(respond_to_plain, needs=_HTTPS)
def redirects_to_the_root(honest: RespondToPlain, call: Call, process: Process) -> Reply:
    """Plain HTTP is redirected to the root of the API, whatever was asked for."""
    return redirect_to_https(call)


@redirects_to_the_root.also(choose_location)
def _choose_the_root(honest: ChooseLocation, call: Call) -> str:
    return f"{call.server.tls_url}/"
