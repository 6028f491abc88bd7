"""What operations do: objects are created, listed, changed, and gone."""

from __future__ import annotations

from typing import Any

import pytest


def contact(driver: Any, **members: Any) -> Any:
    value = {"email": "ada@example.com", **members}
    return driver.send("POST", "/v2/contacts", token=driver.admin.token, value=value)


def read(driver: Any, path: str) -> Any:
    return driver.send("GET", path, token=driver.admin.token)


def test_what_is_created_is_at_its_location_as_it_was_sent(canonical: Any) -> None:
    made = contact(canonical, first_name="Ada", tags=["x"])
    found = read(canonical, made["Location"])
    assert found.json == made.json
    assert (found.json["first_name"], found.json["tags"]) == ("Ada", ["x"])
    assert found.json["subscribed"] is True
    assert "last_name" not in found.json


def test_an_update_changes_what_it_names_and_keeps_the_rest(canonical: Any) -> None:
    made = contact(canonical, first_name="Ada", last_name="Lovelace")
    token, path = canonical.admin.token, made["Location"]
    changed = canonical.send("PATCH", path, token=token, value={"first_name": "Augusta"})
    assert changed.json == read(canonical, path).json == {**made.json, "first_name": "Augusta"}


def test_what_is_deleted_is_gone(canonical: Any) -> None:
    path = contact(canonical)["Location"]
    assert canonical.send("DELETE", path, token=canonical.admin.token).status == 204
    assert read(canonical, path).status == 404
    assert read(canonical, "/v2/contacts").json["data"] == []


def test_pages_follow_one_another_and_hold_everything_once(canonical: Any) -> None:
    made = [canonical.create("createContact") for _ in range(5)]
    seen, cursor = [], ""
    for _ in range(3):
        page = read(canonical, f"/v2/contacts?limit=2{cursor}").json
        seen += [item["id"] for item in page["data"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == made
    assert page["next_cursor"] is None


def test_a_page_tells_its_numbers_where_the_policy_says_so(drive: Any) -> None:
    dahimail = drive("dahimail")
    for _ in range(3):
        dahimail.create("createContact")
    page = read(dahimail, "/api/v1/contacts?per_page=2&page=2").json
    assert len(page["data"]) == 1
    assert page["meta"] == {"current_page": 2, "last_page": 2, "per_page": 2, "total": 3}
    assert (page["links"]["prev"], page["links"]["next"]) == (
        "/api/v1/contacts?per_page=2&page=1",
        None,
    )
    assert read(dahimail, "/api/v1/contacts").json["meta"]["per_page"] == 25


def test_what_a_wrapped_action_changes_is_seen_in_the_list(drive: Any) -> None:
    dahimail = drive("dahimail")
    wanted = dahimail.create("listConversations")
    token = dahimail.admin.token
    closed = dahimail.send("POST", f"/api/v1/conversations/{wanted}/close", token=token)
    assert closed.json["data"]["status"] == "closed"
    assert closed.json["data"]["id"] == int(wanted)
    listed = read(dahimail, "/api/v1/conversations").json["data"]
    assert [c["status"] for c in listed if c["id"] == int(wanted)] == ["closed"]


def test_every_field_that_breaks_a_rule_is_named_where_errors_are_by_field(drive: Any) -> None:
    dahimail = drive("dahimail")
    refused = dahimail.send(
        "POST", "/api/v1/contacts", token=dahimail.admin.token, value={"lead_score": 101}
    )
    assert refused.status == 422
    assert refused.json["errors"] == {
        "email": ["The email field is required."],
        "first_name": ["The first name field is required."],
        "lead_score": ["The lead score field is not valid."],
    }
    assert read(dahimail, "/api/v1/contacts?per_page=x").json["errors"] == {
        "per_page": ["The per page field is not valid."]
    }


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=two", "limit=1.5", "limit="])
def test_a_parameter_that_breaks_its_schema_is_refused(canonical: Any, query: str) -> None:
    assert read(canonical, f"/v2/contacts?{query}").status == 422


def test_what_is_unique_is_taken_once_in_each_tenant(canonical: Any) -> None:
    assert contact(canonical).status == 201
    before = canonical.effects()
    assert contact(canonical).status == 409
    assert canonical.effects() == before
    other = canonical.identity("other").token
    value = {"email": "ada@example.com"}
    assert canonical.send("POST", "/v2/contacts", token=other, value=value).status == 201


def test_an_object_may_keep_its_own_unique_value(canonical: Any) -> None:
    path = contact(canonical)["Location"]
    value = {"email": "ada@example.com", "first_name": "Ada"}
    assert canonical.send("PATCH", path, token=canonical.admin.token, value=value).status == 200


def test_a_reference_to_nothing_or_to_others_is_refused(canonical: Any) -> None:
    theirs = canonical.create("createContact", canonical.identity("other"))
    before = canonical.effects()
    for wanted in ("con_of_nobody", theirs):
        value = {"contact_id": wanted, "channel": "email", "body": "Hello"}
        sent = canonical.send("POST", "/v2/messages", token=canonical.admin.token, value=value)
        assert sent.status == 422
    assert canonical.effects() == before


def test_an_id_in_a_path_is_decoded_once(canonical: Any) -> None:
    path = contact(canonical)["Location"]
    assert read(canonical, path.replace("con_", "%63on%5F")).status == 200
    assert read(canonical, path.replace("con_", "%2563on_")).status == 404


def test_a_correlation_id_comes_back_and_none_is_made_up(canonical: Any) -> None:
    mine = canonical.send("GET", "/v2/account", headers=[("X-Correlation-Id", "a b/c")])
    assert mine["X-Correlation-Id"] == "a b/c"
    assert read(canonical, "/v2/account")["X-Correlation-Id"] is None


def test_a_deprecated_operation_says_so_and_no_other_does(canonical: Any) -> None:
    old, new = (read(canonical, f"/v{n}/contacts") for n in (1, 2))
    assert old["Deprecation"] == "@1788220800"
    assert old["Sunset"] == "Sat, 01 Dec 2035 00:00:00 GMT"
    assert old["Link"] == '</v2/contacts>; rel="successor-version"'
    assert [new[name] for name in ("Deprecation", "Sunset", "Link")] == [None] * 3


@pytest.mark.parametrize("word", ["Bearer", "bearer", "BEARER"])
def test_a_scheme_is_told_without_case(canonical: Any, word: str) -> None:
    headers = [("Authorization", f"{word} {canonical.admin.token}")]
    assert canonical.send("GET", "/v2/account", headers=headers).status == 200


@pytest.mark.parametrize("template", ["Token {}", "{}", "Bearer", "Bearer {}x", "Bearer x {}"])
def test_anything_else_in_its_place_is_a_bad_credential(canonical: Any, template: str) -> None:
    headers = [("Authorization", template.format(canonical.admin.token))]
    answer = canonical.send("GET", "/v2/account", headers=headers)
    assert answer.status == 401
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_two_credentials_are_refused_as_the_policy_says(canonical: Any) -> None:
    headers = [("Authorization", f"Bearer {canonical.admin.token}")] * 2
    assert canonical.send("GET", "/v2/account", headers=headers).status == 400


def test_a_refusal_for_want_of_a_scope_names_it(canonical: Any) -> None:
    minted = canonical.control("POST", "/identities", {"scopes": []}).json["token"]
    answer = canonical.send("GET", "/v2/account", token=minted)
    assert answer["WWW-Authenticate"].startswith("Bearer ")
    assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]
    assert 'scope="account:read"' in answer["WWW-Authenticate"]
