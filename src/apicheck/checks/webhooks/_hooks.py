"""Subscriptions to the run's own listener, and what is delivered to them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from apicheck.authoring import (
    Applies,
    Claims,
    Direction,
    Exchange,
    Identity,
    Inconclusive,
    Json,
    Mode,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Recipe,
    Request,
    Role,
    Steps,
    Subject,
    SubjectKind,
    Transcript,
    applying,
    build,
    describe,
    pointers,
    steps,
)
from apicheck.authoring.facts import Event, Subscriptions, Webhooks

_NO_LISTENER = NotTested(
    NotTestedKind.NEEDS_LISTENER,
    "the run has no webhook listener",
    '[webhooks]\nlisten = "127.0.0.1:0"',
)
_NO_SUBSCRIPTION = NotTested(
    NotTestedKind.NEEDS_LISTENER,
    "the API offers no subscriptions, and the target cannot be given the listener's URL",
)


@dataclass(frozen=True, slots=True)
class Hook:
    """A subscription to a URL of the listener. id: by which the API knows it, "" if it does not."""

    path: str
    url: str
    id: str = ""


def facts_of(subject: Subject) -> Webhooks:
    """What the policy promises of webhooks. For subjects to which `applies` found it applies."""
    webhooks = subject.facts.webhooks
    assert isinstance(webhooks, Webhooks)  # see `find_obstacle`
    return webhooks


def list_events(subject: Subject) -> tuple[Event, ...]:
    """The events that the run can cause, those first whose cause needs no other object."""
    webhooks, context = subject.facts.webhooks, subject.context
    events = webhooks.events.values() if isinstance(webhooks, Webhooks) else ()
    recipes = {event.name: context.recipes.get(event.cause) for event in events}
    able = [
        event
        for event in events
        if isinstance(recipes[event.name], Recipe) and event.cause in context.actors
    ]

    def count_needs(event: Event) -> int:
        recipe = recipes[event.name]
        return len(recipe.needs) if isinstance(recipe, Recipe) else 0

    return tuple(sorted(able, key=count_needs))


def find_obstacle(
    subject: Subject, *, events: int = 1, by_api: bool = False
) -> NotApplicable | NotTested | None:
    """Why nothing can be delivered to the run; None where it can.

    events: so many different ones must be caused. by_api: subscribing by hand is not enough.
    """
    webhooks, capabilities = subject.facts.webhooks, subject.context.capabilities
    if not isinstance(webhooks, Webhooks) or not webhooks.events:
        return NotApplicable("the policy promises no event")
    if by_api and webhooks.subscriptions is None:
        return NotApplicable("the API offers no subscriptions")
    if subject.kind is SubjectKind.EVENT and subject.event and subject.operation is None:
        reason = f"neither the policy nor the document names what causes {subject.event.name}"
        return NotTested(NotTestedKind.NEEDS_REQUEST, reason)
    if len({event.cause for event in list_events(subject)}) < events:
        known = "no event" if events == 1 else f"fewer than {events} events"
        return NotTested(NotTestedKind.NEEDS_REQUEST, f"the run can cause {known} of the policy")
    if subject.context.mode is not Mode.FULL:
        reason = f"it subscribes on the target, which mode {subject.context.mode} does not allow"
        return applying.needs_full_mode(reason)
    if "listener" not in capabilities:
        return _NO_LISTENER
    if webhooks.subscriptions is None and "subscribe_by_hand" not in capabilities:
        return _NO_SUBSCRIPTION
    return None


def make_applies(
    subject: Subject,
    *facts: str,
    requests: int,
    waits: float = 0.0,
    subscribes: int = 1,
    moves_clock: bool = False,
) -> Applies:
    """The `Applies` of a conversation. waits: seconds where no clock can be moved.

    subscribes: how many subscriptions it has at once; a limited number is not shared.
    """
    exclusive = set()
    subscriptions = facts_of(subject).subscriptions
    if subscribes and subscriptions is not None and subscriptions.limit is not None:
        exclusive.add(f"creates:{subscriptions.create}")
    if moves_clock and has_clock(subject):
        exclusive.add("clock")
    return Applies(
        requests=requests,
        claims=Claims(exclusive=frozenset(exclusive)),
        facts=facts,
        seconds=waits,
    )


def has_clock(subject: Subject) -> bool:
    """Whether the target's clock can be moved, so that nobody waits for a retry."""
    return "clock" in subject.context.capabilities


def open_inbox(**reaction: Json) -> Steps[Mapping[str, str]]:
    """Open a URL of the listener. reaction: what it does with deliveries, see `Ask`."""
    made = yield from steps.ask("listener", **reaction)
    if made is None:
        steps.end_script(_NO_LISTENER)
    return dict(made)


def subscribe(
    subject: Subject, event: Event, *, who: Identity | None = None, **reaction: Json
) -> Steps[Hook]:
    """Subscribe a new URL of the listener to one event. reaction: see `open_inbox`."""
    inbox = yield from open_inbox(**reaction)
    subscriptions = facts_of(subject).subscriptions
    if subscriptions is None:
        named = [event.name]
        made = yield from steps.ask("subscribe_by_hand", url=inbox["url"], events=named)
        if made is None:
            steps.end_script(_NO_SUBSCRIPTION)
        return Hook(inbox["path"], inbox["url"])
    request = yield from request_to_subscribe(subject, subscriptions, inbox["url"], event, who=who)
    created = yield from steps.send(request, Role.SETUP)
    if not created.succeeded:
        reason = f"the API accepted no subscription ({describe(created)})"
        lines = (
            f'[fixtures."{subscriptions.create}"]\nbody = {{}}  # one that is accepted\n'
            '[webhooks]\npublic_url = "https://hooks.example.com"  # if the listener is refused\n'
        )
        steps.end_script(NotTested(NotTestedKind.NEEDS_REQUEST, reason, lines))
    known = pointers.at(created.json_or({}), subscriptions.id)
    return Hook(inbox["path"], inbox["url"], str(known) if isinstance(known, str | int) else "")


