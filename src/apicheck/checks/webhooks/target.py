"""A URL to which the policy delivers nothing cannot be subscribed."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Case,
    ExpectedResponse,
    Mode,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Role,
    Script,
    Severity,
    StatusSet,
    Steps,
    Subject,
    SubjectKind,
    build,
    describe,
    pointers,
    steps,
)
from apicheck.authoring.facts import Event, Subscriptions, Webhooks
from apicheck.authoring.refusals import by_row, scripted_refusal
from apicheck.checks.webhooks import _hooks

_HOSTS = {
    "loopback": (
        *("127.0.0.1:9", "localhost:9", "2130706433:9", "0x7f.1:9", "[::1]:9"),
        "receiver.example@127.0.0.1:9",
    ),
    "private": ("10.255.255.1", "[::ffff:192.168.255.1]"),
    "link-local": ("169.254.255.1",),
    "metadata": ("169.254.169.254",),
}
"""Hosts of each kind, also as careless servers overlook them. Port 9 discards (RFC 863)."""
_NOBODY = "receiver.example"
"""A name that never belongs to anybody (RFC 2606, section 2)."""
_PLAIN = "http"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy says which URLs may be subscribed, or which may not."""
    webhooks = subject.facts.webhooks
    if not isinstance(webhooks, Webhooks) or webhooks.subscriptions is None:
        return NotApplicable("the API offers no subscriptions")
    targets = webhooks.targets
    if not (targets.schemes or targets.refused):
        return NotApplicable("the policy does not say which URLs may be subscribed")
    recipe = subject.context.recipes.get(webhooks.subscriptions.create)
    if recipe is None or isinstance(recipe, NotTested):
        reason = f"no request of {webhooks.subscriptions.create} is known"
        return recipe or NotTested(NotTestedKind.NEEDS_REQUEST, reason)
    if subject.context.mode is Mode.READ_ONLY:
        return NotTested(
            NotTestedKind.READ_ONLY,
            "mode read-only does not ask for subscriptions",
            '[safety]\nmode = "refusals"',
        )
    expected = targets.refusal or ExpectedResponse(StatusSet(("4xx",)))
    facts = tuple(dict.fromkeys(case.fact for case in cases(subject) if case.fact))
    return Applies(requests=1, facts=facts, promise=expected)


def cases(subject: Subject) -> tuple[Case, ...]:
    """One row for each URL that must be refused."""
    return tuple(_list_refused(subject))


def _list_refused(subject: Subject) -> Iterator[Case]:
    targets = _hooks.facts_of(subject).targets
    if targets.schemes and _PLAIN not in targets.schemes:
        url = f"{_PLAIN}://{_NOBODY}/hook"
        yield Case(url, url, fact="webhooks.targets.schemes")
    scheme = next(iter(targets.schemes), "https")
    for kind in targets.refused:
        for host in _HOSTS[kind]:
            url = f"{scheme}://{host}/hook"
            yield Case(url, url, fact="webhooks.targets.refused")


def script(subject: Subject) -> Script:
    """Subscribe the URL to an event of the policy.

    It is not caused: what a careless server accepts is deleted before it can be delivered to.
    """
    subscriptions = _hooks.facts_of(subject).subscriptions
    assert subscriptions is not None  # see `applies`
    event = next(iter(_hooks.facts_of(subject).events.values()), None)
    if subject.context.mode is Mode.FULL:
        yield from _subscribe_outside(subject, subscriptions, event)
    url = str(subject.row.value)
    request = yield from _hooks.request_to_subscribe(subject, subscriptions, url, event)
    yield from steps.send(request)


def _subscribe_outside(
    subject: Subject, subscriptions: Subscriptions, event: Event | None
) -> Steps[None]:
    """Subscribe a URL that must be accepted.

    The canonical request will do if it names an event of the policy; scripts share it.
    """
    canonical = yield from build.valid_request(subject, subscriptions.create)
    targets = _hooks.facts_of(subject).targets
    url = f"{next(iter(targets.schemes), 'https')}://{_NOBODY}/hook"
    outside = yield from _hooks.request_to_subscribe(subject, subscriptions, url, event)
    named = [pointers.at(one.members, subscriptions.events) for one in (canonical, outside)]
    if event is None or named[0] == named[1]:
        yield from build.send_control(subject, subscriptions.create)
        return
    accepted = yield from steps.send(outside, Role.CONTROL)
    if not accepted.succeeded:
        reason = f"no URL could be subscribed: {url} got {describe(accepted)}"
        steps.end_script(NotTested(NotTestedKind.NEEDS_REQUEST, reason))


CHECK = scripted_refusal(
    title="A URL to which nothing may be delivered cannot be subscribed",
    failure_title="A URL to which nothing may be delivered can be subscribed",
    subject_kind=SubjectKind.API,
    applies=applies,
    cases=cases,
    script=script,
    detail=by_row,
    reads=("webhooks.targets",),
    standards=("rfc6890#2.2.2", "rfc6890#2.2.3"),
    accepted=Severity.HIGH,
    proven_by={
        "accepted": (
            "webhooks/accepts-plain-http",
            "webhooks/accepts-private-addresses",
            "webhooks/accepts-loopback-addresses",
            "webhooks/accepts-link-local-addresses",
            "webhooks/reads-dotted-addresses-alone",
            "webhooks/overlooks-ipv6",
            "webhooks/reads-host-before-the-sign",
        ),
        "wrong-status": ("webhooks/target-refused-with-other-status",),
    },
)
