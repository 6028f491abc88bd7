from typing import Any

import pytest

from reference_server.state.identities import Identity
from reference_server.state.server_state import IdentitySpec


def made(canonical: Any, **wish: Any) -> Identity:
    identity: Identity = canonical.server.make_identity(IdentitySpec(**wish))
    return identity


@pytest.mark.parametrize(
    ("scopes", "status"),
    [(("contacts:read",), 200), (("contacts:write",), 200), (("contacts:export",), 403), ((), 403)],
)
def test_a_scope_gives_what_it_implies(
    canonical: Any, scopes: tuple[str, ...], status: int
) -> None:
    assert canonical.grant("listContacts", made(canonical, scopes=scopes)).status == status


@pytest.mark.parametrize(
    ("roles", "team", "users"),
    [(None, 200, 200), (("admin",), 200, 200), (("supervisor",), 200, 403), ((), 403, 403)],
)
def test_one_of_the_roles_that_may_is_enough(
    canonical: Any, roles: tuple[str, ...] | None, team: int, users: int
) -> None:
    who = made(canonical, roles=roles)
    assert canonical.grant("getTeamAnalytics", who).status == team
    assert canonical.grant("listUsers", who).status == users


def test_a_note_is_its_users_and_a_contact_the_tenants(canonical: Any) -> None:
    ada, grace = made(canonical, user="ada"), made(canonical, user="grace")
    contact = canonical.create("createContact", ada)
    path = f"/v2/contacts/{contact}/notes"
    note = canonical.send("POST", path, token=ada.token, value={"text": "Hers"}).json["id"]
    theirs = canonical.send("POST", path, token=grace.token, value={"text": "Theirs"})
    assert theirs.status == 201
    assert canonical.send("GET", f"/v2/notes/{note}", token=ada.token).status == 200
    assert canonical.send("GET", f"/v2/notes/{note}", token=grace.token).status == 404
    listed = canonical.send("GET", path, token=grace.token).json["data"]
    assert [one["text"] for one in listed] == ["Theirs"]


def test_a_webhook_is_its_apps_whoever_uses_the_app(canonical: Any) -> None:
    ours, same = made(canonical, app="one", user="ada"), made(canonical, app="one", user="grace")
    other = made(canonical, app="two", user="ada")
    hook = canonical.create("createWebhook", ours)
    seen = {
        who.name: canonical.send("GET", f"/v2/webhooks/{hook}", token=who.token).status
        for who in (ours, same, other)
    }
    assert list(seen.values()) == [200, 200, 404]


def test_what_is_foreign_is_answered_as_what_is_absent(canonical: Any) -> None:
    contact = canonical.create("createContact", canonical.identity("other"))
    foreign, absent = (
        canonical.send("DELETE", f"/v2/contacts/{name}", token=canonical.admin.token)
        for name in (contact, "con_of_nobody")
    )
    assert foreign.status == absent.status == 404
    told = [{k: v for k, v in one.json.items() if k != "request_id"} for one in (foreign, absent)]
    assert told[0] == told[1]


def test_the_path_of_another_tenant_is_out_of_reach(canonical: Any) -> None:
    own = canonical.admin.parameters["accountId"]
    other = canonical.identity("other").parameters["accountId"]
    statuses = [
        canonical.send("GET", f"/v2/accounts/{account}/usage", token=canonical.admin.token).status
        for account in (own, other, "nobody")
    ]
    assert statuses == [200, 404, 404]
