"""Plays the probes of a plan and records every exchange: the only package that uses the network.

Transcripts leave this package redacted: a placeholder stands for each secret.
"""

from apicheck.probe.control import discover, list_possible_capabilities
from apicheck.probe.journal import Journal
from apicheck.probe.redactor import Redactor, find_unhidden
from apicheck.probe.scanning import Leak, scan
from apicheck.probe.session import Session

__all__ = [
    "Journal",
    "Leak",
    "Redactor",
    "Session",
    "discover",
    "find_unhidden",
    "list_possible_capabilities",
    "scan",
]
