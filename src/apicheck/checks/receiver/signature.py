"""A delivery with a wrong, partial or missing signature is refused."""

from __future__ import annotations

from apicheck.authoring import Check, Outcome, Severity
from apicheck.checks.receiver import _forgeries

cases = _forgeries.cases_named(
    *("signature-", "secret-", "version-", "key-", "content-", "certificate-", "url-", "method-"),
    "target-",
)

CHECK = Check(
    title="A delivery with a wrong signature is refused",
    failure_title="A delivery with a wrong signature is accepted, or breaks the receiver",
    applies=_forgeries.applies_where(cases, "the scheme has no signature"),
    cases=cases,
    draws="forgery",
    script=_forgeries.script,
    judge=_forgeries.judge,
    reads=_forgeries.FACTS,
    actor="receiver",
    standards=("standard-webhooks-1.0.0",),
    outcomes=(Outcome("accepted", Severity.CRITICAL), Outcome("error", Severity.MEDIUM)),
    proven_by={
        "accepted": (
            "receiver/accepts-empty-secret",
            "receiver/accepts-everything",
            "receiver/accepts-other-versions",
            "receiver/accepts-secret-as-text",
            "receiver/accepts-unsigned",
            "receiver/compares-beginning",
            "receiver/compares-without-case",
            "receiver/verifies-body-alone",
        ),
        "error": ("receiver/fails-on-malformed-signature",),
    },
)
