"""Rights that are not needed, or not enough."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

from apicheck.model.exchange import Pairs
from reference_server.call import Call
from reference_server.document.profile import Profile
from reference_server.document.routing import Match, Routes, match_operation
from reference_server.faults.auth.guards import OVERRIDE
from reference_server.faults.fault import alters, fault
from reference_server.stages.authorization import find_missing_rights

FindMissingRights = Callable[[Call], tuple[str, ...]]
MatchOperation = Callable[[Routes, str, str, Pairs], Match]
_RIGHTS = ("authorization.refusal", "authorization.required")


def _reads_and_writes_differ(profile: Profile) -> bool:
    """Where some scope has one to read and one to write."""
    writing = (scope for scope in profile.scopes if scope.endswith(":write"))
    return any(scope.replace(":write", ":read") in profile.scopes for scope in writing)


def _has_roles(profile: Profile) -> bool:
    """Where somebody can have a role and lack another."""
    return len(profile.facts.authorization.roles) > 1


@alters(find_missing_rights, needs=("authorization.roles",), shows_in=_has_roles)
def any_role_suffices(missing: tuple[str, ...], call: Call) -> tuple[str, ...]:
    """A caller with any role may do what only some roles may."""
    named = {*call.op_rules.scopes, *call.op_rules.permissions}
    return tuple(w for w in missing if w in named) if call.caller_identity.roles else missing


@fault(find_missing_rights, needs=("authorization.required",))
def any_scope_suffices(honest: FindMissingRights, call: Call) -> tuple[str, ...]:
    """A caller with any scope or permission may do everything."""
    caller = call.caller_identity
    return () if caller.scopes or caller.permissions else honest(call)


@fault(find_missing_rights, needs=_RIGHTS)
def asks_for_more(honest: FindMissingRights, call: Call) -> tuple[str, ...]:
    """A caller with exactly the needed scopes is refused."""
    caller, rules = call.caller_identity, call.op_rules
    just_enough = rules.scopes and set(caller.scopes) == set(rules.scopes)
    return rules.scopes if just_enough else honest(call)


def _changes_need_more_than_reading(profile: Profile) -> bool:
    """Whether changing some object needs a scope that reading it does not need."""
    readers = {
        rules.use.collection: set(rules.scopes)
        for rules in profile.rules.values()
        if rules.use.kind == "read"
    }
    return any(
        set(rules.scopes) - readers.get(rules.use.collection, set(rules.scopes))
        for rules in profile.rules.values()
        if rules.use.kind in ("update", "delete")
    )


@fault(match_operation, needs=_RIGHTS, shows_in=_changes_need_more_than_reading)
def checks_rights_of_overridden_method(
    honest: MatchOperation, routes: Routes, method: str, path: str, headers: Pairs
) -> Match:
    """The method in a field is executed; the rights are those of the one in the request line."""
    return honest(routes, dict(headers).get(OVERRIDE, method), path, headers)


@checks_rights_of_overridden_method.also(find_missing_rights)
def _find_missing_for_the_line(honest: FindMissingRights, call: Call) -> tuple[str, ...]:
    return () if call.header(OVERRIDE) not in (None, call.method) else honest(call)


@alters(find_missing_rights, needs=_RIGHTS)
def compares_beginning(due: tuple[str, ...], call: Call) -> tuple[str, ...]:
    """A scope is enough when the needed one begins with it."""
    held = tuple(scope for scope in call.caller_identity.scopes if scope)
    return tuple(word for word in due if not (held and word.startswith(held)))


@alters(find_missing_rights, needs=_RIGHTS)
def finds_scope_in_text(due: tuple[str, ...], call: Call) -> tuple[str, ...]:
    """The needed scope is searched in the text of the scopes, not among its words."""
    text = " ".join(call.caller_identity.scopes)
    return tuple(word for word in due if word not in text)


@alters(find_missing_rights, needs=("authorization.implies",))
def forgets_implied_scopes(due: tuple[str, ...], call: Call) -> tuple[str, ...]:
    """A scope that another implies must be held itself."""
    held = call.caller_identity.scopes
    return (*due, *(scope for scope in call.op_rules.scopes if scope not in held))


@alters(find_missing_rights, needs=_RIGHTS)
def ignores_case_of_scopes(due: tuple[str, ...], call: Call) -> tuple[str, ...]:
    """Scopes are compared without case."""
    held = {scope.lower() for scope in call.caller_identity.scopes}
    return tuple(word for word in due if word.lower() not in held)


@alters(find_missing_rights, needs=("authorization.roles",))
def ignores_roles(due: tuple[str, ...], call: Call) -> tuple[str, ...]:
    """Roles are not checked."""
    named = {*call.op_rules.scopes, *call.op_rules.permissions}
    return tuple(word for word in due if word in named)


@fault(find_missing_rights, needs=("authorization.refusal",))
def ignores_scopes(honest: FindMissingRights, call: Call) -> tuple[str, ...]:
    """Scopes and permissions are not checked."""
    return ()


@alters(find_missing_rights, needs=("authorization.required",), shows_in=_reads_and_writes_differ)
def read_grants_write(due: tuple[str, ...], call: Call) -> tuple[str, ...]:
    """The scope to read is enough to write."""
    held = call.caller_identity.scopes
    return tuple(
        word
        for word in due
        if not (word.endswith(":write") and word.replace(":write", ":read") in held)
    )


@alters(find_missing_rights, needs=_RIGHTS)
def takes_wildcards(due: tuple[str, ...], call: Call) -> tuple[str, ...]:
    """A star in a scope stands for anything."""
    held = call.caller_identity.scopes
    return tuple(w for w in due if not any(fnmatchcase(w, pattern) for pattern in held))
