"""Who may not change an object cannot change it by another method that names the change."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    Judgement,
    Mode,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    overrides,
    readback,
)
from apicheck.checks.scopes._rights import (
    NO_CREATION_ALLOWED,
    NO_PROMISED_REFUSAL,
    NO_UNDERPRIVILEGED_IDENTITY,
    obtain_identity,
    other_identities,
    required_rights,
    with_sender,
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To operations on an object that need a right which reading the object does not need."""
    if reason := overrides.changes_nothing_readable(subject):
        return reason
    if not _find_needed_beyond_reading(subject):
        return NotApplicable("it needs no right beyond those that reading its object needs")
    if subject.facts.authorization.refusal is None:
        return NO_PROMISED_REFUSAL
    if subject.context.mode is not Mode.FULL:
        return NO_CREATION_ALLOWED
    if not cases(subject):
        return NO_UNDERPRIVILEGED_IDENTITY
    return Applies(requests=4, facts=("authorization.refusal",))


def _find_needed_beyond_reading(subject: Subject) -> tuple[str, ...]:
    """The scopes and permissions that changing the object needs, and reading it does not."""
    context, reader = subject.context, readback.read_operation(subject)
    if reader is None:
        return ()
    held = {
        *subject.facts.authorization.with_implied(context.required_scopes.get(reader.id, ())),
        *context.required_permissions.get(reader.id, ()),
    }
    needed = (word for words in required_rights(subject).values() for word in words)
    return tuple(word for word in needed if word not in held)


def cases(subject: Subject) -> tuple[Case, ...]:
    """Each way to name the method, as one who may read the object and no more."""
    who = next(_find_readers(subject), None)
    return overrides.cases(subject, who) if who else ()


def _find_readers(subject: Subject) -> Iterator[dict[str, object]]:
    context, reader = subject.context, readback.read_operation(subject)
    if reader is None:
        return
    scopes = context.required_scopes.get(reader.id, ())
    if scopes and "mint" in context.capabilities and "scopes" in required_rights(subject):
        yield {"scopes": list(scopes)}
    actor = build.identity_of(subject)
    for identity in other_identities(subject):
        lacks = context.lacks(identity, subject.op.id) and context.permits(identity, reader.id)
        if lacks and identity.tenant == actor.tenant:
            yield {"identity": identity.name}


def script(subject: Subject) -> Script:
    """The change itself, accepted; then asked for by another method, by one who may only read."""
    yield from build.send_control(subject)
    sender = yield from obtain_identity(subject, subject.row.value)
    request = yield from build.valid_request(subject, fresh=True)
    yield from overrides.probe(subject, request, with_sender(subject, request, sender))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Whatever the response is, the object must be as it was."""
    words = ", ".join(_find_needed_beyond_reading(subject))
    return overrides.judge(subject, transcript, f"no effect: the credential lacks {words}")


CHECK = Check(
    title="A method in a field or parameter gives no right that the credential lacks",
    failure_title="A method in a field or parameter gives a right that the credential lacks",
    applies=applies,
    cases=cases,
    rows_each=0,
    script=script,
    judge=judge,
    reads=("authorization.refusal", "authorization.scopes", "authorization.permissions"),
    standards=("rfc9110#15.5.4",),
    outcomes=(Outcome("obeyed", Severity.CRITICAL, Confirm.ONCE),),
    min_exercised=2,
    proven_by={"obeyed": ("scopes/checks-rights-of-overridden-method",)},
)
