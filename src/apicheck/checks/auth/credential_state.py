"""The server refuses a genuine credential that is out of use as its state requires."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Confirm,
    Identity,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Script,
    Severity,
    Steps,
    Subject,
    build,
    credentials,
    refused,
    spreading,
    steps,
)
from apicheck.authoring.refusals import by_row, scripted_refusal
from apicheck.checks.auth._scope import expected_for_row, needs_no_credential

_STATES_OF_CREDENTIALS = ("expired", "revoked")


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply where the policy promises a refusal for a state in which a credential is at hand."""
    if reason := needs_no_credential(subject):
        return reason
    states = subject.facts.authentication.states
    if not states:
        return NotApplicable("the policy promises no response to a credential that is out of use")
    if not _find_holders(subject):
        state = next(iter(states))
        return NotTested(
            NotTestedKind.NEEDS_IDENTITY,
            f"no identity has a credential that is {' or '.join(states)}",
            f'[identities.{state}]\ntoken_env = "{state.upper()}_TOKEN"\nstate = "{state}"',
        )
    return Applies(facts=("authentication.states",))


def _find_holders(subject: Subject) -> dict[str, str]:
    """State -> identity with a credential in it that the operation would take, "" for a new one."""
    context = subject.context
    found = {
        identity.state: identity.name
        for identity in context.identities.values()
        if identity.state != "active"
        and any(
            credentials.satisfies(context, identity, names)
            for names in context.alternatives[subject.op.id]
        )
    }
    states = context.facts.authentication.states
    can_make = "revoke" in context.capabilities
    return {state: found.get(state, "") for state in states if can_make or state in found}


def cases(subject: Subject) -> tuple[Case, ...]:
    """One row for each state that a credential is in, or can be brought into.

    Each operation gets an expired and a revoked credential; those of accounts that are out of
    use go to a few operations.
    """
    rows = [
        Case(state, name, fact=f"authentication.states.{state}")
        for state, name in _find_holders(subject).items()
    ]
    of_credentials = tuple(row for row in rows if row.name in _STATES_OF_CREDENTIALS)
    of_accounts = (row for row in rows if row.name not in _STATES_OF_CREDENTIALS)
    among = subject.context.alternatives[subject.op.id]
    return (*of_credentials, *spreading.spread(of_accounts, among))


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with a credential that is out of use."""
    yield from build.send_control(subject)
    holder = yield from _get_holder(subject)
    sent = credentials.credentials_of(subject.context, subject.op.id, holder)
    yield from refused.send_refused(
        subject, lambda request: replace(request.with_bad_credentials(*sent), identity=holder.name)
    )


def _get_holder(subject: Subject) -> Steps[Identity]:
    if subject.row.value:
        return subject.context.identities[str(subject.row.value)]
    tenant = build.identity_of(subject).tenant
    return (yield from steps.mint(tenant=tenant, state=subject.row.name))


CHECK = scripted_refusal(
    title="An expired, revoked or disabled credential is refused as promised",
    failure_title="An expired, revoked or disabled credential is not refused as promised",
    applies=applies,
    cases=cases,
    rows_each=0,
    script=script,
    expected=expected_for_row,
    detail=by_row,
    reads=("authentication.states",),
    standards=("rfc6750#3.1",),
    accepted=Severity.CRITICAL,
    wrong_status=Severity.MEDIUM,
    confirm=Confirm.ONCE,
    proven_by={
        "accepted": (
            "auth/accepts-expired-credentials",
            "auth/accepts-revoked-credentials",
            "auth/serves-accounts-out-of-use",
        ),
        "wrong-status": ("auth/state-answered-with-other-status",),
    },
)
