"""Objects that others see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.call import Call, Refusal, Reply
from reference_server.document.profile import Profile
from reference_server.faults._documented import bodies_refer
from reference_server.faults.fault import Fault, alters, everywhere, fault
from reference_server.operations.pagination import Page, link_pages
from reference_server.responses.errors import fill_error_body
from reference_server.responses.headers import Fields, make_promised_headers
from reference_server.stages.authorization import find_foreign_owner, may_see_tenant
from reference_server.state.store import Stored

FindForeignOwner = Callable[[Call, Stored, str], str]


def _ignores(
    fault_id: str,
    whose: str,
    about: str,
    where: str = "",
    shows_in: Callable[[Profile], bool] = everywhere,
) -> Fault:
    """A fault that lets the caller see the objects of another tenant, user or app.

    where: a request names them; everywhere if "". See `find_foreign_owner`.
    """

    def find(honest: FindForeignOwner, call: Call, item: Stored, place: str) -> str:
        found = honest(call, item, place)
        return "" if found == whose and where in ("", place) else found

    needs = (f"authorization.foreign.{whose}",)
    return fault(
        find_foreign_owner, fault_id=fault_id, about=about, needs=needs, shows_in=shows_in
    )(find)


def _paths_name_parents(profile: Profile) -> bool:
    """Only where a path names an object above the one it is about."""
    return any(set(one.use.names) - {one.use.target} for one in profile.rules.values())


def _foreign_is_absent(profile: Profile) -> bool:
    """Only where a foreign object is refused like an absent one."""
    return any(one.response is None for one in profile.facts.authorization.foreign.values())


OWNERS = (
    _ignores("scopes/ignores-app", "app", "Every app of a tenant sees what belongs to another."),
    _ignores("scopes/ignores-tenant", "tenant", "Every tenant sees what belongs to all."),
    _ignores(
        "scopes/ignores-tenant-in-bodies",
        "tenant",
        "An id in a body may be that of another tenant's object.",
        "body",
        bodies_refer,
    ),
    _ignores(
        "scopes/ignores-tenant-in-lists",
        "tenant",
        "A list shows what belongs to every tenant.",
        "list",
    ),
    _ignores(
        "scopes/ignores-tenant-of-parents",
        "tenant",
        "The owner of an object is checked, and the owner of the object above it is not.",
        "parent",
        _paths_name_parents,
    ),
    _ignores(
        "scopes/ignores-user",
        "user",
        "Every user of a tenant sees what belongs to another.",
    ),
    _ignores(
        "scopes/ignores-user-in-lists",
        "user",
        "A list shows what belongs to every user of the tenant.",
        "list",
    ),
)


@fault(link_pages, needs=("authorization.foreign.tenant", "formats.paging.meta"))
def counts_what_others_have(
    honest: Callable[[Call, Reply, Page], None], call: Call, reply: Reply, page: Page
) -> None:
    """The numbers of a page count what every tenant has."""
    collection = call.op_rules.use.collection
    everything = call.server.store.all(collection.name) if collection else []
    honest(call, reply, replace(page, total=max(page.total, len(everything))))


@alters(find_foreign_owner, needs=("authorization.foreign.tenant",))
def ignores_tenant_when_deleting(whose: str, call: Call, item: Stored, place: str) -> str:
    """Every tenant may delete what belongs to another."""
    return "" if whose == "tenant" and call.method == "DELETE" else whose


@fault(may_see_tenant, needs=("authorization.tenant.foreign",))
def ignores_tenant_in_paths(honest: Callable[[Call, str], bool], call: Call, tenant: str) -> bool:
    """The tenant is taken from the path, for every caller."""
    return True


@fault(fill_error_body, needs=("authorization.foreign",), shows_in=_foreign_is_absent)
def foreign_object_told_by_body(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """The refusal of a foreign object says that it belongs to another."""
    if refusal.kind.startswith("foreign:"):
        refusal = replace(refusal, text="The object belongs to somebody else.")
    honest(call, refusal, reply)


@alters(make_promised_headers, needs=("authorization.foreign",), shows_in=_foreign_is_absent)
def foreign_object_told_by_header(
    fields: Fields, call: Call, status: int, refusal: Refusal | None
) -> Fields:
    """The refusal of a foreign object has a field that the refusal of an absent one lacks."""
    known = refusal is not None and refusal.kind.startswith("foreign:")
    return [*fields, ("Vary", "Authorization")] if known else fields
