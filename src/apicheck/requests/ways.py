"""Other ways to ask for an operation, when the target refuses its canonical request.

A document leaves open which ids exist, whether a credential is wanted where it names none, and
what may be used twice. The target's refusal says which of these to change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from apicheck.model.exchange import Exchange
from apicheck.model.json import Json, with_value
from apicheck.model.operation import Operation
from apicheck.model.subject import Recipe, RunContext
from apicheck.model.target import Identity
from apicheck.requests.credentials import scheme_to_carry
from apicheck.requests.demands import find_demanded, may_be_asked_for
from apicheck.requests.naming import find_names, make_new_text

_UNAUTHORIZED = frozenset({401, 403})
_TAKEN = frozenset({400, 409, 422})
_USED_UP = frozenset({404, 409, 410, 422, 500})
"""What an object that other requests share may lead to; 500: one that they left in disorder."""
_UNAVAILABLE = 503
_OF_OTHER_VALUES = frozenset({400, 401, 403, 404, 406, 409, 410, 412, 422, 423, 502})
"""Refusals that other ids may change; 502: an id led the target to another server."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to ask.

    recipe: the recipe, or the n-th of its `otherwise`. carries: with a credential that the
    document does not ask for. fresh: with objects made for this request alone. distinct: with
    names in the body that no other request has. named: optional members and query parameters
    that a refusal asked for. again: the same once more, after a pause.
    """

    recipe: int = 0
    carries: bool = False
    fresh: bool = False
    distinct: bool = False
    named: tuple[str, ...] = ()
    again: bool = False

    @property
    def words(self) -> str:
        """What is special about it; "" for the first way."""
        parts = {
            f"with other ids ({self.recipe})": self.recipe > 0,
            "with a credential": self.carries,
            "with new objects": self.fresh,
            "with new names": self.distinct,
            f"with {' and '.join(self.named)}": bool(self.named),
            "once more": self.again,
        }
        return ", ".join(name for name, holds in parts.items() if holds)


FIRST = Way()
"""The way that everything is asked in first."""


def choose_recipe(recipe: Recipe, way: Way) -> Recipe:
    """The recipe of a way, without the others."""
    chosen = (recipe, *recipe.otherwise)[way.recipe]
    if chosen.otherwise:
        chosen = replace(chosen, otherwise=())
    return replace(chosen, body=_with_new_names(chosen.body)) if way.distinct else chosen


def find_next_way(
    context: RunContext, recipe: Recipe, who: Identity, way: Way, refusal: Exchange
) -> Way | None:
    """The way to try after a refusal; None where nothing promises to change it."""
    if demanded := find_demanded(context, choose_recipe(recipe, way), refusal, way.named):
        return replace(way, named=(*way.named, *demanded))
    return next(_list_others(context, recipe, who, way, refusal.status), None)


def has_others(context: RunContext, operation: Operation, recipe: Recipe, who: Identity) -> bool:
    """Whether an operation may be asked in more than one way."""
    return may_be_asked_for(operation) or any(
        True
        for status in _OF_OTHER_VALUES
        for _ in _list_others(context, recipe, who, FIRST, status)
    )


def _list_others(
    context: RunContext, recipe: Recipe, who: Identity, way: Way, status: int
) -> Iterator[Way]:
    if status == _UNAVAILABLE and not way.again:
        yield replace(way, again=True)
    mine = choose_recipe(recipe, way)
    carriable = status in _UNAUTHORIZED and not way.carries
    if carriable and scheme_to_carry(context, recipe.operation, who):
        yield replace(way, carries=True)
    if status in _TAKEN and not way.distinct and _with_new_names(mine.body) != mine.body:
        yield replace(way, distinct=True)
    made = any(not context.spec.operation(need.operation).safe for need in mine.needs)
    if status in _USED_UP and made and not way.fresh and not recipe.consumes:
        yield replace(way, fresh=True)
    if status in _OF_OTHER_VALUES and way.recipe < len(recipe.otherwise):
        yield Way(recipe=way.recipe + 1, carries=way.carries, named=way.named)


def _with_new_names(body: Json) -> Json:
    for pointer, text in find_names(body):
        body = with_value(body, pointer, make_new_text(text, pointer))
    return body
