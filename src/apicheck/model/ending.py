"""The end of a credential or of the server while a run goes on."""

from __future__ import annotations

from dataclasses import dataclass

SENTINEL = "sentinel"
"""The name, in the place of a probe's key, of the transcripts that record endings."""
STOPPED = "stopped-server"
"""The observation of an exchange after which the server responded no more."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What ended, and the time in which nothing that depends on it counts.

    identity: whose credential, "" for the server. after: method and path of the request after which
    it ended. since, until: seconds since the run began; until None: it did not come back.
    cause: id of the exchange of that request.
    """

    identity: str
    after: str
    since: float
    reason: str
    until: float | None = None
    cause: str = ""

    def covers(self, at: float) -> bool:
        """Whether it was ended at a time."""
        return at > self.since and (self.until is None or at < self.until)
