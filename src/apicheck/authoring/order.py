"""Which refusal is due to a request with several wrongs, by the policy's `order` of stages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from apicheck.model.facts import ExpectedResponse, Facts


def deciding_stage(facts: Facts, stages: Iterable[str]) -> str | None:
    """The one of these stages that comes first, and so decides what is answered.

    None where the policy does not say: it has no `order`, the order does not name one of the
    stages, or the first of them come in any order.
    """
    places = {stage: place for place, group in enumerate(facts.order) for stage in group}
    asked = set(stages)
    if not asked <= places.keys():
        return None
    earliest = min(map(places.__getitem__, asked), default=-1)
    first = [stage for stage in asked if places[stage] == earliest]
    return first[0] if len(first) == 1 else None


def expected_refusal(
    facts: Facts, wrongs: Mapping[str, ExpectedResponse | None]
) -> ExpectedResponse | None:
    """The answer that is due to a request which is wrong in several ways at once.

    wrongs: the stage that notices each -> what the policy answers to it alone. None where the
    policy leaves open which of them is due, or how it looks.
    """
    stage = deciding_stage(facts, wrongs)
    return None if stage is None else wrongs[stage]
