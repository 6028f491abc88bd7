"""The document names the contact that the policy names."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Confirm,
    Failure,
    Outcome,
    RunContext,
    Severity,
    applying,
    folds,
)
from apicheck.checks.document._parts import WHOLE, compare_url, read_member

FACT = "document.contact"


def read(context: RunContext) -> Iterator[tuple[str, str, Failure | None]]:
    """One result: the first member that is missing or differs, if there is one."""
    wanted = context.facts.document.contact
    if wanted is None:
        return
    wrong = next(filter(None, (_compare(context, *one) for one in wanted.items())), None)
    if not wanted and not any(_read(context, name) for name in ("name", "url", "email")):
        wrong = Failure("missing", "a contact in /info/contact", "none")
    yield WHOLE, FACT, wrong


def _read(context: RunContext, name: str) -> str:
    return read_member(context.spec, "info", "contact", name)


def _compare(context: RunContext, name: str, promised: str) -> Failure | None:
    written, place = _read(context, name), f"/info/contact/{name}"
    if name == "url":
        return compare_url(written, promised, place)
    if not written:
        return Failure("missing", f"{promised} in {place}", "none", place)
    if written.casefold() == promised.casefold():
        return None
    return Failure("differs", f"{promised} in {place}", written, place)


CHECK = Check(
    title="The document names a contact",
    failure_title="The document does not name a contact as promised",
    applies=applying.applies_where(
        lambda facts: facts.document.contact is not None,
        f"the policy names no contact ({FACT})",
        FACT,
    ),
    fold=folds.per_document(read),
    reads=(FACT,),
    outcomes=(
        Outcome("missing", Severity.LOW, Confirm.ONCE),
        Outcome("differs", Severity.LOW, Confirm.ONCE),
    ),
    proven_by={
        "missing": ("document/names-no-contact",),
        "differs": ("document/names-another-contact",),
    },
)
