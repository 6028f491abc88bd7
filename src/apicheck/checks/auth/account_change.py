"""The server refuses a credential in use as soon as its account is suspended."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Confirm,
    NotApplicable,
    NotTested,
    Script,
    Severity,
    Subject,
    build,
    steps,
)
from apicheck.authoring.refusals import by_row, scripted_refusal
from apicheck.checks.auth._accounts import (
    cannot_change,
    change_account,
    list_states,
    mint_person,
    say_though,
    state_cases,
)
from apicheck.checks.auth._scope import (
    covered_by_sibling,
    expected_for_row,
    needs_no_credential,
    send_accepted,
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply where the policy says how soon a change of an account holds."""
    if reason := needs_no_credential(subject) or covered_by_sibling(subject, safe_only=True):
        return reason
    if not list_states(subject):
        return NotApplicable("the policy promises no response to an account that is out of use")
    seconds = subject.facts.authentication.changes_within_s or 0.0
    facts = ("authentication.changes_within",)
    return cannot_change(subject) or Applies(requests=2, facts=facts, seconds=seconds)


def script(subject: Subject) -> Script:
    """Send the request with a new credential, which is accepted; change its account; repeat."""
    yield from build.send_control(subject)
    holder = yield from mint_person(subject)
    request = yield from send_accepted(subject, holder)
    yield from change_account(subject, holder, state=subject.row.name)
    yield from steps.send(request.with_bad_credentials(*request.credentials))


CHECK = scripted_refusal(
    title="A credential in use is refused as promised once its account is suspended",
    failure_title="A credential in use is not refused as promised once its account is suspended",
    applies=applies,
    cases=state_cases,
    script=script,
    expected=expected_for_row,
    detail=by_row,
    though=lambda subject: say_though(subject, f"its account was {subject.row.name}"),
    reads=("authentication.changes_within", "authentication.states"),
    standards=("rfc6750#3.1",),
    accepted=Severity.HIGH,
    wrong_status=Severity.MEDIUM,
    confirm=Confirm.ONCE,
    proven_by={
        "accepted": ("auth/serves-the-suspended-until-they-sign-in",),
        "wrong-status": ("auth/state-answered-with-other-status",),
    },
)
