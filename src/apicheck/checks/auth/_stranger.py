"""Requests of a stranger: refusals that can be tested where the target names no credential.

Nothing shows that such a request would be accepted with a credential. Only two responses decide:
the promised refusal, and an acceptance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from apicheck.authoring import (
    Check,
    Failure,
    Identity,
    Inconclusive,
    Judgement,
    Recipe,
    Request,
    Script,
    Severity,
    Steps,
    Subject,
    Transcript,
    build,
    describe,
    judging,
    schemas,
    steps,
)
from apicheck.checks.auth._public import looks_public

STRANGER = Identity(name="nobody", placeholder="")
_REFUSED = (401, 403)
_NUMBER, _WORD = "999999937", "apicheck-nothing"
_BY_FORMAT = {"uuid": "3f0c6e0a-8a5b-4c5e-9d53-0e4f5f0a7c11", "date": "2001-01-01"}


def also_of_strangers(check: Check, alter: Callable[[Subject, Request], Request]) -> Check:
    """The check, which also tests a target without any credential.

    alter: makes the request that must be refused from one without a credential.
    """
    usual_script, usual_judge = check.script, check.judge
    assert usual_script is not None
    assert usual_judge is not None

    def script(subject: Subject) -> Script:
        if _has_credential(subject):
            yield from usual_script(subject)
        else:
            yield from steps.send(alter(subject, (yield from _build_request(subject))))

    def judge(subject: Subject, transcript: Transcript) -> Judgement:
        if _has_credential(subject):
            return usual_judge(subject, transcript)
        return _judge_refused(subject, transcript)

    return replace(check, script=script, judge=judge)


def _has_credential(subject: Subject) -> bool:
    """Whether the target has a credential, or one can be made."""
    held = any(identity.placeholder for identity in subject.context.identities.values())
    return held or "mint" in subject.context.capabilities


def _build_request(subject: Subject) -> Steps[Request]:
    """The canonical request without a credential; objects that it would name are made up."""
    recipe = subject.context.recipes[subject.op.id]
    if isinstance(recipe, Recipe) and not recipe.needs:
        return (yield from build.valid_request(subject, identity=STRANGER))
    path = subject.op.path
    for name, value in _make_up_values(subject):
        path = path.replace("{" + name + "}", value)
    return Request(method=subject.op.method, path=path, operation=subject.op.id)


def _make_up_values(subject: Subject) -> Iterator[tuple[str, str]]:
    """A value for each path parameter that, in all likelihood, is the id of nothing."""
    for parameter in subject.op.parameters:
        if parameter.place != "path":
            continue
        schema = schemas.resolve_schema(subject.context.spec.document, parameter.schema)
        described = schema if isinstance(schema, dict) else {}
        number = described.get("type") in ("integer", "number")
        usual = _BY_FORMAT.get(str(described.get("format")), _WORD)
        yield parameter.name, _NUMBER if number else usual


def _judge_refused(subject: Subject, transcript: Transcript) -> Judgement:
    """Pass on a refusal for want of a credential, fail on an acceptance; nothing else decides."""
    promised = subject.expected
    for exchange in transcript.exercised:
        if exchange.succeeded:
            public = looks_public(subject.context, subject.op)
            return Failure(
                "accepted",
                judging.expected_text(promised),
                describe(exchange),
                "usually public" if public else "",
                exchange.id,
                at_most=Severity.MEDIUM if public else None,
            )
        if exchange.status not in (*promised.statuses.exact, *_REFUSED):
            return Inconclusive(
                f"the response was {describe(exchange)}; as the target has no credential, nothing"
                " shows whether for want of one"
            )
        if exchange.status not in promised.statuses:
            expected = judging.expected_text(promised)
            return Failure("wrong-status", expected, describe(exchange), exchange=exchange.id)
    return None
