"""What the checks of bad requests have in common: which promise speaks of which operation."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.authoring import (
    ExpectedResponse,
    Judgement,
    NotApplicable,
    Recipe,
    RunContext,
    Subject,
    Transcript,
    judging,
    schemas,
)
from apicheck.authoring.refusals import Promise


def promised(kind: str) -> Promise:
    """The refusal that `requests.KIND` promises for an operation, for `refusal(promise=…)`."""

    def promise(subject: Subject) -> ExpectedResponse | NotApplicable:
        expected = subject.facts.requests.get(kind)
        if not isinstance(expected, ExpectedResponse):
            return NotApplicable(f"the policy promises no response (requests.{kind})")
        if not judging.is_promised_for(subject.context, expected, subject.operation):
            return NotApplicable(f"the promise is about other operations (requests.{kind}.ops)")
        if is_oauth(subject):
            return NotApplicable("its errors are those of OAuth (RFC 6749 section 5.2)")
        return expected

    return promise


def promised_response(context: RunContext, kind: str) -> ExpectedResponse | None:
    """The answer that the policy promises to a kind of bad request; None where it promises none."""
    promise = context.facts.requests.get(kind)
    return promise if isinstance(promise, ExpectedResponse) else None


def judge_promised_refusal(
    subject: Subject, transcript: Transcript, kind: str, detail: str = ""
) -> Judgement:
    """What `refused` says of a kind of bad request, for checks that apply where it is promised."""
    answer = promised_response(subject.context, kind)
    assert answer is not None  # `not_promised` was asked before anything was sent
    return judging.judge_refused(transcript, answer, detail)


def not_promised(subject: Subject, kind: str) -> NotApplicable | None:
    """Why the promise says nothing of an operation; None where it speaks of it."""
    answer = promised_response(subject.context, kind)
    if answer is None:
        return NotApplicable(f"the policy promises no answer (requests.{kind})")
    if not judging.is_promised_for(subject.context, answer, subject.operation):
        return NotApplicable(f"the promise is about other operations (requests.{kind}.ops)")
    if is_oauth(subject):
        return NotApplicable("its errors are those of OAuth (RFC 6749 section 5.2)")
    return None


def is_oauth(subject: Subject) -> bool:
    """Whether an operation is one of the authorization server's, which has answers of its own."""
    oauth = subject.facts.oauth
    named = (oauth.token, oauth.authorize, oauth.revoke) if oauth else ()
    return subject.operation is not None and subject.operation.id in named


def json_recipe(subject: Subject) -> Recipe | None:
    """How the operation's JSON body is made; None where it has none."""
    recipe = subject.context.recipes[subject.op.id]
    if isinstance(recipe, Recipe) and "json" in recipe.media_type:
        return recipe
    return None


def names_its_members(subject: Subject) -> bool:
    """Whether the operation takes a JSON object of which the document says the members.

    Not so where it also says what other members look like.
    """
    recipe = json_recipe(subject)
    if recipe is None or not isinstance(recipe.body, Mapping):
        return False
    for media in subject.op.body:
        schema = schemas.resolve_schema(subject.context.spec.document, media.schema)
        if media.media_type == recipe.media_type and isinstance(schema, Mapping):
            is_open = bool(schema.get("additionalProperties") or schema.get("patternProperties"))
            return bool(schema.get("properties")) and not is_open
    return False
