"""A media type is accepted in equivalent spellings."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Judgement,
    NotApplicable,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    alter,
    build,
    judging,
    spreading,
    steps,
)
from apicheck.checks.errors._refusals import is_oauth, json_recipe

_CHARSET = "charset"
_CAPITALS = "capitals"


def applies(subject: Subject) -> Applies | NotApplicable:
    """To operations that take JSON, where the policy promises something on media types."""
    if "media" not in subject.facts.requests:
        return NotApplicable("the policy promises nothing on media types (requests.media)")
    if is_oauth(subject) or json_recipe(subject) is None:
        return NotApplicable("its request has no JSON body")
    return Applies(facts=("requests.media",))


def cases(_: Subject) -> tuple[Case, ...]:
    """The charset that JSON always has, and capital letters."""
    return spreading.spread((Case(_CHARSET, _CHARSET), Case(_CAPITALS, _CAPITALS)), "JSON bodies")


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with its media type in another spelling."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    media = alter.media_type_of(request)
    spelt = media.title() if subject.row.name == _CAPITALS else f"{media}; charset=utf-8"
    yield from steps.send(request.with_header("Content-Type", spelt))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when the equivalent spelling is refused."""
    expected = "accepted, as in the usual spelling"
    return judging.judge_accepted(transcript, expected, subject.row.name)


CHECK = Check(
    title="A media type is accepted in equivalent spellings",
    failure_title="A media type is refused in an equivalent spelling",
    applies=applies,
    cases=cases,
    rows_each=1,
    script=script,
    judge=judge,
    accepted=True,
    reads=("requests.media",),
    standards=("rfc9110#8.3.1", "rfc8259#11"),
    outcomes=(Outcome("refused", Severity.LOW),),
    proven_by={"refused": ("errors/compares-content-type",)},
)
