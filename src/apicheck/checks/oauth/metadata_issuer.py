"""The metadata name the issuer of their own URL."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    Outcome,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    pointers,
)
from apicheck.checks.oauth import _metadata
from apicheck.checks.oauth._metadata import fetch_metadata, find_issuer, find_metadata, is_issuer


def applies(subject: Subject) -> Applies | NotApplicable:
    """Apply where the issuer is known."""
    found = _metadata.applies(subject)
    if isinstance(found, Applies) and not find_issuer(subject):
        return NotApplicable("neither the policy nor the path of the metadata says the issuer")
    return found


def script(subject: Subject) -> Script:
    """Get the metadata."""
    yield from fetch_metadata(subject)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the issuer is another one; oauth/metadata judges whether there is one."""
    found = find_metadata(subject, transcript)
    if found is None or isinstance(found, Inconclusive):
        return found
    exchange, members = found
    issuer = members.get("issuer")
    if not isinstance(issuer, str):
        return Inconclusive("the metadata name no issuer")
    if is_issuer(subject, issuer):
        return None
    came = f"issuer {pointers.describe_value(issuer)}"
    return Failure("differs", f"issuer {find_issuer(subject)}", came, exchange=exchange.id)


CHECK = Check(
    title="The metadata name the issuer of their own URL",
    failure_title="The metadata name another issuer than that of their own URL",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("oauth.metadata", "oauth.issuer"),
    standards=("rfc8414#3.3",),
    outcomes=(Outcome("differs", Severity.MEDIUM),),
    proven_by={"differs": ("oauth/metadata-of-another-issuer",)},
)
