"""The secret of a subscription is shown when it is made, and never again."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Role,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    build,
    pointers,
    steps,
)
from apicheck.checks.webhooks import _hooks


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy promises it, and the API reads or lists subscriptions."""
    if obstacle := _hooks.find_obstacle(subject, by_api=True):
        return obstacle
    subscriptions = _hooks.facts_of(subject).subscriptions
    if subscriptions is None or subscriptions.secret_shown != "once":
        return NotApplicable("the policy does not say how often the secret is shown")
    if not (subscriptions.read or subscriptions.list):
        return NotApplicable("the API neither reads nor lists subscriptions")
    return _hooks.make_applies(subject, "webhooks.subscriptions.secret_shown", requests=3)


def script(subject: Subject) -> Script:
    """Subscribe, then read and list the subscription."""
    subscriptions = _hooks.facts_of(subject).subscriptions
    assert subscriptions is not None  # see `applies`
    hook = yield from _hooks.subscribe(subject, _hooks.list_events(subject)[0])
    if subscriptions.read:
        yield from steps.send(_hooks.request_about(subject, subscriptions.read, hook))
    if subscriptions.list:
        yield from steps.send((yield from build.valid_request(subject, subscriptions.list)))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The secret that the first response handed out may stand in no later one."""
    subscriptions = _hooks.facts_of(subject).subscriptions
    assert subscriptions is not None  # see `applies`
    created = next(iter(transcript.of_role(Role.SETUP)), None)
    secret = pointers.at(created.json_or({}), subscriptions.secret) if created else None
    if not isinstance(secret, str):
        return Inconclusive(f"the subscription has no secret at {subscriptions.secret}")
    for exchange in transcript.exercised:
        for leak in exchange.observed("leaks"):
            if leak.about == secret:
                expected = "a response without the secret of the subscription"
                actual = f"the secret in its {leak.value}"
                return Failure("shown", expected, actual, exchange.request.operation, exchange.id)
    if not any(exchange.succeeded for exchange in transcript.exercised):
        return Inconclusive("the subscription could not be read")
    return None


CHECK = Check(
    title="The secret of a subscription is shown once",
    failure_title="The secret of a subscription is shown again",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("webhooks.subscriptions.secret_shown",),
    outcomes=(Outcome("shown", Severity.MEDIUM),),
    proven_by={"shown": ("webhooks/shows-secret-when-read", "webhooks/shows-secret-in-list")},
    accepted=True,
)
