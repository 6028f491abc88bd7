"""A forgery is refused whatever media type it names."""

from __future__ import annotations

from apicheck.authoring import (
    Case,
    Check,
    Outcome,
    Script,
    Severity,
    Subject,
    deliveries,
    steps,
)
from apicheck.checks.receiver import _forgeries, _survival

_FORGERY = "secret-another"
_TYPES = {
    "text": "text/plain",
    "form": "application/x-www-form-urlencoded",
    "multipart": "multipart/form-data",
    "xml": "application/xml",
    "other-charset": "application/json; charset=utf-16",
    "nonsense": "apicheck",
    "absent": "",
}
_CODED = "coded"


def cases(_: Subject) -> tuple[Case, ...]:
    """A row for each media type."""
    words = "the delivery: it is signed with another secret, and says {}"
    said = {name: media or "nothing of its media type" for name, media in _TYPES.items()}
    said[_CODED] = "that its body is compressed"
    return tuple(Case(name, words.format(what)) for name, what in said.items())


def script(subject: Subject) -> Script:
    """Send a forgery that names the media type, then a valid delivery."""
    request = deliveries.build_delivery(subject)
    if subject.row.name == _CODED:
        named = request.with_header("Content-Encoding", "gzip")
    else:
        media = _TYPES[subject.row.name]
        named = request.with_header("Content-Type", *([media] if media else []))
    forged = yield from steps.sign(named, _FORGERY, id=_forgeries.FORGED)
    yield from _forgeries.send_forgery(subject, forged)


CHECK = Check(
    title="A forgery of another media type is refused",
    failure_title="A forgery of another media type is accepted, or breaks the receiver",
    applies=_forgeries.applies_to,
    cases=cases,
    script=script,
    judge=_forgeries.judge,
    reads=_forgeries.FACTS,
    judges_errors=_survival.ENDED,
    actor="receiver",
    standards=("rfc9110#15.5.16",),
    outcomes=(Outcome("accepted", Severity.CRITICAL), Outcome("error", Severity.LOW)),
    proven_by={
        "accepted": ("receiver/verifies-json-alone",),
        "error": ("receiver/fails-on-other-media-types",),
    },
)
