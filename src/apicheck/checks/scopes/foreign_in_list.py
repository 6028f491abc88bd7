"""A list neither shows nor counts objects of another tenant, user or app."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    Exchange,
    Failure,
    Identity,
    Inconclusive,
    Json,
    Judgement,
    Mode,
    NotApplicable,
    NotTested,
    Operation,
    Outcome,
    Part,
    Recipe,
    Role,
    Script,
    Severity,
    Steps,
    Subject,
    Transcript,
    alter,
    build,
    creations,
    describe,
    listing,
    steps,
    variation,
)
from apicheck.authoring.listing import Need
from apicheck.checks.scopes._counts import find_excess
from apicheck.checks.scopes._foreign import (
    WHOSE,
    has_foreign_identity,
    no_foreign_owner,
    obtain_foreign_identity,
)
from apicheck.checks.scopes._listing import read_made, shows
from apicheck.checks.scopes._rights import NO_CREATION_ALLOWED, is_owned_by


def _find_creator(subject: Subject) -> tuple[Operation, Need] | None:
    """The operation that creates what this one lists, and a need that takes the id from it."""
    context = subject.context
    for operation in context.spec.operations:
        if operation.path == subject.op.path and operation.method == "POST":
            needs = [
                need
                for recipe in context.recipes.values()
                for need in (recipe.needs if isinstance(recipe, Recipe) else ())
                if need.operation == operation.id and need.place == "path"
            ]
            if needs:
                return operation, min(needs, key=lambda need: need.convention)
    return None


def _creator_of(subject: Subject) -> tuple[Operation, Need]:
    found = _find_creator(subject)
    if found is None:
        raise ValueError(f"no operation creates what {subject.key} lists")
    return found


def _kinds(subject: Subject) -> Iterator[str]:
    """The kinds of owners whose objects the list must keep apart.

    Not tenants for a list below an object: another tenant has nothing below an object of ours.
    """
    context, found = subject.context, _find_creator(subject)
    foreign = context.facts.authorization.foreign
    for whose in WHOSE:
        if found is None or not is_owned_by(subject, whose):
            continue
        if whose == "tenant" and _is_nested(subject):
            continue
        if context.selects(foreign[whose].ops, found[0]):
            yield whose


def _is_nested(subject: Subject) -> bool:
    recipe = subject.context.recipes[subject.op.id]
    return isinstance(recipe, Recipe) and any(need.place == "path" for need in recipe.needs)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To operations that list created objects, where the policy keeps those to their owner."""
    if subject.op.method != "GET" or subject.op.id not in subject.context.secured:
        return NotApplicable("the operation is no GET, or is public")
    kinds = tuple(_kinds(subject))
    if not kinds:
        return NotApplicable("it lists no objects that the policy keeps to their owner")
    if subject.context.mode is not Mode.FULL:
        return NO_CREATION_ALLOWED
    if not cases(subject):
        return no_foreign_owner(subject, kinds[0])
    return Applies(requests=5, facts=tuple(f"authorization.foreign.{whose}" for whose in kinds))


def cases(subject: Subject) -> tuple[Case, ...]:
    """The list after another tenant, user or app has created an object."""
    kinds = (whose for whose in _kinds(subject) if has_foreign_identity(subject, whose))
    return tuple(
        Case(f"what another {whose} made", whose, fact=f"authorization.foreign.{whose}")
        for whose in kinds
    )


