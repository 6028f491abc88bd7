"""The only network: plays the probes of a plan and records what came of each.

Transcripts leave this package redacted: placeholders stand where secrets were.
"""

from apicheck.probe.journal import Journal
from apicheck.probe.scanning import Leak, scan
from apicheck.probe.session import Session, discover

__all__ = ["Journal", "Leak", "Session", "discover", "scan"]
