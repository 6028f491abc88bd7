"""Credentials that operations issue: having one issued, and calling an operation with it."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.authoring import (
    Credential,
    Exchange,
    Inconclusive,
    Json,
    Recipe,
    Request,
    RunContext,
    Subject,
    build,
    credentials,
    describe,
    pointers,
    steps,
)


def find_reader(
    context: RunContext, scheme: str, suits: Callable[[str], bool] = lambda _: True
) -> Recipe | None:
    """How to call a safe operation that takes a credential of a scheme alone, and no object.

    suits: whether an operation will do otherwise.
    """
    for operation in context.spec.operations:
        recipe = context.recipes.get(operation.id)
        takes_it = operation.safe and (scheme,) in context.alternatives.get(operation.id, ())
        if takes_it and isinstance(recipe, Recipe) and not recipe.needs and suits(operation.id):
            return recipe
    return None


def read_credential(subject: Subject, operation: str, response: Exchange) -> Credential:
    """The credential that a response hands out. Ends the script when there is none."""
    context, issued = subject.context, subject.facts.authentication.issued[operation]
    secret = pointers.at(response.json_or(), issued.value)
    if not response.succeeded or not isinstance(secret, str):
        steps.end_script(Inconclusive(f"the server issued no credential: {describe(response)}"))
    return credentials.make_credential(context, context.spec.schemes[issued.scheme], secret)


def write_use(subject: Subject, reader: Recipe, credential: Credential, name: str) -> Request:
    """A call of an operation with an issued credential. name: of its holder, for the record."""
    context = subject.context
    who = build.identity_of(subject, reader.operation)
    request = build.build_request(context, reader, who, {})
    return request.with_credentials(name, credential)


def write_follow_up(subject: Subject, recipe: Recipe, response: Exchange) -> Request:
    """The request of a recipe about the object that a response shows."""
    content: Json = response.json_or()
    values = {need: pointers.at(content, need.pointer) for need in recipe.needs}
    caller = build.identity_of(subject, recipe.operation)
    return build.build_request(subject.context, recipe, caller, values)
