"""Which refusal is due to a request with several mistakes, by the policy's `order` of stages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from apicheck.model.facts import ExpectedResponse, Facts


def deciding_stage(facts: Facts, stages: Iterable[str]) -> str | None:
    """The first of these stages, which decides the response.

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
    facts: Facts, mistakes: Mapping[str, ExpectedResponse | None]
) -> ExpectedResponse | None:
    """The response that is due to a request with several mistakes.

    mistakes: the stage that notices each -> the response promised for it alone. None where the
    policy does not say which of them is due, or does not promise it.
    """
    stage = deciding_stage(facts, mistakes)
    return None if stage is None else mistakes[stage]
