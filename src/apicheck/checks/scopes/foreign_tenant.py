"""A path that names another tenant, or none, is refused as promised."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    ExpectedResponse,
    Identity,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    judging,
    paths,
    steps,
)
from apicheck.authoring.facts import Tenant
from apicheck.checks.scopes._foreign import no_foreign_owner


def _tenants(subject: Subject) -> tuple[Tenant, ...]:
    """Path parameters of the operation that name the tenant."""
    tenants = subject.facts.authorization.tenants
    return tuple(one for one in tenants if "{" + one.parameter + "}" in subject.op.path)


def _other(subject: Subject) -> Identity | None:
    """Somebody of another tenant than the operation's actor."""
    ours = subject.context.identities.get(subject.context.actors.get(subject.op.id, ""))
    for identity in subject.context.identities.values():
        usable = identity.state == "active" and identity.placeholder and identity.tenant
        if ours and usable and ours.tenant and identity.tenant != ours.tenant:
            return identity
    return None


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To secured operations whose path names the tenant, where the policy says what is due."""
    if subject.op.id not in subject.context.secured:
        return NotApplicable("the operation is public")
    if not any(one.foreign or one.unknown for one in _tenants(subject)):
        return NotApplicable("its path names no tenant, or the policy promises nothing of it")
    if not cases(subject):
        return no_foreign_owner(subject, "tenant")
    return Applies(facts=("authorization.tenant",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """The path of another tenant; the path of none."""
    rows: list[Case] = []
    other = _other(subject)
    for one in _tenants(subject):
        if other and one.foreign and one.parameter in other.parameters:
            value = {"kind": "foreign", "parameter": one.parameter}
            rows.append(Case(f"{one.parameter} of another tenant", value))
        if one.unknown:
            value = {"kind": "unknown", "parameter": one.parameter}
            rows.append(Case(f"{one.parameter} of no tenant", value))
    return tuple(rows)


def script(subject: Subject) -> Script:
    """Our own request, accepted; then the same on the path of another tenant, or of none."""
    value = subject.case.value if subject.case else {}
    ours, other, name = build.identity_of(subject), _other(subject), value["parameter"]
    yield from build.send_control(subject)
    owner, segment = ours, paths.make_absent_id(ours.parameters[name])
    if value["kind"] == "foreign" and other is not None:
        owner, segment = other, other.parameters[name]
    elsewhere = replace(ours, parameters={**ours.parameters, name: segment})
    yield from steps.send(
        (yield from build.valid_request(subject, identity=elsewhere, owner=owner))
    )


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with another status than the one promised."""
    value = subject.case.value if subject.case else {}
    tenant = next(one for one in _tenants(subject) if one.parameter == value["parameter"])
    answer: ExpectedResponse | None = (
        tenant.foreign if value["kind"] == "foreign" else tenant.unknown
    )
    assert answer is not None  # cases() saw to it
    return judging.judge_refused(transcript, answer, value["parameter"])


CHECK = Check(
    title="The path of another tenant is out of reach",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authorization.tenant",),
    standards=("rfc9110#15.5.4",),
    outcomes=(
        Outcome("accepted", Severity.CRITICAL, Confirm.ONCE),
        Outcome("wrong-status", Severity.MEDIUM),
    ),
    proven_by={
        "accepted": ("scopes/ignores-tenant-in-paths",),
        "wrong-status": ("scopes/foreign-tenant-answered-with-other-status",),
    },
)
