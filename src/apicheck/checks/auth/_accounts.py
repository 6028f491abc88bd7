"""Accounts that change while their credentials are in use."""

from __future__ import annotations

from apicheck.authoring import (
    Case,
    Identity,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Steps,
    Subject,
    applying,
    steps,
)
from apicheck.checks.auth._scope import PATIENCE_S

_STATES = ("suspended", "terminated", "disabled", "pending")
"""States of accounts; the others are of credentials."""


def list_states(subject: Subject) -> tuple[str, ...]:
    """The states that an account may come into, as the policy has a response to each."""
    return tuple(state for state in subject.facts.authentication.states if state in _STATES)


def state_cases(subject: Subject) -> tuple[Case, ...]:
    """One row for each state."""
    return tuple(Case(state, fact="") for state in list_states(subject))


def cannot_change(subject: Subject) -> NotApplicable | NotTested | None:
    """Why no account can be changed; None where one can."""
    within = subject.facts.authentication.changes_within_s
    if within is None:
        return NotApplicable("the policy does not say how soon a change of an account holds")
    can = subject.context.capabilities
    if not {"mint", "change"} <= can or ("clock" not in can and within > PATIENCE_S):
        return applying.needs_control("nothing can make an account and change it")
    return None


def mint_person(subject: Subject) -> Steps[Identity]:
    """Make a person, with every role, whose credential the operation takes.

    Their roles are named, so that no OAuth client stands in for them: it has no account to change.
    """
    names = subject.context.alternatives[subject.op.id][0]
    scheme = names[0] if len(names) == 1 else ""
    return (yield from steps.mint(fresh=True, scheme=scheme, roles=subject.context.all_roles))


def change_account(subject: Subject, person: Identity, **account: object) -> Steps[None]:
    """Change an account, and let the time pass until that holds.

    account: its new `state`, or its new `roles`.
    """
    done = yield from steps.ask("change", identity=person.name, **account)
    if done is None:
        words = "nothing can change the account that was made for this check"
        steps.end_script(NotTested(NotTestedKind.NEEDS_CONTROL, words))
    if within := subject.facts.authentication.changes_within_s:
        yield from steps.wait(within, "until the change of the account takes effect")


def say_though(subject: Subject, what: str) -> str:
    """When a credential was used, in words. what: what had become of its account."""
    within = subject.facts.authentication.changes_within_s
    delay = f"{within:g} s " if within else ""
    return f"{delay}after {what}"
