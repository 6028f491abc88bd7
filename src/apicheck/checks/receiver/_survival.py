"""Deliveries that a receiver may accept or refuse, as nothing says which, and must survive."""

from __future__ import annotations

from apicheck.authoring import Failure, Judgement, Subject, Transcript, describe

_SERVER_ERROR = 500


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail on a 5xx: by that a receiver says that it broke (RFC 9110, section 15.6)."""
    sent = transcript.exercised[0]
    if sent.status < _SERVER_ERROR:
        return None
    expected = f"2xx or 4xx: {subject.row.value}"
    return Failure("error", expected, describe(sent), subject.row.name, sent.id)
