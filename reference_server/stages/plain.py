"""What happens to a request that came by plain HTTP: it is refused or redirected, unread."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from reference_server.call import Call, Refusal, Reply
from reference_server.responses.errors import make_error
from reference_server.seam import seam

Process = Callable[[Call], Reply]
"""Responds to a call as if it had come by HTTPS."""


@seam
def respond_to_plain(call: Call, process: Process) -> Reply:
    """Respond without a look at the request; it is not processed."""
    del process
    if call.server.profile.facts.transport.plain == "refused":
        return refuse_plain(call)
    return redirect_to_https(call)


def refuse_plain(call: Call) -> Reply:
    """Refuse a request for the way on which it came, and close the connection."""
    reply = make_error(call, Refusal("plain", "Use HTTPS; this request was not read.", 403))
    reply.headers.append(("Connection", "close"))
    return reply


def redirect_to_https(call: Call) -> Reply:
    """Redirect a request to the same path by HTTPS (308 keeps method and body)."""
    return Reply(308, headers=[("Location", choose_location(call)), ("Connection", "close")])


@seam
def choose_location(call: Call) -> str:
    """The URL to which a request by plain HTTP is redirected."""
    query = f"?{urlencode(call.query)}" if call.query else ""
    return f"{call.server.tls_url}{call.path}{query}"


@seam
def respond_at_region(call: Call, process: Process) -> Reply:
    """Respond to a request at the host of a region: every region serves the whole API."""
    return process(call)
