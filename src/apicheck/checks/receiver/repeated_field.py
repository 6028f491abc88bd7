"""A delivery whose signature stands in two header fields breaks nothing."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Inconclusive,
    NotApplicable,
    Outcome,
    Request,
    Script,
    Severity,
    Subject,
    deliveries,
    steps,
)
from apicheck.checks.receiver import _forgeries, _survival

_FORGERY = "secret-another"
_OF_QUERY = "md5-query"
_ROWS = (
    Case("wrong-first", "the field of its signature comes twice, the wrong one first"),
    Case("right-first", "the field of its signature comes twice, the right one first"),
)


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where a header field has the signature."""
    signature = deliveries.receives(subject)
    if signature is not None and signature.scheme == _OF_QUERY:
        return NotApplicable("the signature is in the query")
    return _forgeries.applies_to(subject)


def cases(_: Subject) -> tuple[Case, ...]:
    """Both orders."""
    return _ROWS


def script(subject: Subject) -> Script:
    """Send a delivery with the fields of a valid one and of a forgery; then the usual delivery."""
    request = deliveries.build_delivery(subject)
    forged = yield from steps.sign(request, _FORGERY, id="twice")
    signed = yield from steps.sign(request, id="twice")
    names = tuple(_list_signatures(request, signed, forged))
    if not names:
        steps.end_script(Inconclusive("no header field has the signature alone"))
    for name in names:
        values = (_read(forged, name), _read(signed, name))
        ordered = values if subject.row.name == "wrong-first" else values[::-1]
        signed = signed.with_header(name, *ordered)
    if (yield from _survival.send(signed)).response is not None:
        yield from deliveries.deliver(subject)


def _list_signatures(request: Request, signed: Request, forged: Request) -> Iterator[str]:
    """The fields that two secrets write otherwise; times may differ by a second."""
    for name, value in signed.headers:
        differs = _read(forged, name) not in ("", value) and not _read(request, name)
        if differs and not value.isdigit():
            yield name


def _read(request: Request, name: str) -> str:
    return next((value for known, value in request.headers if known == name), "")


CHECK = Check(
    title="A delivery with two fields of its signature breaks nothing",
    failure_title="A delivery with two fields of its signature breaks the receiver",
    applies=applies,
    cases=cases,
    script=script,
    judge=_survival.judge,
    reads=_forgeries.FACTS,
    judges_errors=_survival.ENDED,
    actor="receiver",
    standards=("rfc9110#5.3", "rfc9110#15.6.1"),
    outcomes=(Outcome("error", Severity.LOW),),
    proven_by={"error": ("receiver/fails-on-repeated-fields",)},
    accepted=True,
)
