"""Lists that are read page by page, on servers that page as others do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from apicheck.authoring import Failure, Inconclusive, NotApplicable
from apicheck.model.exchange import Request, Response

PARAMETERS = [
    {"name": "page", "in": "query", "schema": {"type": "integer"}},
    {"name": "offset", "in": "query", "schema": {"type": "integer"}},
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 5}},
]
LIST = {"paths": {"/contacts": {"get": {"parameters": PARAMETERS}}}}
IN_TURN, TO_THE_END = "one after the other", "to the end"


@dataclass
class Paged:
    """A list of numbered objects. shift: how far a later page begins before its place."""

    server: Any
    count: int = 3
    shift: int = 0
    grows: bool = False
    style: str = "page"
    always_next: bool = False
    from_0: bool = False
    beyond: int = 200

    def answer(self, request: Request) -> Response:
        if request.method == "POST":
            self.count += 1
            return Response(201, body=json.dumps({"id": str(self.count)}).encode())
        query = dict(request.query)
        size = int(query.get("limit", 2))
        if self.style == "offset":
            start = int(query.get("offset", 0))
        else:
            first_page = 0 if self.from_0 else 1
            start = (int(query.get("page", first_page)) - first_page) * size
            if start >= self.count and self.beyond != 200:
                return Response(self.beyond, body=b'{"errors": ["none"]}')
        first = 0
        if self.grows:
            self.count += 1
            first = -self.count
        start -= self.shift if start else 0
        ids = range(first, first + self.count)[start : start + size]
        body: dict[str, Any] = {"errors": [], "data": [{"id": str(i)} for i in ids]}
        if self.style == "link" and (start + size < self.count or self.always_next):
            page = int(query.get("page", 1)) + 1
            body["links"] = {"next": f"http://api.test/contacts?limit={size}&page={page}"}
        return Response(200, (("Content-Type", "application/json"),), json.dumps(body).encode())


@pytest.fixture
def judge(bench: Callable[..., Any], server: Any) -> Callable[..., Any]:
    def of(paging: dict[str, Any], row: str = IN_TURN, **flaws: Any) -> Any:
        server.answer = Paged(server, **flaws).answer
        setting = {"operation": "listContacts", "spec": LIST}
        made = bench("formats/pages", facts={"formats": {"paging": paging}}, **setting)
        return made.judged(made.cases()[row])[0]

    return of


@pytest.mark.parametrize("style", ["page", "offset"])
def test_pages_by_number_join_without_links(judge: Callable[..., Any], style: str) -> None:
    assert judge({"style": style}, style=style) is None
    assert judge({"style": style}, TO_THE_END, style=style) is None


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_beyond_the_last_may_be_refused_with_404(
    judge: Callable[..., Any], count: int
) -> None:
    for row in (IN_TURN, TO_THE_END):
        assert judge({"style": "page"}, row, count=count, beyond=404) is None


def test_pages_may_be_counted_from_0_where_the_document_says_so(
    bench: Callable[..., Any], server: Any
) -> None:
    server.answer = Paged(server, from_0=True).answer
    numbered = [{"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 0}}]
    spec = {"paths": {"/contacts": {"get": {"parameters": [*numbered, *PARAMETERS[2:]]}}}}
    facts = {"formats": {"paging": {"style": "page"}}}
    made = bench("formats/pages", facts=facts, operation="listContacts", spec=spec)
    assert set(made.judgements().values()) == {None}


@pytest.mark.parametrize("style", ["page", "offset"])
def test_an_overlap_is_found_without_links(judge: Callable[..., Any], style: str) -> None:
    found = judge({"style": style}, style=style, shift=1)
    assert isinstance(found, Failure)
    assert (found.outcome, found.detail) == ("differs", "repeats")


def test_links_in_the_body_are_followed(judge: Callable[..., Any]) -> None:
    assert judge({"style": "page", "links": "/links"}, style="link") is None


def test_a_list_that_grows_at_its_beginning_is_no_failure(judge: Callable[..., Any]) -> None:
    assert isinstance(judge({"style": "page"}, grows=True), Inconclusive)


def test_a_list_without_objects_first_gets_some(judge: Callable[..., Any]) -> None:
    assert judge({"style": "page"}, count=0) is None


def test_a_list_whose_links_are_missing_ends_early(judge: Callable[..., Any]) -> None:
    found = judge({"style": "page", "links": "/links"}, style="page")
    assert isinstance(found, Failure)
    assert found.outcome == "ends-early"


def test_a_list_that_leads_on_for_ever_is_found(judge: Callable[..., Any]) -> None:
    found = judge({"links": "/links"}, TO_THE_END, style="link", always_next=True)
    assert isinstance(found, Failure)
    assert found.outcome == "never-ends"


def test_an_operation_without_a_size_is_passed_over(bench: Callable[..., Any]) -> None:
    facts = {"formats": {"paging": {"style": "page"}}}
    made = bench("formats/pages", facts=facts, operation="listContacts")
    assert isinstance(made.check.applies(made.subject), NotApplicable)
