"""Receivers whose certificate no sender should accept."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.faults.fault import fault
from reference_server.faults.receiver.signatures import NEEDS
from reference_server.faults.transport.certificates import issue_expired
from reference_server.state.tls import Certificate, Tls, choose_certificate

Choose = Callable[[Tls, str], Certificate | None]


@fault(choose_certificate, needs=(*NEEDS, "webhooks.https"))
def expired_certificate(honest: Choose, tls: Tls, entry: str) -> Certificate | None:
    """The certificate of a receiver expired a day ago."""
    return issue_expired(tls.authority)
