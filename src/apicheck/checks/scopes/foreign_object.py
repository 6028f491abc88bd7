"""An operation does not let a tenant reach what belongs to another."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Answer,
    Applies,
    Case,
    Check,
    Confirm,
    Exchange,
    Fail,
    Fails,
    Identity,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Recipe,
    Request,
    Role,
    Script,
    Severity,
    Steps,
    Subject,
    Tenant,
    Transcript,
    control,
    describe,
    due,
    identity_of,
    prepared,
    selects,
    send,
    wrong_status,
)

_OBJECT = "an object of another tenant"
_SHORT = 16


def _tenants(subject: Subject) -> tuple[Tenant, ...]:
    """Path parameters of the operation that name the tenant."""
    tenants = subject.facts.authorization.tenants
    return tuple(one for one in tenants if "{" + one.parameter + "}" in subject.op.path)


def _takes_created_object(subject: Subject) -> bool:
    """Whether another tenant's object is promised on, and can be made and named."""
    foreign = subject.facts.authorization.foreign.get("tenant")
    recipe = subject.world.recipes[subject.op.id]
    if foreign is None or not isinstance(recipe, Recipe):
        return False
    world = subject.world
    inside = foreign.ops is None or selects(
        foreign.ops, subject.op, world.facts.operations, world.secured
    )
    own = {tenant.parameter for tenant in world.facts.authorization.tenants}
    return inside and any(
        need.place == "path"
        and need.name not in own
        and not world.spec.operation(need.operation).safe
        for need in recipe.needs
    )


def _other(subject: Subject) -> Identity | None:
    """Somebody of another tenant than the operation's actor."""
    name = subject.world.actors.get(subject.op.id, "")
    ours = subject.world.identities.get(name)
    for identity in subject.world.identities.values():
        usable = identity.state == "active" and identity.placeholder and identity.tenant
        if ours and usable and ours.tenant and identity.tenant != ours.tenant:
            return identity
    return None


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To secured operations that name an object, or a tenant, in their path."""
    if subject.op.id not in subject.world.secured:
        return NotApplicable("the operation is public")
    of = ("authorization.foreign.tenant",) if _takes_created_object(subject) else ()
    if any(one.foreign or one.unknown for one in _tenants(subject)):
        of = (*of, "authorization.tenant")
    if not of:
        return NotApplicable("its path names nothing that another tenant could own")
    if not cases(subject):
        return NotTested(
            NotTestedKind.NEEDS_IDENTITY,
            "no identity of a second tenant",
            '[identities.other]\ntoken_env = "OTHER_TOKEN"\ntenant = "b"',
        )
    return Applies(requests=2, of=of)


def cases(subject: Subject) -> tuple[Case, ...]:
    """Another tenant's object; the path of another tenant; the path of none."""
    rows: list[Case] = []
    other = _other(subject)
    if other and _takes_created_object(subject):
        rows.append(Case(_OBJECT, {"kind": "object"}))
    for one in _tenants(subject):
        if other and one.foreign and one.parameter in other.parameters:
            value = {"kind": "foreign", "parameter": one.parameter}
            rows.append(Case(f"{one.parameter} of another tenant", value))
        if one.unknown:
            value = {"kind": "unknown", "parameter": one.parameter}
            rows.append(Case(f"{one.parameter} of no tenant", value))
    return tuple(rows)


def script(subject: Subject) -> Script:
    """Our own request, accepted; then the same for what is not ours."""
    ours, other = identity_of(subject), _other(subject)
    value = subject.case.value if subject.case else {}
    yield from control(subject)
    if value["kind"] == "object":
        assert other is not None  # cases() saw to it
        if subject.op.safe:
            yield from control(subject, identity=other)
        request = yield from prepared(subject, identity=ours, owner=other)
        if _answer(subject) is None:
            yield from _absent(request, subject)
        yield from send(request)
        return
    name = value["parameter"]
    segment = absent_id(ours.parameters[name])
    if value["kind"] == "foreign" and other is not None:
        segment = other.parameters[name]
    elsewhere = replace(ours, parameters={**ours.parameters, name: segment})
    owner = other if value["kind"] == "foreign" else ours
    request = yield from prepared(subject, identity=elsewhere, owner=owner)
    yield from send(request)


def _absent(request: Request, subject: Subject) -> Steps[Exchange]:
    """The same request for an object that nobody has: what an absent one is answered with."""
    own = subject.op.path.split("/")
    segments = [
        absent_id(segment) if template[:1] == "{" else segment
        for template, segment in zip(own, request.path.split("/"), strict=True)
    ]
    return (yield from send(replace(request, path="/".join(segments)), Role.SETUP))


def absent_id(known: str) -> str:
    """An id of the same form that nobody has, made from one that somebody has.

    Digits and hexadecimal letters turn within their kind, so that a UUID stays one; a number at
    the end of a short id, which is often given out in turn, becomes far larger.
    """
    if len(known) <= _SHORT and known[-1:].isdigit():
        return f"{known}0000"
    turned = str.maketrans("0123456789abcdefABCDEF", "5678901234defabcDEFABC")
    head, tail = known[:-12], known[-12:]
    other = head + tail.translate(turned)
    return other if other != known else f"{known}0000"


def _answer(subject: Subject) -> Answer | None:
    """The promised answer of the case; None: as for an absent object."""
    value = subject.case.value if subject.case else {}
    if value["kind"] == "object":
        return subject.facts.authorization.foreign["tenant"].answer
    tenant = next(one for one in _tenants(subject) if one.parameter == value["parameter"])
    return tenant.foreign if value["kind"] == "foreign" else tenant.unknown


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with another status than the one promised."""
    value = subject.case.value if subject.case else {}
    answer = _answer(subject)
    before = transcript.of_role(Role.SETUP)
    detail = value.get("parameter", "")
    for exchange in transcript.exercised:
        if exchange.succeeded:
            expected = due(answer) if answer else "the answer for an absent object"
            return Fails("accepted", expected, describe(exchange), detail, exchange.id)
        if answer is not None:
            wrong = wrong_status(exchange, answer)
            if wrong:
                return replace(wrong, detail=detail)
        elif not before or before[-1].succeeded or before[-1].response is None:
            return Inconclusive("no answer for an absent object to compare with")
        elif exchange.status != before[-1].status:
            expected = f"{describe(before[-1])}, as for an absent object"
            return Fails("wrong-status", expected, describe(exchange), detail, exchange.id)
    return None


CHECK = Check(
    title="What belongs to another tenant is out of reach",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authorization.foreign", "authorization.tenant"),
    standards=(
        "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
        "rfc9110#15.5.4",
    ),
    outcomes=(
        Fail("accepted", Severity.CRITICAL, Confirm.ONCE),
        Fail("wrong-status", Severity.MEDIUM),
    ),
    proven_by={
        "accepted": ("scopes/ignores-tenant",),
        "wrong-status": ("scopes/foreign-object-answered-with-other-status",),
    },
)
