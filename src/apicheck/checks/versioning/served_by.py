"""An alias, an unknown or a missing version is served by the version that the policy says."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Failure,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Request,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    Versions,
    describe,
)
from apicheck.checks.versioning._echo import find_echo, is_same
from apicheck.checks.versioning._kinds import list_names_of_others
from apicheck.checks.versioning._names import write_in_other_case
from apicheck.checks.versioning._refusals import find_given_version
from apicheck.checks.versioning._requests import find_obstacle, send_version, versions_of


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy says which version serves a request that names none of them."""
    obstacle = find_obstacle(subject)
    if obstacle is not None:
        return obstacle
    if not cases(subject):
        return NotApplicable("the policy promises that nothing is served by another version")
    return Applies()


def cases(subject: Subject) -> tuple[Case, ...]:
    """A row for each way to name no version of its own that is served all the same."""
    return tuple(_list_cases(subject))


def _list_cases(subject: Subject) -> Iterator[Case]:
    found = versions_of(subject)
    yield from list_names_of_others(subject, "serves")
    facts = subject.facts.versioning
    if facts is not None and facts.case == "insensitive":
        other = found.current if _is_of_vendor(found) else write_in_other_case(found)
        if other is not None:
            fact = "versioning.case"
            yield Case(
                f"{other} in other case", {"version": other, "target": found.current}, fact=fact
            )


def _is_of_vendor(found: Versions) -> bool:
    """Whether the version is part of a media type, which has no case (RFC 9110, section 8.3.1)."""
    return found.place == "media" and not found.name


def script(subject: Subject) -> Script:
    """Send a request that is accepted, then the same with the other name, or with none."""
    row, found = subject.row.value, versions_of(subject)
    swapped = subject.row.fact == "versioning.case" and _is_of_vendor(found)
    yield from send_version(
        subject, row["version"], serves=row["target"], alter=_swap_type if swapped else None
    )


def _swap_type(request: Request) -> Request:
    """Write the media type in capital letters."""
    accepted = [value.upper() for name, value in request.headers if name.lower() == "accept"]
    return request.with_header("Accept", *accepted)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when the request is refused, or the response says that another version served it."""
    row, found = subject.row.value, versions_of(subject)
    if row["version"] is None and (given := find_given_version(subject, transcript)):
        return given
    due, detail = f"2xx: {found.write(row['target'])} serves it", subject.row.name
    for exchange in transcript.exercised:
        if not exchange.succeeded:
            return Failure("refused", due, describe(exchange), detail, exchange.id)
        echo = find_echo(subject.context, exchange)
        if echo is not None and echo.value and not is_same(found, echo.value, row["target"]):
            due = f"{echo.field}: {found.write(row['target'])}"
            return Failure("other-version", due, f"{echo.field}: {echo.value}", detail, exchange.id)
    return None


CHECK = Check(
    title="An alias, an unknown or a missing version is served by the promised version",
    failure_title="An alias, an unknown or a missing version is not served by the promised version",
    subject_kind=SubjectKind.API,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    accepted=True,
    reads=(
        "versioning.versions",
        "versioning.unknown",
        "versioning.future",
        "versioning.malformed",
        "versioning.retired",
        "versioning.missing",
        "versioning.case",
    ),
    outcomes=(Outcome("refused", Severity.MEDIUM), Outcome("other-version", Severity.MEDIUM)),
    proven_by={
        "refused": ("versioning/refuses-another-name",),
        "other-version": ("versioning/serves-another-name-by-the-oldest-version",),
    },
)
