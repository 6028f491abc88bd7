"""One execution of a script, and the transcript that it becomes."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field

from apicheck.model.exchange import Exchange, Role, Transcript
from apicheck.model.json import Json
from apicheck.model.verdict import StopReason
from apicheck.probe.job import Job
from apicheck.probe.placeholders import placeholders_in


@dataclass(slots=True)
class ProbeExecution:
    """One execution of a job, so far. Steps of `Together` add to it from several threads."""

    job: Job
    attempt: int = 0
    role: Role | None = None
    drawn: bool = False
    exchanges: list[Exchange] = field(default_factory=list)
    results: list[Json] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    delivery_ids: dict[str, str] = field(default_factory=dict)
    """What the script calls the id of a delivery -> the id."""
    failing: str = ""
    """The operation whose next request was asked to fail."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, exchange: Exchange) -> None:
        """Add an exchange to the transcript, once."""
        with self.lock:
            if exchange.id not in self.kept:
                self.kept.add(exchange.id)
                self.exchanges.append(exchange)

    def find_placeholders(self) -> set[str]:
        """The placeholders in what this script received: secrets of its own."""
        with self.lock:
            bodies = [exchange.response.body for exchange in self.exchanges if exchange.response]
            texts = [body.decode("utf-8", "replace") for body in bodies]
            return {
                name
                for text in (*texts, json.dumps(self.results))
                for name in placeholders_in(text)
            }

    def role_of(self, role: Role) -> Role:
        """The role of a step's request; this execution may replace that of an exercising one."""
        if role not in (Role.TABLE, Role.DRAWN):
            return role
        return self.role or (Role.DRAWN if self.drawn else role)

    def build_transcript(self, stopped_by: StopReason | None, case: str | None) -> Transcript:
        """The transcript, with exchanges in order of sending."""
        ordered = sorted(self.exchanges, key=lambda exchange: exchange.sent_at)
        return Transcript(
            probe=self.job.key,
            exchanges=tuple(ordered),
            attempt=self.attempt,
            answers=tuple(self.results),
            stopped_by=stopped_by,
            case=case,
        )
