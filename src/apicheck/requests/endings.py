"""Send an operation that ends its caller's credential, with one that may be used up."""

from __future__ import annotations

from apicheck.model.exchange import Role
from apicheck.model.step import Script
from apicheck.model.subject import Subject
from apicheck.model.verdict import NotTested
from apicheck.requests.build import resolve_recipe
from apicheck.requests.credentials import missing_credentials, satisfies
from apicheck.requests.steps import end_script, mint, send


def send_ending(subject: Subject) -> Script:
    """Send the canonical request of an operation with an identity of its own. Never shared."""
    context, operation = subject.context, subject.op.id
    recipe = context.recipes[operation]
    if isinstance(recipe, NotTested):
        end_script(recipe)
    who = yield from mint(fresh=True)
    needed = context.alternatives.get(operation, ())
    if needed and not any(satisfies(context, who, names) for names in needed):
        end_script(missing_credentials(context, needed[0]))
    request = yield from resolve_recipe(subject, recipe, who, shared_as=None)
    yield from send(request, Role.CONTROL)
