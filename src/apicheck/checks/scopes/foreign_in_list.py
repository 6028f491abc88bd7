"""A list does not show what belongs to another tenant, user or app."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    MISSING,
    Applies,
    Case,
    Check,
    Confirm,
    Exchange,
    Failure,
    Identity,
    Inconclusive,
    Judgement,
    Mode,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Operation,
    Outcome,
    Recipe,
    Role,
    Script,
    Severity,
    Steps,
    Subject,
    Transcript,
    build,
    listing,
    pointers,
    selector,
    steps,
)
from apicheck.checks.scopes._foreign import (
    WHOSE,
    can_be_another,
    foreign_identity,
    no_foreign_owner,
)
from apicheck.checks.scopes._listing import shows
from apicheck.checks.scopes._rights import owned_by


def _made_with(subject: Subject) -> tuple[Operation, str] | None:
    """The operation that makes what this one lists, and where its answer has the id."""
    context = subject.context
    for operation in context.spec.operations:
        if operation.path == subject.op.path and operation.method == "POST":
            for recipe in context.recipes.values():
                for need in recipe.needs if isinstance(recipe, Recipe) else ():
                    if need.operation == operation.id and need.place == "path" and need.pointer:
                        return operation, need.pointer
    return None


def _kinds(subject: Subject) -> Iterator[str]:
    """Whose objects the list must not mix. Another tenant has none below an object of ours."""
    context, made = subject.context, _made_with(subject)
    foreign = context.facts.authorization.foreign
    for whose in WHOSE:
        if made is None or not owned_by(subject, whose) or (whose == "tenant" and _nested(subject)):
            continue
        ops = foreign[whose].ops
        if ops is None or selector.selects(ops, made[0], context.facts.operations, context.secured):
            yield whose


def _nested(subject: Subject) -> bool:
    recipe = subject.context.recipes[subject.op.id]
    return isinstance(recipe, Recipe) and any(need.place == "path" for need in recipe.needs)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To operations that list what another makes, where the policy keeps that to its owner."""
    if subject.op.method != "GET" or subject.op.id not in subject.context.secured:
        return NotApplicable("it lists nothing to a caller who is known")
    kinds = tuple(_kinds(subject))
    if not kinds:
        return NotApplicable("it lists nothing that is made here and kept to its owner")
    if subject.context.mode is not Mode.FULL:
        return NotTested(
            NotTestedKind.READ_ONLY,
            "somebody else would have to make something to be listed",
            '[safety]\nmode = "full"',
        )
    if not cases(subject):
        return no_foreign_owner(subject, kinds[0])
    return Applies(requests=4, facts=tuple(f"authorization.foreign.{whose}" for whose in kinds))


def cases(subject: Subject) -> tuple[Case, ...]:
    """The list after another tenant, user or app has made something."""
    kinds = (whose for whose in _kinds(subject) if can_be_another(subject, whose))
    return tuple(Case(f"what another {whose} made", whose) for whose in kinds)


def script(subject: Subject) -> Script:
    """Somebody else makes one, then we do; then our list, until it shows ours and a page more."""
    made = _made_with(subject)
    assert made is not None  # cases() saw to it
    assert subject.case is not None
    ours = build.identity_of(subject)
    other = yield from foreign_identity(subject, subject.case.value)
    yield from build.send_control(subject)
    apart = other.tenant != ours.tenant
    yield from _made_by(subject, made[0], other, other if apart else ours)
    mine = yield from _made_by(subject, made[0], ours, ours)
    request = yield from build.valid_request(subject)
    yield from listing.fetch_pages(
        subject, request, _id_in(mine, made[1]), made[1].rpartition("/")[2]
    )


def _made_by(subject: Subject, maker: Operation, who: Identity, owner: Identity) -> Steps[Exchange]:
    """A new object of somebody's, in or about what an owner of the same tenant has."""
    request = yield from build.valid_request(subject, maker.id, who, owner=owner)
    made = yield from steps.send(request, Role.SETUP)
    if not made.succeeded:
        steps.end_script(Inconclusive(f"{maker.id} as {who.name} was answered {made.status}"))
    return made


def _id_in(made: Exchange, pointer: str) -> str:
    value = pointers.at(made.json_or(), pointer)
    return "" if value is MISSING or value is None else str(value)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Theirs must be on no page; ours shows that we looked far enough."""
    made = _made_with(subject)
    assert made is not None  # cases() saw to it
    maker, pointer = made
    new = [e for e in transcript.of_role(Role.SETUP) if e.request.operation == maker.id]
    if len(new) < 2:
        return Inconclusive("nobody made anything to be listed")
    theirs, mine = new[-2:]
    for page in transcript.exercised:
        if shows(page, theirs, pointer):
            whose = subject.case.value if subject.case else ""
            actual = f"what another {whose} made: {_id_in(theirs, pointer)}"
            return Failure("shown", "only what is ours", actual, whose, page.id)
    if not any(shows(page, mine, pointer) for page in transcript.exercised):
        return Inconclusive("the pages that we found our way to do not show our own new object")
    return None


CHECK = Check(
    title="A list shows only what is the caller's own",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authorization.foreign",),
    standards=(
        "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
    ),
    outcomes=(Outcome("shown", Severity.CRITICAL, Confirm.ONCE),),
    proven_by={
        "shown": ("scopes/ignores-tenant-in-lists", "scopes/ignores-user-in-lists"),
    },
)
