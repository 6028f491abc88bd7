"""Decide which operations a run never sends: those that the user skips, and dangerous ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from apicheck.model.facts import Facts, Selector
from apicheck.model.facts import Webhooks as WebhookFacts
from apicheck.model.operation import Operation, Spec
from apicheck.model.selector import selects
from apicheck.model.subject import Recipe, RunContext
from apicheck.model.target import Target
from apicheck.model.verdict import NotTested, NotTestedKind
from apicheck.plan.bulk_changes import find_bulk_change
from apicheck.plan.hazards import Hazard, find_hazard
from apicheck.requests.links import path_parameters

Recipes = Mapping[str, Recipe | NotTested]


@dataclass(frozen=True, slots=True)
class Withheld:
    """The operations that are not sent, with the recipes of all.

    guarded: recipes of the dangerous ones, for who asks for exactly them.
    """

    reasons: Mapping[str, NotTested]
    recipes: Recipes
    guarded: Recipes


def withhold(
    spec: Spec,
    facts: Facts,
    target: Target,
    skip: Sequence[str],
    secured: frozenset[str],
    make: Callable[[Spec], Recipes],
) -> Withheld:
    """Make the recipes of a run without the operations that it never sends.

    skip: selectors of the command line. make: makes the recipes of a document. An operation that
    others need is left out for them as well: they find another source, or say why they have none.
    """

    def chosen(items: Sequence[str], operation: Operation) -> bool:
        return selects(Selector(tuple(items)), operation, facts.operations, secured)

    skipped = {
        operation.id: _skip(operation, by_option=chosen(skip, operation))
        for operation in spec.operations
        if chosen((*target.safety.skip, *skip), operation)
    }
    full = make(_without(spec, skipped))
    hazards = {
        operation.id: hazard
        for operation in spec.operations
        if operation.id not in skipped
        and (
            hazard := find_hazard(operation, operation.prefix) or find_bulk_change(spec, operation)
        )
        and not chosen(target.safety.allow, operation)
        and not _is_meant(operation.id, facts)
        and not _acts_on_made(spec, operation, full[operation.id])
    }
    reasons = {**skipped, **{name: _warn(name, hazard) for name, hazard in hazards.items()}}
    recipes = full
    if any(_needs(recipe, hazards) for name, recipe in full.items() if name not in hazards):
        recipes = make(_without(spec, reasons))
    return Withheld(
        reasons,
        {**recipes, **reasons},
        {name: full[name] for name in hazards},
    )


def can_spend(context: RunContext, operation: Operation) -> bool:
    """Whether an operation that ends its caller's credential can be sent with one to use up."""
    hazard = find_hazard(operation, operation.prefix)
    if hazard is None or not hazard.harm.hits_one_identity:
        return False
    if not isinstance(context.guarded.get(operation.id), Recipe):
        return False
    return "mint" in context.capabilities or any(
        one.disposable and one.state == "active" and context.permits(one, operation.id)
        for one in context.identities.values()
    )


def _without(spec: Spec, names: Mapping[str, object]) -> Spec:
    return replace(spec, operations=tuple(o for o in spec.operations if o.id not in names))


def _needs(recipe: Recipe | NotTested, names: Mapping[str, object]) -> bool:
    return isinstance(recipe, Recipe) and any(need.operation in names for need in recipe.needs)


def _is_meant(name: str, facts: Facts) -> bool:
    """Whether the policy says what the operation ends: a credential that it issued, no other."""
    named: set[str] = set()
    if facts.oauth is not None:
        named |= {facts.oauth.token, facts.oauth.revoke}
    for operation, issued in facts.authentication.issued.items():
        named |= {operation, issued.revoke}
    webhooks = facts.webhooks
    if isinstance(webhooks, WebhookFacts) and webhooks.subscriptions is not None:
        named |= {webhooks.subscriptions.delete, webhooks.subscriptions.rotate}
    return name in named


def _acts_on_made(spec: Spec, operation: Operation, recipe: Recipe | NotTested) -> bool:
    """Whether the last object that the path names was made by the run, or one in the body."""
    if not isinstance(recipe, Recipe):
        return False
    made = {n.name for n in recipe.needs if not spec.operation(n.operation).safe}
    if named := path_parameters(operation):
        return named[-1].name in made
    return any(n.place == "body" and n.name in made for n in recipe.needs)


def _skip(operation: Operation, *, by_option: bool) -> NotTested:
    if by_option:
        return NotTested(NotTestedKind.SELECTED_OUT, f"--skip leaves {operation.id} out")
    return NotTested(NotTestedKind.OUT_OF_SCOPE, f"[safety] skip leaves {operation.id} out")


def _warn(name: str, hazard: Hazard) -> NotTested:
    remedy = f'[safety]\nallow = ["{name}"]'
    return NotTested(NotTestedKind.HAZARD, f"{name} is not sent: {hazard}", remedy)
