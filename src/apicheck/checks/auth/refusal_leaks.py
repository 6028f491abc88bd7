"""The refusal of a request without a credential shows nothing of the object."""

from __future__ import annotations

import re
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
from apicheck.checks.auth._scope import WITHOUT_CREDENTIALS, needs_no_credential

_SHORTEST = 8
"""Shorter values may stand in an error's text by chance."""
_VOCABULARY = re.compile(r"[A-Za-z_:/.*+-]+")
"""Words, scopes, media types and the like: an API also uses them where it shows no object."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply to operations whose response shows an object."""
    if reason := needs_no_credential(subject):
        return reason
    shown = subject.op.response_for(200) or subject.op.response_for(201)
    if shown is None or not any("json" in media.media_type for media in shown.media):
        return NotApplicable("its response shows no object in JSON")
    return Applies(facts=("authentication.refusal",))


def script(subject: Subject) -> Script:
    """Send the canonical request, whose response shows the object; then without a credential."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject, refused=True)
    share = f"{WITHOUT_CREDENTIALS} {subject.key}"
    yield from steps.send(request.without_credentials(), share=share)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the refusal has a value that only the accepted response should have."""
    del subject
    shown = [one for one in transcript.of_role(Role.CONTROL) if one.succeeded]
    for exchange in transcript.exercised:
        if exchange.succeeded or exchange.response is None or not shown:
            continue
        both = set(shown[-1].received.headers)
        fields = "\n".join(pair[1] for pair in exchange.response.headers if pair not in both)
        text = fields + "\n" + exchange.response.body.decode("utf-8", "replace")
        for name, value in _list_private(shown[-1], exchange):
            if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text):
                expected = "a refusal without values of the object"
                return Failure("leaks", expected, f"the value of {name}", name, exchange.id)
    return None


def _list_private(shown: Exchange, refused: Exchange) -> Iterator[tuple[str, str]]:
    """Yield (member, text) of the accepted response, without what the request itself says."""
    request = refused.request
    fields = "\n".join(value for _, value in request.wire_headers)
    body = (request.body or b"").decode("utf-8", "replace")
    sent = f"{request.wire_target}\n{fields}\n{body}"
    for name, value in _list_texts(shown.json_or(), ""):
        if len(value) >= _SHORTEST and value not in sent and not _VOCABULARY.fullmatch(value):
            yield name, value


def _list_texts(value: Json, name: str, depth: int = 4) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif depth and isinstance(value, dict):
        for key, inner in value.items():
            yield from _list_texts(inner, str(key), depth - 1)
    elif depth and isinstance(value, list):
        for inner in value:
            yield from _list_texts(inner, name, depth - 1)


CHECK = Check(
    title="The refusal of a request without a credential shows nothing of the object",
    failure_title="The refusal of a request without a credential shows values of the object",
    applies=applies,
    script=script,
    judge=judge,
    reads=("authentication.refusal",),
    standards=("rfc9110#15.5.2",),
    outcomes=(Outcome("leaks", Severity.HIGH),),
    proven_by={"leaks": ("auth/refusal-shows-the-object",)},
)
