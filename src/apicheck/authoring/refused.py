"""Send requests that the server refuses, and that therefore share the objects they name."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.exchange import Exchange, Request
from apicheck.model.step import Steps
from apicheck.model.subject import Recipe, Subject
from apicheck.requests.build import valid_request
from apicheck.requests.steps import send

_GONE = (404, 410)


def send_refused(
    subject: Subject, alter: Callable[[Request], Request], share: str = ""
) -> Steps[Exchange]:
    """Send the canonical request with one change for which the server refuses it.

    Where the object is gone, another such request may not have been refused, and have used it up:
    the request is sent again about an object of this script alone, unless the change is that the
    path names another object. share: as for `send`.
    """
    request = yield from valid_request(subject, refused=True)
    altered = alter(request)
    exchange = yield from send(altered, share=share)
    recipe = subject.context.recipes[subject.op.id]
    needs = isinstance(recipe, Recipe) and bool(recipe.needs)
    if exchange.status in _GONE and needs and altered.path == request.path:
        own = yield from valid_request(subject, fresh=True)
        exchange = yield from send(alter(own))
    return exchange
