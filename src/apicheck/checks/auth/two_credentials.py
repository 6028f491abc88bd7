"""The server refuses a request with more than one credential, whichever of them is valid."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Case,
    Confirm,
    Credential,
    Request,
    Subject,
    credentials,
)
from apicheck.authoring.refusals import refusal
from apicheck.checks.auth._scope import (
    GARBAGE,
    covered_by_sibling,
    promised,
    usual_credentials,
)


def cases(subject: Subject) -> tuple[Case, ...]:
    """The valid one before and after an invalid one, twice, and beside one of another kind."""
    rows = [Case(name, name) for name in ("the valid one first", "the valid one last", "twice")]
    if _find_other_kind(subject):
        rows.append(Case("two kinds", "two kinds"))
    return tuple(rows)


def _find_other_kind(subject: Subject) -> tuple[Credential, ...]:
    """The same identity's credentials of another alternative, in another place; () for none."""
    context, usual = subject.context, usual_credentials(subject)
    if not usual:
        return ()
    identity = context.identities[context.actors[subject.op.id]]
    own = {(one.place, one.name) for one in usual}
    for names in context.alternatives[subject.op.id]:
        if credentials.satisfies(context, identity, names):
            other = credentials.credentials_of(context, subject.op.id, identity, alternative=names)
            if not own & {(one.place, one.name) for one in other}:
                return other
    return ()


def alter(subject: Subject, request: Request) -> Request:
    """Add one more credential."""
    valid = request.credentials
    word, space, _ = valid[0].value.rpartition(" ")
    garbage = replace(valid[0], value=f"{word}{space}{GARBAGE}")
    sent = {
        "the valid one first": (*valid, garbage),
        "the valid one last": (garbage, *valid),
        "twice": (*valid, valid[0]),
        "two kinds": (*valid, *_find_other_kind(subject)),
    }
    return request.with_bad_credentials(*sent[subject.row.name])


CHECK = refusal(
    title="A request with two credentials is refused as promised",
    failure_title="A request with two credentials is not refused as promised",
    fact="authentication.several",
    promise=promised(
        lambda subject: subject.facts.authentication.several, "more than one credential"
    ),
    applies_to=covered_by_sibling,
    alter=alter,
    cases=cases,
    confirm=Confirm.ONCE,
    shares_objects=True,
    standards=("rfc6750#2", "rfc6750#3.1"),
    proven_by={
        "accepted": ("auth/takes-first-of-two-credentials", "auth/takes-last-of-two-credentials"),
        "wrong-status": ("auth/two-credentials-answered-with-other-status",),
    },
)
