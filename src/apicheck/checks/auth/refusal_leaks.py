"""The refusal of a request without a valid credential shows nothing of the object."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Failure,
    Json,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    steps,
)
from apicheck.checks.auth._scope import needs_no_credential

_SHORTEST = 8
"""Shorter values are words that an error's text may hold by chance."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To operations whose answer shows an object to those who may see it."""
    if reason := needs_no_credential(subject):
        return reason
    shown = subject.op.response_for(200) or subject.op.response_for(201)
    if shown is None or not any("json" in media.media_type for media in shown.media):
        return NotApplicable("its answer shows no object in JSON")
    return Applies(facts=("authentication.refusal",))


def script(subject: Subject) -> Script:
    """The canonical request, whose answer shows the object; then the same from nobody."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject, refused=True)
    yield from steps.send(request.without_credentials())


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """A value that only the accepted answer should have, in a refusal."""
    del subject
    shown = [one for one in transcript.of_role(Role.CONTROL) if one.succeeded]
    for exchange in transcript.exercised:
        if exchange.succeeded or exchange.response is None or not shown:
            continue
        text = _everything(exchange)
        for name, value in _private(shown[-1], exchange):
            if value in text:
                expected = "nothing of the object in the refusal"
                return Failure("leaks", expected, f"the value of {name}", name, exchange.id)
    return None


def _private(shown: Exchange, refused: Exchange) -> Iterator[tuple[str, str]]:
    """Member -> text of an accepted answer, without what the request itself says."""
    sent = refused.request.wire_target + (refused.request.body or b"").decode("utf-8", "replace")
    for name, value in _texts(shown.json_or(), ""):
        if len(value) >= _SHORTEST and value not in sent:
            yield name, value


def _texts(value: Json, name: str, depth: int = 4) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif depth and isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, str(key), depth - 1)
    elif depth and isinstance(value, list):
        for inner in value:
            yield from _texts(inner, name, depth - 1)


def _everything(exchange: Exchange) -> str:
    assert exchange.response is not None  # judge() saw to it
    fields = "\n".join(value for _, value in exchange.response.headers)
    return fields + "\n" + exchange.response.body.decode("utf-8", "replace")


CHECK = Check(
    title="The refusal of a request from nobody shows nothing of the object",
    applies=applies,
    script=script,
    judge=judge,
    reads=("authentication.refusal",),
    standards=("rfc9110#15.5.2",),
    outcomes=(Outcome("leaks", Severity.HIGH),),
    proven_by={"leaks": ("auth/refusal-shows-the-object",)},
)
