"""Odd wishes of a request that are taken for the opposite of what is promised."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.faults._documented import ignores, refuses
from reference_server.faults.fault import fault
from reference_server.stages.formats import refuse_unacceptable, refuse_unknown_embed

Refuse = Callable[[Call], Refusal | None]


@fault(refuse_unacceptable, needs=("requests.accept",), shows_in=refuses("accept"))
def serves_what_is_not_acceptable(honest: Refuse, call: Call) -> Refusal | None:
    """Accept is not read."""
    return None


@fault(refuse_unacceptable, needs=("requests.accept",), shows_in=ignores("accept"))
def insists_on_accept(honest: Refuse, call: Call) -> Refusal | None:
    """A request whose Accept names neither JSON nor everything is refused."""
    accepted = call.header("accept") or "*/*"
    if "json" in accepted or "*/*" in accepted:
        return None
    return Refusal("accept", "There is JSON.", 406)


@fault(
    refuse_unknown_embed,
    needs=("requests.unknown_embed", "formats.embed"),
    shows_in=refuses("unknown_embed"),
)
def ignores_unknown_embed(honest: Refuse, call: Call) -> Refusal | None:
    """A member that there is not is left out without a word."""
    return None


@fault(
    refuse_unknown_embed,
    needs=("requests.unknown_embed", "formats.embed"),
    shows_in=ignores("unknown_embed"),
)
def refuses_unknown_embed(honest: Refuse, call: Call) -> Refusal | None:
    """A member that there is not makes the request fail."""
    facts = call.server.profile.facts.formats.embed
    asked = dict(call.query).get(facts.parameter, "") if facts else ""
    if facts is None or not set(asked.split(",")) - {"", *facts.adds}:
        return None
    return Refusal("unknown_embed", "There is no such member.", 400)
