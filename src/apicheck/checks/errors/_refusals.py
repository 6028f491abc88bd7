"""What the checks of bad requests share: which refusal is promised for which operation."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.authoring import (
    ExpectedResponse,
    Judgement,
    NotApplicable,
    Recipe,
    Subject,
    Transcript,
    judging,
    schemas,
)
from apicheck.authoring.refusals import Promise


def promised(kind: str) -> Promise:
    """Return what finds the refusal that `requests.KIND` promises, for `refusal(promise=…)`."""
    return lambda subject: find_promise(subject, kind)


def find_promise(subject: Subject, kind: str) -> ExpectedResponse | NotApplicable:
    """The refusal that `requests.KIND` promises for a subject, or why it promises none."""
    promise = subject.facts.requests.get(kind)
    expected = promise if isinstance(promise, ExpectedResponse) else None
    found = match_operation(subject, expected, f"requests.{kind}")
    if isinstance(found, ExpectedResponse) and is_oauth(subject):
        return NotApplicable("its errors are those of OAuth (RFC 6749 section 5.2)")
    return found


def match_operation(
    subject: Subject, expected: ExpectedResponse | None, fact: str
) -> ExpectedResponse | NotApplicable:
    """The response that a fact promises, or why it promises none for the subject's operation."""
    if expected is None:
        return NotApplicable(f"the policy promises no response ({fact})")
    if not judging.is_promised_for(subject.context, expected, subject.operation):
        return NotApplicable(f"the promise is about other operations ({fact}.ops)")
    return expected


def judge_promised_refusal(
    subject: Subject, transcript: Transcript, kind: str, detail: str
) -> Judgement:
    """Judge a refusal whose promise depends on the case: `requests.KIND`."""
    expected = find_promise(subject, kind)
    if isinstance(expected, NotApplicable):
        return expected
    return judging.judge_refused(transcript, expected, detail)


def is_oauth(subject: Subject) -> bool:
    """Whether the operation is the authorization server's, whose errors OAuth defines."""
    oauth = subject.facts.oauth
    named = (oauth.token, oauth.authorize, oauth.revoke) if oauth else ()
    return subject.operation is not None and subject.operation.id in named


def json_recipe(subject: Subject) -> Recipe | None:
    """The recipe of an operation that takes a JSON body; None for any other."""
    recipe = subject.context.recipes[subject.op.id]
    if isinstance(recipe, Recipe) and "json" in recipe.media_type:
        return recipe
    return None


def names_its_members(subject: Subject) -> bool:
    """Whether the operation takes a JSON object whose members the document lists completely.

    A schema that describes additional members (`additionalProperties`) does not.
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
