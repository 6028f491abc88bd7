"""What a run shows no more, once a credential or the server has ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from apicheck.model.codec import from_json
from apicheck.model.ending import SENTINEL, STOPPED, Ending
from apicheck.model.exchange import Caller, Direction, Exchange, Observation, Role, Transcript
from apicheck.model.plan import Plan
from apicheck.model.results import Task
from apicheck.model.verdict import HarnessError

_REFUSED = (0, 401, 403)


def find_endings(transcripts: Sequence[Transcript]) -> tuple[Ending, ...]:
    """The endings that the sentinel recorded."""
    return tuple(
        from_json(Ending, answer)
        for transcript in transcripts
        if transcript.probe == SENTINEL
        for answer in transcript.answers
    )


def discount(
    plan: Plan, transcripts: Sequence[Transcript], endings: Sequence[Ending]
) -> tuple[Transcript, ...]:
    """The transcripts without what depended on a credential that had ended.

    Such a probe was not tested: it ends as an error with the reason. Exchanges are left out, so
    that no passive check reads them.
    """
    if not any(ending.identity for ending in endings):
        return tuple(transcripts)
    return tuple(_discount_one(plan, transcript, endings) for transcript in transcripts)


def mark_stop(
    transcripts: Sequence[Transcript], endings: Sequence[Ending]
) -> tuple[Transcript, ...]:
    """The transcripts with an observation at the exchange after which the server was gone."""
    causes = {one.cause: one for one in endings if not one.identity and one.until is None}
    if not causes:
        return tuple(transcripts)

    def mark(exchange: Exchange) -> Exchange:
        if (ending := causes.get(exchange.id)) is None:
            return exchange
        seen = Observation(STOPPED, ending.after, ending.reason)
        return replace(exchange, observations=(*exchange.observations, seen))

    return tuple(replace(one, exchanges=tuple(map(mark, one.exchanges))) for one in transcripts)


def _discount_one(plan: Plan, transcript: Transcript, endings: Sequence[Ending]) -> Transcript:
    spoiled = {
        exchange.id: ending
        for exchange in transcript.exchanges
        for ending in endings
        if _depends(plan, exchange, ending)
    }
    if not spoiled:
        return transcript
    ending = next(iter(spoiled.values()))
    kept = tuple(exchange for exchange in transcript.exchanges if exchange.id not in spoiled)
    if all(one.role is Role.SENTINEL for one in transcript.exchanges if one.id in spoiled):
        return replace(transcript, exchanges=kept)  # they were sent again
    return replace(transcript, exchanges=kept, stopped_by=HarnessError(ending.reason))


def _depends(plan: Plan, exchange: Exchange, ending: Ending) -> bool:
    """Whether a response may be what it is because a credential had ended."""
    if (
        not ending.identity
        or exchange.direction is Direction.IN
        or not ending.covers(exchange.sent_at)
    ):
        return False
    request = exchange.request
    if request.identity == ending.identity:
        return exchange.status in _REFUSED
    identity = plan.target.identities.get(ending.identity)
    values = (identity.placeholder, *identity.credentials.values()) if identity else ()
    altered = any(value in one.value for value in values for one in request.credentials)
    actor = plan.context.actors.get(request.operation)
    return request.caller is Caller.BAD and (altered or actor == ending.identity)


def make_tasks(endings: Sequence[Ending]) -> tuple[Task, ...]:
    """What to do about endings that nothing mended."""
    lasting = [ending for ending in endings if ending.until is None]
    if not lasting:
        return ()
    names = ", ".join(dict.fromkeys(f'"{ending.after}"' for ending in lasting))
    title = "Leave out the request after which the credential or the server ended"
    evidence = tuple(dict.fromkeys(ending.cause for ending in lasting if ending.cause))
    return (Task(title, (), f"[safety]\nskip = [{names}]", evidence),)