def script(subject: Subject) -> Script:
    """Another owner creates an object, then we do; then our list, to one page after our object.

    Then the beginning of theirs: most of a run is ours, so that their list is the shorter one.
    Where the list can be narrowed to what belongs to a third object, also narrowed to theirs.
    """
    creator, need = _creator_of(subject)
    ours = build.identity_of(subject)
    other = yield from obtain_foreign_identity(subject, subject.row.value)
    yield from build.send_control(subject)
    apart = other.tenant != ours.tenant
    theirs = yield from _create(subject, creator, other, other if apart else ours)
    mine = yield from _create(subject, creator, ours, ours)
    found = read_made(subject.context, mine, need)
    request = yield from build.valid_request(subject)
    pages = yield from listing.fetch_pages(
        subject, request, lambda page: bool(found and shows(page, found))
    )
    asked = yield from build.valid_request(subject, subject.op.id, other)
    yield from steps.send(replace(asked, query=pages[0].request.query), Role.SETUP)
    for name, value in _find_filters(subject, creator, theirs) if apart else ():
        narrowed = alter.with_part(request, subject.op, Part("query", name), value)
        yield from steps.send(narrowed)


def _find_filters(
    subject: Subject, creator: Operation, created: Exchange
) -> Iterator[tuple[str, Json]]:
    """The parameters of the list by which the created object is found through another one.

    GET /parcels?depot_id=… where POST /parcels names the depot in its body.
    """
    recipe, sent = subject.context.recipes[creator.id], created.request.members
    needs = recipe.needs if isinstance(recipe, Recipe) else ()
    named = {need.name.removeprefix("/") for need in needs if need.place == "body"}
    for parameter in subject.op.parameters:
        if parameter.place == "query" and parameter.name in named & sent.keys():
            yield parameter.name, sent[parameter.name]


def _create(
    subject: Subject, creator: Operation, sender: Identity, owner: Identity
) -> Steps[Exchange]:
    """Create an object as the sender; the objects that the request names are the owner's.

    A text of the object has a mark where it can have one: ids may be counted for each owner.
    """
    request = yield from build.valid_request(subject, creator.id, sender, owner=owner)
    of_creator = replace(subject, operation=creator)
    if mark := creations.unique_member(of_creator):
        request = variation.mark_at(of_creator, request, mark)
    created = yield from steps.send(request, Role.SETUP)
    if not created.succeeded:
        reason = f"{creator.id} refused {sender.name}: {describe(created)}"
        steps.end_script(Inconclusive(reason))
    return created


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """No page may show the foreign object; one must show ours, or the list was not read far."""
    creator, need = _creator_of(subject)
    created = [e for e in transcript.of_role(Role.SETUP) if e.request.operation == creator.id]
    if len(created) < 2:
        return Inconclusive("no objects were created to be listed")
    theirs, mine = (read_made(subject.context, one, need) for one in created[-2:])
    if theirs is None or mine is None:
        return Inconclusive(f"the response of {creator.id} shows no id")
    whose = subject.row.value
    for page in transcript.exercised:
        if shows(page, theirs):
            actual = f"the list shows the object {theirs.id} of another {whose}"
            expected = f"only objects of the caller's own {whose}"
            return Failure("shown", expected, actual, whose, page.id)
    if not any(shows(page, mine) for page in transcript.exercised):
        return Inconclusive("the pages that were read do not show the caller's own new object")
    return _judge_counts(subject, transcript)


def _judge_counts(subject: Subject, transcript: Transcript) -> Judgement:
    """The number in the other owner's list is of what that shows, where it shows all it has."""
    theirs = [e for e in transcript.of_role(Role.SETUP) if e.request.operation == subject.op.id]
    ours = transcript.exercised[0]
    excess = find_excess(theirs[-1], ours) if theirs else ""
    if not excess:
        return None
    expected = "the number of what the list shows: it is shorter than that of another caller"
    return Failure("counted", expected, excess, subject.row.value, theirs[-1].id)


CHECK = Check(
    title="A list shows and counts no object of another tenant, user or app",
    failure_title="A list shows or counts an object of another tenant, user or app",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authorization.foreign",),
    standards=(
        "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
    ),
    outcomes=(
        Outcome("shown", Severity.CRITICAL, Confirm.ONCE),
        Outcome("counted", Severity.MEDIUM),
    ),
    proven_by={
        "shown": ("scopes/ignores-tenant-in-lists", "scopes/ignores-user-in-lists"),
        "counted": ("scopes/counts-what-others-have",),
    },
)
