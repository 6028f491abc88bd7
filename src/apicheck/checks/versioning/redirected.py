"""An alias, an unknown or a missing version is redirected to the version that the policy says."""

from __future__ import annotations

from urllib.parse import quote

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Exchange,
    Failure,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    Versions,
    describe,
    fields,
)
from apicheck.checks.versioning._kinds import REDIRECTS, list_names_of_others
from apicheck.checks.versioning._requests import find_obstacle, send_version, versions_of


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy says to which version a request is redirected."""
    obstacle = find_obstacle(subject)
    if obstacle is not None:
        return obstacle
    if not cases(subject):
        return NotApplicable("the policy promises no redirect to another version")
    return Applies()


def cases(subject: Subject) -> tuple[Case, ...]:
    """A row for each way to name no version of its own that is redirected."""
    return tuple(list_names_of_others(subject, "redirects"))


def script(subject: Subject) -> Script:
    """Send a request that is accepted, then the same with the other name, or with none."""
    row = subject.row.value
    yield from send_version(subject, row["version"], serves=row["target"])


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when the response is no redirect, or leads elsewhere than to the path of the version."""
    row, found = subject.row.value, versions_of(subject)
    for exchange in transcript.exercised:
        due = f"a redirect to the path of {found.write(row['target'])}"
        if exchange.status not in REDIRECTS:
            return Failure("not-redirected", due, describe(exchange), subject.row.name, exchange.id)
        location = exchange.received.header("Location") or ""
        if not _leads_there(found, exchange, location, row["version"], row["target"]):
            actual = f"Location: {location}" if location else "no Location"
            return Failure("elsewhere", due, actual, subject.row.name, exchange.id)
    return None


def _leads_there(
    found: Versions, exchange: Exchange, location: str, version: str | None, target: str
) -> bool:
    """Whether a location is the path of the request, with the target in place of its version."""
    parts = fields.split_url(location, exchange.request.path)
    if parts is None:
        return False
    wanted, sent = found.write(target), exchange.request.path
    if version is None:
        segments = parts.path.split("/")
        return any(
            "/".join([*segments[:place], *segments[place + 1 :]]) == sent
            for place, segment in enumerate(segments)
            if segment == wanted
        )
    named = quote(found.write(version), safe="")
    return parts.path == sent.replace(f"/{named}/", f"/{wanted}/", 1)


CHECK = Check(
    title="An alias, an unknown or a missing version is redirected as promised",
    failure_title="An alias, an unknown or a missing version is not redirected as promised",
    subject_kind=SubjectKind.API,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=(
        "versioning.versions",
        "versioning.unknown",
        "versioning.future",
        "versioning.malformed",
        "versioning.retired",
        "versioning.missing",
    ),
    standards=("rfc9110#15.4", "rfc9110#10.2.2"),
    outcomes=(Outcome("not-redirected", Severity.MEDIUM), Outcome("elsewhere", Severity.MEDIUM)),
    proven_by={
        "not-redirected": ("versioning/refuses-what-it-redirects",),
        "elsewhere": ("versioning/redirects-to-the-root-of-the-version",),
    },
)
