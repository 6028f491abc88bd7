"""A redirect of plain HTTP leads to the same resource by HTTPS."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Failure,
    NotApplicable,
    NotTested,
    Outcome,
    Severity,
    Subject,
)
from apicheck.authoring.fields import split_url
from apicheck.checks.transport._plain import REDIRECT, find_obstacle, fold_responses

_FACT = "transport.https"
_UNSEEN = "plain HTTP is not redirected"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy requires HTTPS."""
    return find_obstacle(subject) or Applies(facts=(_FACT,))


def judge(exchange: Exchange) -> Failure | NotApplicable | None:
    """Judge where a redirect leads."""
    if exchange.status not in REDIRECT:
        return NotApplicable(_UNSEEN)
    sent = exchange.request
    location = exchange.received.header("Location")
    there, here = split_url(location or ""), split_url(sent.via.url if sent.via else "")
    if location is None or there is None or there.scheme != "https":
        actual = location or "no Location"
        return Failure("not-https", "a Location that begins with https://", actual, "Location",
                       exchange=exchange.id)  # fmt: skip
    if here is None or there.hostname != here.hostname:
        expected = f"the same host, {here.hostname if here else ''}"
        return Failure("other-host", expected, location, "Location", exchange=exchange.id)
    path = f"{here.path.rstrip('/')}{sent.path}"
    if there.path.rstrip("/") != path.rstrip("/"):
        return Failure("other-path", f"the same path, {path}", location, "Location",
                       exchange=exchange.id)  # fmt: skip
    return None


CHECK = Check(
    title="A redirect of plain HTTP leads to the same resource by HTTPS",
    failure_title="A redirect of plain HTTP does not lead to the same resource by HTTPS",
    applies=applies,
    fold=fold_responses(_FACT, judge, _UNSEEN),
    triggered_by=("transport/plain",),
    reads=(_FACT,),
    standards=("rfc6797#7.2", "rfc9110#15.4"),
    outcomes=(
        Outcome("not-https", Severity.MEDIUM),
        Outcome("other-host", Severity.MEDIUM),
        Outcome("other-path", Severity.LOW),
    ),
    proven_by={
        "not-https": ("transport/redirects-to-plain",),
        "other-host": ("transport/redirects-to-another-host",),
        "other-path": ("transport/redirects-to-the-root",),
    },
)
