"""Values of the target file that belong to one identity, such as the id of its tenant's object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from apicheck.model.json import Json
from apicheck.model.subject import Recipe, RunContext
from apicheck.model.target import Identity


def belongings_of(context: RunContext, who: Identity) -> Mapping[str, Json]:
    """An identity's own fixtures, else those of an identity of its tenant."""
    if who.fixtures:
        return who.fixtures
    others = (one for one in context.identities.values() if one.tenant == who.tenant)
    return next((one.fixtures for one in others if one.fixtures), {})


def with_belongings(context: RunContext, recipe: Recipe, owner: Identity) -> Recipe:
    """The recipe with the owner's fixtures in place of those of another identity."""
    own = belongings_of(context, owner)
    if not own:
        return recipe

    def choose(name: str, value: Json) -> Json:
        taken = [one.fixtures[name] for one in context.identities.values() if name in one.fixtures]
        return own[name] if name in own and str(value) in map(str, taken) else value

    body = recipe.body
    if isinstance(body, Mapping):
        body = {name: choose(name, value) for name, value in body.items()}
    return replace(
        recipe,
        values={name: choose(name, value) for name, value in recipe.values.items()},
        query=tuple((name, str(choose(name, value))) for name, value in recipe.query),
        body=body,
    )
