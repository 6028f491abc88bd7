import json
from collections.abc import Callable
from typing import Any

import pytest

from apicheck.authoring import Exchange, Failure, Inconclusive, Request, Response, Role, listing
from apicheck.authoring.listing import Need
from apicheck.checks.scopes._listing import read_made, shows

FACTS = {"authorization": {"foreign": {"tenant": 404}}}
CURSOR = {"name": "cursor", "in": "query", "schema": {"type": "string"}}
LIMIT = {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 2}}
PAGED = {"paths": {"/contacts": {"get": {"parameters": [LIMIT, CURSOR]}}}}
CASE = "what another tenant made"


def lists(server: Any, *, way: str, of_all: bool = False) -> Callable[[Request], Response]:
    """The server's response, with a list in pages of two and a way from one to the next."""

    def answer(request: Request) -> Response:
        honest = type(server).answer(server, request)
        if request.method != "GET" or request.path != "/contacts":
            return honest
        items = [o for o in server.objects.values() if of_all or o["tenant"] == "a"]
        start = int(dict(request.query).get("cursor", "0"))
        page, more = items[start : start + 2], start + 2 < len(items)
        body: dict[str, Any] = {"data": page}
        headers = []
        if more and way == "cursor":
            body["next_cursor"] = str(start + 2)
        if more and way == "url":
            body["next"] = f"https://api.example.com/contacts?cursor={start + 2}"
        if more and way == "link":
            headers.append(("Link", f'</contacts?cursor={start + 2}>; rel="next"'))
        return Response(200, tuple(headers), json.dumps(body).encode())

    return answer


@pytest.mark.parametrize("way", ["cursor", "url", "link"])
def test_a_list_is_read_to_our_own_new_object_however_the_next_page_is_named(
    bench: Callable[..., Any], server: Any, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    for number in range(7):
        server.objects[f"old{number}"] = {"id": f"old{number}", "tenant": "a"}
    monkeypatch.setattr(server, "answer", lists(server, way=way), raising=False)
    made = bench("scopes/foreign-in-list", facts=FACTS, operation="listContacts", spec=PAGED)
    judgement, transcript = made.judged(made.cases()[CASE])
    assert judgement is None
    assert len(transcript.exercised) == 4


@pytest.mark.parametrize("way", ["cursor", "url", "link"])
def test_an_object_of_another_tenant_is_found_on_every_page(
    bench: Callable[..., Any], server: Any, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    for number in range(5):
        server.objects[f"old{number}"] = {"id": f"old{number}", "tenant": "a"}
    monkeypatch.setattr(server, "answer", lists(server, way=way, of_all=True), raising=False)
    made = bench("scopes/foreign-in-list", facts=FACTS, operation="listContacts", spec=PAGED)
    judgement, _ = made.judged(made.cases()[CASE])
    assert isinstance(judgement, Failure)


def test_a_list_without_a_way_to_the_next_page_is_inconclusive(
    bench: Callable[..., Any], server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        server.objects[f"old{number}"] = {"id": f"old{number}", "tenant": "a"}
    monkeypatch.setattr(server, "answer", lists(server, way="none"), raising=False)
    made = bench("scopes/foreign-in-list", facts=FACTS, operation="listContacts", spec=PAGED)
    judgement, _ = made.judged(made.cases()[CASE])
    assert isinstance(judgement, Inconclusive)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"data": [{"id": 7, "owner": {"id": "u1"}}]}', {"7", "u1"}),
        (b"[]", set()),
        (b"<html>", set()),
        (b'{"id": [1, 2]}', set()),
    ],
)
def test_ids_are_found_at_every_depth_of_a_response(body: bytes, found: set[str]) -> None:
    page = Exchange("e1", Request("GET", "/"), Response(200, body=body), None, 0, 1, Role.TABLE)
    assert listing.values_of(page, "id") == found


def received(body: str) -> Exchange:
    return Exchange(
        "e1", Request("GET", "/"), Response(200, body=body.encode()), None, 0, 1, Role.TABLE
    )


@pytest.mark.parametrize(
    ("listed", "made", "found"),
    [
        ('[{"id": 7, "name": "Ada"}]', '{"id": 7, "name": "Ada"}', True),
        ('[{"id": 7, "name": "Ada"}]', '{"id": 7, "name": "Grace"}', False),
        ('[{"id": 8, "owner": {"id": 7}}]', '{"id": 7, "name": "Ada"}', False),
        ('[{"id": "a1b2c3d4e5", "seen": 2}]', '{"id": "a1b2c3d4e5", "seen": 1}', True),
        ("[]", '{"id": 7}', False),
        ("[]", "<html>", False),
    ],
)
def test_an_object_is_known_by_its_id_and_one_with_a_counted_id_by_its_other_values_too(
    bench: Callable[..., Any], listed: str, made: str, found: bool
) -> None:
    need = Need("path", "contactId", "createContact", "/id")
    context = bench("scopes/foreign-in-list", facts=FACTS, operation="listContacts").subject.context
    known = read_made(context, received(made), need)
    assert (known is not None and shows(received(listed), known)) is found
