"""Each fault of what answers say shows in a conversation of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from reference_server.faults import Catalogue

FAMILIES = ("behaviour/", "conformance/", "headers/")
MINE = [name for name in Catalogue().faults if name.startswith(FAMILIES)]
APP, ADMIN, STRANGER = (
    "https://app.example.com",
    "https://admin.example.com",
    "https://app.example.com.apicheck.invalid",
)
_RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=_)c?[0-9a-f]{8}x?|\d{9,}")


def seen(driver: Any) -> list[Any]:
    """A conversation, without what is random."""
    known: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        """Which of the random texts it is: the first, the second, the first again."""
        return known.setdefault(match[0], f"<{len(known)}>")

    answers = []

    def ask(*arguments: Any, **more: Any) -> Any:
        answer = driver.send(*arguments, token=driver.admin.token, **more)
        fields = tuple((n, re.sub(r"\d\d:\d\d:\d\d", "…", v)) for n, v in answer.fields)
        if "Date" in dict(answer.fields):
            hour = re.search(r"T?(\d\d):\d\d:\d\d", str(answer["Date"]))
            fields += (("hour", hour[1] if hour else ""),)
        text = f"{answer.status}\n{fields}\n{answer.content.decode()}"
        answers.append(_RANDOM.sub(numbered, text))
        return answer

    ask(
        "GET",
        "/v2/users",
        headers=[("X-Forwarded-Proto", "https"), ("X-Correlation-Id", "mine-1234")],
    )
    for origin in (APP, ADMIN, STRANGER, "null"):
        ask("GET", "/v2/account", headers=[("Origin", origin), ("X-Forwarded-Proto", "https")])
        asked = [("Access-Control-Request-Method", "GET")]
        asked.append(("Access-Control-Request-Headers", "authorization"))
        ask("OPTIONS", "/v2/account", headers=[("Origin", origin), *asked])
    ask("GET", "/v2/nothing", headers=[("X-Forwarded-Proto", "https")])
    ask("GET", "/v2/exports/contacts")
    ask("GET", "/v2/analytics/overview")
    contact = ask("POST", "/v2/contacts", value={"email": "ada@example.com"}).json["id"]
    note = ask("POST", f"/v2/contacts/{contact}/notes", value={"text": "First."}).json["id"]
    ask("GET", f"/v2/contacts/{contact}/notes")
    ask("GET", f"/v2/notes/{note}")
    ask("PATCH", f"/v2/notes/{note}", value={"text": "Second."})
    ask("GET", f"/v2/notes/{note}")
    ask("DELETE", f"/v2/notes/{note}")
    ask("GET", f"/v2/notes/{note}")
    ask("GET", f"/v2/contacts/{contact}/notes")
    return answers


def test_the_same_is_seen_of_two_honest_servers(drive: Callable[[str], Any]) -> None:
    assert seen(drive("canonical")) == seen(drive("canonical"))


@pytest.mark.parametrize("name", MINE)
def test_a_fault_of_answers_shows(drive: Callable[[str], Any], name: str) -> None:
    honest = seen(drive("canonical"))
    driver = drive("canonical")
    driver.control("PUT", "/faults", {"on": [name]})
    assert seen(driver) != honest