def request_to_subscribe(
    subject: Subject,
    subscriptions: Subscriptions,
    url: str,
    event: Event | None,
    *,
    who: Identity | None = None,
) -> Steps[Request]:
    """The request that subscribes a URL to an event, None: to those of the canonical request."""
    request = yield from build.valid_request(subject, subscriptions.create, who)
    body: Json = json.loads(request.body or b"{}")
    body = pointers.with_value(body, subscriptions.url, url)
    if subscriptions.events and event is not None:
        given = pointers.at(body, subscriptions.events)
        named = event.name if isinstance(given, str) else [event.name]
        body = pointers.with_value(body, subscriptions.events, named)
    return replace(request, body=json.dumps(body, separators=(",", ":")).encode())


def request_about(subject: Subject, operation: str, hook: Hook) -> Request:
    """The request of an operation on a subscription that the script has made."""
    subscriptions, recipe = facts_of(subject).subscriptions, subject.context.recipes[operation]
    if isinstance(recipe, NotTested):
        steps.end_script(recipe)
    assert subscriptions is not None  # the operation is one of them
    needs = [need for need in recipe.needs if need.operation == subscriptions.create]
    if not needs or not hook.id:
        reason = f"it is not known where {operation} takes the id of a subscription"
        steps.end_script(NotTested(NotTestedKind.NEEDS_REQUEST, reason))
    who = build.identity_of(subject, operation)
    return build.build_request(subject.context, recipe, who, dict.fromkeys(needs, hook.id))


def cause(subject: Subject, event: Event, who: Identity | None = None) -> Steps[Exchange]:
    """Cause an event. Ends the script where the request is refused."""
    request = yield from build.valid_request(subject, event.cause, who)
    exchange = yield from steps.send(request)
    if not exchange.succeeded:
        reason = f"{event.cause}, which causes {event.name}, got {describe(exchange)}"
        steps.end_script(Inconclusive(reason))
    return exchange


def deliveries(transcript: Transcript, number: int) -> tuple[Exchange, ...]:
    """What came to the listener's URL that the script opened as this one (0: the first)."""
    opened = [a["path"] for a in transcript.answers if isinstance(a, Mapping) and "path" in a]
    if number >= len(opened):
        return ()
    return tuple(
        one
        for one in transcript.exchanges
        if one.direction is Direction.IN and is_at(one, opened[number])
    )


def deliveries_after(transcript: Transcript, number: int) -> tuple[Exchange, ...]:
    """Those of them that came after the last request that causes an event was sent.

    Other scripts of the run cause events too, and did so before.
    """
    causes = [one for one in transcript.exercised if one.direction is Direction.OUT]
    since = causes[-1].sent_at if causes else 0.0
    return tuple(one for one in deliveries(transcript, number) if one.sent_at >= since)


def repetitions(subject: Subject, came: Sequence[Exchange]) -> tuple[Exchange, ...]:
    """The first delivery and those that repeat it: what has the same id, or says the same.

    Where the run goes on beside the script, between them come events that others have caused; what
    says the same under another id is one of those.
    """
    webhooks = facts_of(subject)
    known, content = read_id(webhooks, came[0]), _read_content(webhooks, came[0])

    def repeats(one: Exchange) -> bool:
        if known and read_id(webhooks, one) == known:
            return True
        counts = has_clock(subject) or not known
        return counts and _read_content(webhooks, one) == content

    return tuple(one for one in came if repeats(one))


def may_be_of_another(subject: Subject, delivery: Exchange) -> bool:
    """Whether what seems to be repeated may be an event that another script has caused.

    None runs beside a script that moves the clock; otherwise an id tells.
    """
    return not has_clock(subject) and not read_id(facts_of(subject), delivery)


def says_same(webhooks: Webhooks, one: Exchange, other: Exchange) -> bool:
    """Whether two deliveries have the same id, or the same content."""
    known = read_id(webhooks, one)
    if known and known == read_id(webhooks, other):
        return True
    return bool(_read_content(webhooks, one) == _read_content(webhooks, other))


def read_id(webhooks: Webhooks, delivery: Exchange) -> str:
    """The id of a delivery, "" where it has none."""
    if header := webhooks.id.get("header"):
        return delivery.request.header(header) or ""
    if not webhooks.id_pointer:
        return ""
    value = pointers.at(read_payload(delivery), webhooks.id_pointer)
    return str(value) if isinstance(value, str | int) else ""


def _read_content(webhooks: Webhooks, delivery: Exchange) -> Json:
    """What a delivery says, whatever its id is."""
    value = read_payload(delivery)
    if value is None:
        return delivery.request.body
    return pointers.with_value(value, webhooks.id_pointer, "") if webhooks.id_pointer else value


def is_at(delivery: Exchange, path: str) -> bool:
    """Whether a delivery came to a URL, whatever stands before it where a proxy forwards it."""
    return delivery.request.path.rpartition("/")[2] == path.rpartition("/")[2]


def read_payload(delivery: Exchange) -> Json:
    """The body of a delivery as JSON, None where it is none."""
    return pointers.parse_json(delivery.request.body or b"")


def read_event(webhooks: Webhooks, delivery: Exchange) -> str:
    """The event that a delivery names, "" where it names none."""
    pointer = webhooks.payload.get("event")
    value = pointers.at(read_payload(delivery), str(pointer)) if pointer else None
    return value if isinstance(value, str) else ""
