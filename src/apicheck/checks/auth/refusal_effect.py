"""A request that is refused for its credential changes nothing."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Exchange,
    Fail,
    Fails,
    Identity,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Operation,
    Request,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    control,
    credentials_of,
    describe,
    identity_of,
    prepared,
    send,
    stop,
)
from apicheck.checks.auth._asked import excused

_GONE = (404, 410)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To unsafe operations on an object that another operation reads."""
    if reason := excused(subject):
        return reason
    if subject.op.safe:
        return NotApplicable("the method is safe: nothing is to be changed by it")
    reader = _reader(subject)
    if reader is None or reader.id not in subject.world.actors:
        return NotApplicable("no operation reads the object that it would change")
    return Applies(requests=3, of=("authentication.refusal",))


def _reader(subject: Subject) -> Operation | None:
    """The operation that reads what this one changes: GET of its path, or of what that is below."""
    if "{" not in subject.op.path:
        return None
    object_path = subject.op.path[: subject.op.path.rindex("}") + 1]
    every = subject.world.spec.operations
    return next((o for o in every if o.method == "GET" and o.path == object_path), None)


def cases(_: Subject) -> tuple[Case, ...]:
    """Without a credential, and with one that is none."""
    return Case("nobody", "nobody"), Case("garbage", "garbage")


def script(subject: Subject) -> Script:
    """The object is read; the request is refused; the object is read again."""
    yield from control(subject)
    request = yield from prepared(subject, fresh=True)
    read = _reading(subject, request)
    before = yield from send(read, Role.SETUP)
    if not before.succeeded and before.status not in _GONE:
        stop(Inconclusive(f"the object cannot be read before: {describe(before)}"))
    if subject.case is not None and subject.case.value == "garbage":
        who = identity_of(subject)
        bad = credentials_of(subject.world, subject.op.id, who, "not-a-token")
        refused = yield from send(request.with_bad_credentials(*bad), Role.SETUP)
    else:
        refused = yield from send(request.without_credentials(), Role.SETUP)
    if refused.succeeded or not refused.status:
        stop(Inconclusive(f"the request was not refused: {describe(refused)}"))
    yield from send(read)


def _reading(subject: Subject, request: Request) -> Request:
    reader = _reader(subject)
    assert reader is not None  # applies() saw to it
    depth = reader.path.count("/")
    who: Identity = identity_of(subject, reader.id)
    path = "/".join(request.path.split("/")[: depth + 1])
    plain = Request("GET", path, operation=reader.id)
    return plain.with_credentials(who.name, *credentials_of(subject.world, reader.id, who))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The object is there as before, or still is not there, where the request would create it.

    An answer that differs in time alone is still the same.
    """
    reader = _reader(subject)
    read = [one for one in transcript.exchanges if reader and one.request.operation == reader.id]
    before = [one for one in read if one.role is not Role.TABLE]
    absent = bool(before) and before[-1].status in _GONE
    for after in transcript.exercised:
        if absent and after.succeeded:
            expected = "no object, as before the refused request"
            return Fails("changed", expected, describe(after), exchange=after.id)
        if absent and after.status in _GONE:
            continue
        if after.status in _GONE:
            expected = "the object as before the refused request"
            return Fails("changed", expected, describe(after), exchange=after.id)
        if not after.succeeded:
            return Inconclusive(f"the object cannot be read afterwards: {describe(after)}")
        if before and (name := _difference(before[-1], after)):
            expected = f"{name} as before the refused request"
            return Fails("changed", expected, f"another {name}", exchange=after.id)
    return None


def _difference(before: Exchange, after: Exchange) -> str:
    """The first member of the object that changed, "" when none did."""
    try:
        old = before.response.json() if before.response else None
        new = after.response.json() if after.response else None
    except ValueError:
        return ""
    if isinstance(old, dict) and isinstance(new, dict):
        return next((name for name in old if new.get(name) != old[name]), "")
    return "" if old == new else "body"


CHECK = Check(
    title="A request that is refused for its credential changes nothing",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authentication.refusal",),
    standards=("rfc9110#15.5.2",),
    outcomes=(Fail("changed", Severity.CRITICAL),),
    proven_by={"changed": ("auth/acts-before-it-refuses",)},
    also={"auth/acts-before-it-refuses": ("scopes/granted",)},
    accepted=True,
)
