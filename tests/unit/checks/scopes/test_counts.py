from __future__ import annotations

import json
from typing import Any

import pytest

from apicheck.checks.scopes._counts import find_excess
from apicheck.model.exchange import Exchange, Request, Response, Role


def listing(body: Any, *headers: tuple[str, str], status: int = 200) -> Exchange:
    response = Response(status, headers, json.dumps(body).encode())
    return Exchange("e1", Request("GET", "/things"), response, None, 0.0, 0.1, Role.TABLE)


LONGER = listing({"items": [{"id": number} for number in range(3)]})


@pytest.mark.parametrize(
    ("rest", "headers", "excess"),
    [
        ({"total": 7}, (), "total: 7 beside 1"),
        ({"meta": {"totalCount": 7}}, (), "totalCount: 7 beside 1"),
        ({"pagination": {"total_pages": 2}}, (), "total_pages: 2, where 1 fill no page"),
        ({}, (("X-Total-Count", "7"),), "X-Total-Count: 7 beside 1"),
        ({}, (("Content-Range", "items 0-0/7"),), "Total: 7 beside 1"),
        ({"total": 1, "meta": {"last_page": 1, "per_page": 20}}, (("Content-Length", "99"),), ""),
        ({"cart": {"total": 300}, "version": 3, "total": True}, (), ""),
        ({}, (("X-Total-Count", "²"), ("Content-Range", "items 0-0/*")), ""),
    ],
)
def test_a_number_beyond_what_a_short_list_shows_is_an_excess(
    rest: Any, headers: tuple[tuple[str, str], ...], excess: str
) -> None:
    assert find_excess(listing({"items": [{"id": 1}], **rest}, *headers), LONGER) == excess


@pytest.mark.parametrize(
    "page",
    [
        listing({"items": [{"id": number} for number in range(3)], "total": 9}),
        listing({"error": "no", "total": 9}, status=403),
        listing([{"id": 1}]),
    ],
)
def test_a_list_that_may_go_on_or_has_no_number_tells_nothing(page: Exchange) -> None:
    assert find_excess(page, LONGER) == ""
