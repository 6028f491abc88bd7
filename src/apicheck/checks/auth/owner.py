"""A credential that a person had issued does no more than the person, and ends with them."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Confirm,
    ExpectedResponse,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Recipe,
    Role,
    Script,
    Severity,
    Subject,
    build,
    credentials,
    describe,
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
from apicheck.checks.auth._issuing import find_reader, read_credential, write_use
from apicheck.checks.auth._scope import expected_for_row

_DEMOTED = "demoted"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply to operations whose credential ends with its owner."""
    issued = subject.facts.authentication.issued.get(subject.op.id)
    if issued is None or not issued.ends_with_owner or issued.replaces:
        return NotApplicable("the policy names no credential that it issues and its owner ends")
    if not cases(subject):
        return NotApplicable("the policy promises no response to an account that has changed")
    seconds = subject.facts.authentication.changes_within_s or 0.0
    facts = ("authentication.changes_within", "authentication.issued")
    return cannot_change(subject) or Applies(requests=4, facts=facts, seconds=seconds)


def _find_reader(subject: Subject, row: str) -> Recipe | None:
    """How to use the credential: for a demotion, an operation that needs a role."""
    context, issued = subject.context, subject.facts.authentication.issued[subject.op.id]
    needs_role = context.sufficient_roles
    return find_reader(
        context,
        issued.scheme,
        lambda operation: bool(needs_role.get(operation)) is (row == _DEMOTED),
    )


def cases(subject: Subject) -> tuple[Case, ...]:
    """Each state of an account that is out of use, and the loss of every role."""
    by_state = state_cases(subject) if _find_reader(subject, "") else ()
    refusal = subject.facts.authorization.refusal
    demotes = refusal is not None and _find_reader(subject, _DEMOTED) is not None
    return (*by_state, *((Case(_DEMOTED),) if demotes else ()))


def script(subject: Subject) -> Script:
    """Have a new person have a credential issued, use it, change the person, and use it again."""
    row, context = subject.row.name, subject.context
    reader = _find_reader(subject, row)
    assert reader is not None  # cases() saw to it
    person = yield from mint_person(subject)
    request = yield from build.valid_request(subject, fresh=True)
    request = request.with_credentials(
        person.name, *credentials.credentials_of(context, subject.op.id, person)
    )
    response = yield from steps.send(request, Role.SETUP)
    credential = read_credential(subject, subject.op.id, response)
    use = write_use(subject, reader, credential, f"key of {person.name}")
    before = yield from steps.send(use, Role.SETUP)
    if not before.succeeded:
        words = f"the new credential is not accepted by {reader.operation}: {describe(before)}"
        steps.end_script(NotTested(NotTestedKind.NEEDS_REQUEST, words))
    if row in list_states(subject):
        yield from change_account(subject, person, state=row)
        use = use.with_bad_credentials(credential)
    else:
        yield from change_account(subject, person, roles=[])
    yield from steps.send(use)


def expect(subject: Subject) -> ExpectedResponse:
    """The response that is due to the row: to a missing right, or to a state."""
    refusal = subject.facts.authorization.refusal
    return refusal if refusal and subject.row.name == _DEMOTED else expected_for_row(subject)


CHECK = scripted_refusal(
    title="An issued credential does no more than its owner, and ends with them",
    failure_title="An issued credential outlives its owner, or keeps rights that they have lost",
    applies=applies,
    cases=cases,
    script=script,
    expected=expect,
    detail=by_row,
    though=lambda subject: say_though(subject, f"the account of its owner was {subject.row.name}"),
    reads=("authentication.changes_within", "authentication.issued"),
    needs_success=True,
    standards=("rfc6750#3.1",),
    accepted=Severity.HIGH,
    wrong_status=Severity.MEDIUM,
    confirm=Confirm.ONCE,
    proven_by={
        "accepted": ("auth/keys-outlive-their-owner",),
        "wrong-status": ("auth/state-answered-with-other-status",),
    },
)
