"""The control plane says and does what docs/control-protocol.md says."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

PAGE = (Path(__file__).parents[3] / "docs/control-protocol.md").read_text("utf-8")


def test_every_call_of_the_page_is_there_and_every_call_is_on_the_page(canonical: Any) -> None:
    described = set(re.findall(r"^\| `([A-Z]+) (/\S*)`", PAGE, flags=re.MULTILINE))
    routes = {
        (method, route.path)
        for route in canonical._control.routes
        for method in route.methods - {"HEAD"}
    }
    assert routes == described


def test_the_capabilities_are_those_of_the_page(canonical: Any) -> None:
    said = canonical.control("GET", "/").json
    assert said["protocol"] == 1
    assert all(f'"{word}"' in PAGE for word in said["capabilities"])


def test_an_identity_has_the_members_of_the_page(canonical: Any) -> None:
    described = re.search(r"An Identity: `\{(.*?)\}`", PAGE, flags=re.DOTALL)
    assert described
    for identity in canonical.control("GET", "/identities").json["identities"]:
        assert list(identity) == re.findall(r'"(\w+)"', described[1])


def test_the_secrets_of_a_receiver_are_those_of_the_page(canonical: Any) -> None:
    described = re.search(r"^\| `GET /receiver` \| \| `\{(.*?)\}`", PAGE, flags=re.MULTILINE)
    assert described
    assert list(canonical.control("GET", "/receiver").json) == re.findall(r'"(\w+)"', described[1])


def test_there_is_an_identity_of_every_kind(canonical: Any) -> None:
    found = canonical.control("GET", "/identities").json["identities"]
    assert {one["name"]: (one["tenant"], one["state"]) for one in found} == {
        "admin": ("a", "active"),
        "other": ("b", "active"),
        "expired": ("a", "expired"),
        "revoked": ("a", "revoked"),
        "pending": ("a", "pending"),
        "suspended": ("a", "suspended"),
        "terminated": ("a", "terminated"),
    }
    statuses = [canonical.send("GET", "/v2/account", token=one["token"]).status for one in found]
    assert statuses == [200, 200, 401, 401, 403, 403, 403]


def test_a_minted_identity_is_as_it_was_wished(canonical: Any) -> None:
    wish = {"scopes": ["contacts:read"], "tenant": "b", "user": "u", "plan": "p", "lifetime": 60}
    answer = canonical.control("POST", "/identities", wish)
    made = answer.json
    assert answer.status == 201
    assert {key: made[key] for key in ("scopes", "tenant", "user", "plan")} == {
        key: wish[key] for key in ("scopes", "tenant", "user", "plan")
    }
    paths = ("/v2/contacts", "/v2/account")
    assert [canonical.send("GET", p, token=made["token"]).status for p in paths] == [200, 403]
    canonical.control("POST", "/clock", {"advance": 60})
    assert canonical.send("GET", paths[0], token=made["token"]).status == 401
    shown = canonical.control("GET", "/identities").json["identities"][-1]
    assert (shown["id"], shown["state"]) == (made["id"], "expired")


@pytest.mark.parametrize("wish", [{}, {"scopes": None, "permissions": None, "tenant": ""}])
def test_a_wish_that_says_nothing_may_everything(honest: Any, wish: dict[str, Any]) -> None:
    made = honest.control("POST", "/identities", wish).json
    first = honest.admin.as_json(0)
    kept = ("scopes", "permissions", "tenant", "scheme", "parameters", "account")
    assert {key: list(made[key]) for key in kept} == {key: list(first[key]) for key in kept}


@pytest.mark.parametrize("state", ["expired", "revoked"])
def test_a_token_can_be_minted_in_a_state(honest: Any, state: str) -> None:
    token = honest.control("POST", "/identities", {"state": state}).json["token"]
    name = next(o.id for o in honest.operations() if o.secured)
    assert honest.play(honest.request(name), token).status == 401


def test_a_revoked_token_is_refused_at_once(canonical: Any) -> None:
    answer = canonical.control("POST", f"/identities/{canonical.admin.id}/revoke", {})
    assert (answer.status, answer.json) == (200, {})
    assert canonical.send("GET", "/v2/account", token=canonical.admin.token).status == 401


def test_the_clock_moves_and_answers_are_dated_by_it(canonical: Any) -> None:
    before = canonical.control("GET", "/clock").json["now"]
    moved = canonical.control("POST", "/clock", {"advance": 366 * 86_400}).json["now"]
    dated = parsedate_to_datetime(canonical.send("GET", "/v2/account")["Date"])
    after = canonical.control("GET", "/clock").json["now"]
    assert before + 366 * 86_400 <= moved
    assert int(moved) <= dated.timestamp() <= after


def test_the_clock_turns_back_and_limits_begin_anew(canonical: Any) -> None:
    began = canonical.control("GET", "/clock").json["now"]
    canonical.control("POST", "/clock", {"advance": 1e8})
    token = canonical.admin.token
    left = canonical.send("GET", "/v2/account", token=token)["X-RateLimit-Remaining"]
    back = canonical.control("POST", "/clock", {"advance": -1e8}).json["now"]
    assert began <= back < began + 1e7
    again = canonical.send("GET", "/v2/account", token=token)
    assert again["X-RateLimit-Remaining"] == left == "104"


def test_a_deprecated_operation_is_gone_from_its_sunset_on(canonical: Any) -> None:
    sunset = datetime(2035, 12, 1, tzinfo=UTC).timestamp()
    now = canonical.control("GET", "/clock").json["now"]
    statuses = []
    for moment in (sunset - 60, sunset + 60):
        canonical.control("POST", "/clock", {"advance": moment - now})
        now = canonical.control("GET", "/clock").json["now"]
        old = canonical.send("GET", "/v1/contacts", token=canonical.admin.token)
        statuses.append(old.status)
    assert statuses == [200, 410]


def test_effects_count_what_changed_and_nothing_else(canonical: Any) -> None:
    token = canonical.admin.token
    created = canonical.create("createContact")
    path = f"/v2/contacts/{created}"
    counts = []
    for method, value in (("GET", None), ("PATCH", {"first_name": "Eve"}), ("DELETE", None)):
        assert canonical.send(method, path, token=token, value=value).status in (200, 204)
        counts.append(canonical.effects())
    assert canonical.send("DELETE", path, token=token).status == 404
    assert [*counts, canonical.effects()] == [1, 2, 3, 3]


def test_requests_are_logged_with_their_answers(canonical: Any) -> None:
    before = canonical.server.clock.now()
    canonical.send("GET", "/v2/account?secret=1")
    after = canonical.server.clock.now()
    (logged,) = canonical.control("GET", "/requests").json["requests"]
    assert (logged["method"], logged["path"], logged["status"]) == ("GET", "/v2/account", 401)
    assert before <= logged["at"] <= after


def test_the_clients_are_one_a_tenant_and_one_of_few_scopes_or_none(
    canonical: Any, webengage: Any
) -> None:
    clients = canonical.control("GET", "/clients").json["clients"]
    assert [set(client) for client in clients] == [{"id", "secret", "tenant", "name"}] * 3
    assert [client["tenant"] for client in clients] == ["a", "b", "a"]
    assert webengage.control("GET", "/clients").json == {"clients": []}


def test_faults_are_switched_as_a_set(canonical: Any) -> None:
    def on() -> list[str]:
        shown = canonical.control("GET", "/faults").json["faults"]
        return [fault["id"] for fault in shown if fault["on"]]

    fault = "auth/skips-authentication"
    answer = canonical.control("PUT", "/faults", {"on": [fault]})
    assert set(answer.json["faults"][0]) == {"id", "about", "needs", "applicable", "alone", "on"}
    assert on() == [fault]
    assert canonical.send("GET", "/v2/account").status == 200
    canonical.control("PUT", "/faults", {"on": []})
    assert on() == []
    assert canonical.send("GET", "/v2/account").status == 401


def test_reset_restores_the_beginning(honest: Any) -> None:
    beginning = [one.as_json(0) for one in honest.server.directory.all()]
    given = dict(honest.server.store._objects)
    creates = next((n for n, r in honest.server.profile.rules.items() if r.use.kind == "create"), 0)
    if creates:
        honest.create(creates)
    honest.control("POST", "/identities", {})
    honest.control("POST", f"/identities/{honest.admin.id}/revoke")
    honest.control("POST", "/clock", {"advance": 10**6})
    honest.control("PUT", "/faults", {"on": ["auth/skips-authentication"]})
    honest.control("PUT", "/variant", {"body_whitespace": True})
    honest.control("POST", "/listeners", {"url": "http://127.0.0.1:1/"})
    honest.control("POST", "/fail_next", {"operation": honest.operations()[-1].id})
    assert honest.control("POST", "/reset").json == {}
    assert [one.as_json(0) for one in honest.server.directory.all()] == beginning
    assert honest.effects() == 0
    assert honest.server.store._objects == given
    assert honest.server.subscriptions._all == {}
    assert honest.server.faults == ()
    assert honest.server.variant == type(honest.server.variant)()
    assert honest.control("GET", "/requests").json == {"requests": []}
    assert honest.control("GET", "/clock").json["now"] <= time.time()
    last = honest.operations()[-1].id
    assert honest.grant(last).status in (200, 201)


def test_reset_gives_back_what_the_limits_counted(canonical: Any) -> None:
    def export() -> int:
        status: int = canonical.send(
            "GET", "/v2/exports/contacts", token=canonical.admin.token
        ).status
        return status

    assert [export() for _ in range(6)] == [200] * 5 + [429]
    canonical.control("POST", "/reset")
    assert export() == 200


BAD = [
    ("POST", "/identities", {"tenant": "c"}, "tenants are a and b"),
    ("POST", "/identities", {"scopes": "contacts:read"}, "scopes is a list"),
    ("POST", "/identities", {"permissions": [1]}, "permissions is a list"),
    ("POST", "/identities", {"lifetime": "long"}, "lifetime is a number"),
    ("POST", "/identities", {"lifetime": -1}, "lifetime is a number"),
    ("POST", "/identities", {"user": {}}, "user is a string"),
    ("POST", "/identities", {"colour": "red"}, "no colour"),
    ("POST", "/identities/nobody/revoke", {}, "nobody"),
    ("POST", "/clock", {}, "advance"),
    ("POST", "/clock", {"advance": "1h"}, "advance is a number"),
    ("POST", "/clock", {"advance": True}, "advance is a number"),
    ("POST", "/clock", {"advance": -(10**10)}, "advance is a number"),
    ("POST", "/clock", {"advance": 1e300}, "advance is a number"),
    ("POST", "/listeners", {}, "url"),
    ("POST", "/listeners", {"url": "ftp://x/"}, "url"),
    ("POST", "/listeners", {"url": "http://x/", "events": "all"}, "events is a list"),
    ("POST", "/listeners", {"url": "http://x/", "tenant": "c"}, "tenants are"),
    ("POST", "/fail_next", {}, "operation"),
    ("POST", "/fail_next", {"operation": "noSuch"}, "noSuch"),
    ("POST", "/fail_next", {"operation": ["noSuch"]}, "noSuch"),
    ("POST", "/fail_next", {"operation": "getAccount", "status": 99_999}, "status is a number"),
    ("POST", "/fail_next", {"operation": "getAccount", "status": "500"}, "status is a number"),
    ("PUT", "/faults", {}, "on is a list"),
    ("PUT", "/faults", {"on": "auth"}, "on is a list"),
    ("PUT", "/faults", {"on": ["auth/no-such"]}, "auth/no-such"),
    ("PUT", "/variant", {"colour": "red"}, "colour"),
    ("PUT", "/variant", {"limiter": "leaky"}, "limiter is one of"),
    ("PUT", "/variant", {"header_case": "camel"}, "header_case is one of"),
    ("PUT", "/variant", {"latency_ms": -1}, "latency_ms is"),
    ("PUT", "/variant", {"extra_fields": 1}, "extra_fields"),
]


@pytest.mark.parametrize(("method", "path", "value", "words"), BAD)
def test_a_call_that_makes_no_sense_is_told_so_and_changes_nothing(
    canonical: Any, method: str, path: str, value: Any, words: str
) -> None:
    def state() -> tuple[Any, ...]:
        server = canonical.server
        return server.variant, server.faults, server.directory.all(), round(server.clock._offset)

    before = state()
    answer = canonical.control(method, path, value)
    assert (answer.status, list(answer.json)) == (400, ["error"])
    assert words in answer.json["error"]
    assert before == state()


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 100_000, b'{"advance": NaN}'])
def test_a_body_that_is_no_object_is_told_so(canonical: Any, body: bytes) -> None:
    answer = canonical.control_bytes("POST", "/clock", body)
    assert (answer.status, list(answer.json)) == (400, ["error"])


@pytest.mark.parametrize("path", ["/nothing", "/clock/", "/identities/id-1/state"])
def test_an_unknown_path_is_not_found(canonical: Any, path: str) -> None:
    answer = canonical.control("GET", path)
    assert (answer.status, list(answer.json)) == (404, ["error"])


def test_a_method_that_a_call_lacks_is_refused(canonical: Any) -> None:
    answer = canonical.control("DELETE", "/clock")
    assert (answer.status, list(answer.json)) == (405, ["error"])


def test_effects_of_one_identity_leave_out_those_of_others(canonical: Any) -> None:
    one, other = (canonical.control("POST", "/identities", {}).json for _ in range(2))
    made = canonical.send("POST", "/v2/tags", token=one["token"], value={"name": "gold"})
    assert made.status == 200
    paths = [f"/identities/{who['id']}/effects" for who in (one, other)]
    assert [canonical.control("GET", path).json["count"] for path in paths] == [1, 0]
