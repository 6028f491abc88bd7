"""A path that names another tenant, or an unknown one, is refused as promised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Confirm,
    ExpectedResponse,
    NotApplicable,
    NotTested,
    Script,
    Severity,
    Subject,
    build,
    paths,
    steps,
)
from apicheck.authoring.facts import Tenant
from apicheck.authoring.refusals import scripted_refusal
from apicheck.checks.scopes._foreign import foreign_identities, no_foreign_owner


def _tenants(subject: Subject) -> tuple[Tenant, ...]:
    """Path parameters of the operation that name the tenant."""
    tenants = subject.facts.authorization.tenants
    return tuple(one for one in tenants if "{" + one.parameter + "}" in subject.op.path)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To secured operations whose path names the tenant, where the policy promises a refusal."""
    if subject.op.id not in subject.context.secured:
        return NotApplicable("the operation is public")
    if not any(one.foreign or one.unknown for one in _tenants(subject)):
        return NotApplicable("its path names no tenant, or the policy promises nothing for it")
    if not cases(subject):
        return no_foreign_owner(subject, "tenant")
    return Applies(facts=("authorization.tenant",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """The path of another tenant; the path of an unknown one."""
    return tuple(row for row, _ in _rows(subject))


def _rows(subject: Subject) -> Iterator[tuple[Case, ExpectedResponse]]:
    """Each case, with the refusal that the policy promises for it."""
    other = next(foreign_identities(subject, "tenant"), None)
    for one in _tenants(subject):
        if other and one.foreign and one.parameter in other.parameters:
            value = {"kind": "foreign", "parameter": one.parameter}
            yield Case(f"{one.parameter} of another tenant", value), one.foreign
        if one.unknown:
            value = {"kind": "unknown", "parameter": one.parameter}
            yield Case(f"{one.parameter} of no tenant", value), one.unknown


def script(subject: Subject) -> Script:
    """Our own request, accepted; then the same on the path of another or an unknown tenant."""
    kind, name = subject.row.value["kind"], subject.row.value["parameter"]
    ours, other = build.identity_of(subject), next(foreign_identities(subject, "tenant"), None)
    yield from build.send_control(subject)
    owner, segment = ours, paths.make_absent_id(ours.parameters[name])
    if kind == "foreign" and other is not None:
        owner, segment = other, other.parameters[name]
    elsewhere = replace(ours, parameters={**ours.parameters, name: segment})
    yield from steps.send(
        (yield from build.valid_request(subject, identity=elsewhere, owner=owner))
    )


def expect(subject: Subject) -> ExpectedResponse:
    """The refusal that the policy promises for the row."""
    return {row.name: refusal for row, refusal in _rows(subject)}[subject.row.name]


CHECK = scripted_refusal(
    title="The path of another or an unknown tenant is refused as promised",
    failure_title="The path of another or an unknown tenant is not refused as promised",
    applies=applies,
    cases=cases,
    script=script,
    expected=expect,
    detail=lambda subject: str(subject.row.value["parameter"]),
    reads=("authorization.tenant",),
    standards=("rfc9110#15.5.4",),
    accepted=Severity.CRITICAL,
    wrong_status=Severity.MEDIUM,
    confirm=Confirm.ONCE,
    proven_by={
        "accepted": ("scopes/ignores-tenant-in-paths",),
        "wrong-status": ("scopes/foreign-tenant-answered-with-other-status",),
    },
)
