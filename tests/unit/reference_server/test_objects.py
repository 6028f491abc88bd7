"""Objects that change state, come in many, or are there from the start."""

from __future__ import annotations

from typing import Any

import pytest


def send(driver: Any, method: str, path: str, value: Any = None) -> Any:
    return driver.send(method, path, token=driver.admin.token, value=value)


def imported(driver: Any, text: str) -> Any:
    headers = [("Content-Type", "text/csv")]
    return driver.send(
        "POST",
        "/v2/imports/contacts",
        token=driver.admin.token,
        headers=headers,
        body=text.encode(),
    )


def test_an_action_changes_what_its_example_shows_and_keeps_the_rest(canonical: Any) -> None:
    path = f"/v2/conversations/{canonical.create('startConversation')}"
    before = send(canonical, "GET", path).json
    closed = send(canonical, "POST", f"{path}/close").json
    assert closed == {**before, "status": "closed"}
    assert send(canonical, "GET", path).json == closed


def test_an_action_takes_the_members_that_the_request_names(canonical: Any) -> None:
    path = f"/v2/conversations/{canonical.create('startConversation')}"
    user = send(canonical, "GET", "/v2/users").json["data"][1]["id"]
    assigned = send(canonical, "POST", f"{path}/assign", {"assignee_id": user})
    assert assigned.json["assignee_id"] == user
    assert send(canonical, "GET", path).json["assignee_id"] == user


def test_an_action_on_what_there_is_not_has_no_effect(canonical: Any) -> None:
    before = canonical.effects()
    assert send(canonical, "POST", "/v2/campaigns/cmp_none/send").status == 404
    assert canonical.effects() == before


def test_nobody_is_assigned_who_is_of_another_tenant(canonical: Any) -> None:
    path = f"/v2/conversations/{canonical.create('startConversation')}"
    theirs = canonical.server.store.all("listUsers", "b")[0].id
    assert send(canonical, "POST", f"{path}/assign", {"assignee_id": theirs}).status == 422


def test_what_nobody_creates_is_there_from_the_start_for_each_tenant(canonical: Any) -> None:
    tokens = [canonical.identity(name).token for name in ("admin", "other")]
    ours, theirs = (
        {one["id"] for one in canonical.send("GET", "/v2/users", token=token).json["data"]}
        for token in tokens
    )
    assert len(ours) == len(theirs) == 2
    assert not ours & theirs


def test_an_import_creates_a_contact_for_each_line(canonical: Any) -> None:
    answer = imported(canonical, "email,first_name\r\na@example.com,Ann\r\nb@example.com,\r\n")
    assert answer.status == 200
    first, second = answer.json["data"]
    assert (first["email"], first["first_name"]) == ("a@example.com", "Ann")
    assert "first_name" not in second
    assert send(canonical, "GET", f"/v2/contacts/{second['id']}").json == second


def test_an_import_changes_the_contact_whose_address_is_known(canonical: Any) -> None:
    known = imported(canonical, "email,last_name\r\na@example.com,Lee\r\n").json["data"][0]
    again = imported(canonical, "email,first_name\r\na@example.com,Ann\r\n").json["data"][0]
    assert again == {**known, "first_name": "Ann"}


@pytest.mark.parametrize(
    "text",
    [
        "email\r\n",
        "first_name\r\nAnn\r\n",
        "email\r\nno address\r\n",
        "email,height\r\na@example.com,180\r\n",
        "email\r\na@example.com,and more\r\n",
        "email\r\na@example.com\r\nno address\r\n",
    ],
)
def test_an_import_with_a_bad_line_creates_nothing(canonical: Any, text: str) -> None:
    before = canonical.effects()
    assert imported(canonical, text).status == 422
    assert canonical.effects() == before
    assert send(canonical, "GET", "/v2/contacts").json["data"] == []


def test_events_are_counted(canonical: Any) -> None:
    event = {"name": "x", "contact_id": "c", "occurred_at": "2026-11-02T09:36:00Z"}
    answer = send(canonical, "POST", "/v2/events/bulk", {"events": [event] * 7})
    assert (answer.status, answer.json) == (202, {"accepted": 7})


def test_events_sent_at_once_count_one_each_or_none_of_them(canonical: Any) -> None:
    event = {"name": "x", "contact_id": "c", "occurred_at": "2026-11-02T09:36:00Z"}

    def record(count: int) -> tuple[int, str | None]:
        answer = send(canonical, "POST", "/v2/events/bulk", {"events": [event] * count})
        return answer.status, answer["X-RateLimit-Remaining"]

    assert record(10) == (202, "5")
    assert record(2) == (202, "3")
    assert record(4) == (429, "0")
    assert record(3) == (202, "0")
