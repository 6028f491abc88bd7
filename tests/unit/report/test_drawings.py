"""What the page draws of a run: scopes, webhook deliveries, latency."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apicheck.model.exchange import (
    Direction,
    Exchange,
    Observation,
    Request,
    Response,
    Role,
    Transcript,
)
from apicheck.model.results import Results, ScopeUse
from apicheck.report import render, scopes
from apicheck.report.deliveries import view_deliveries
from apicheck.report.latency import view_latencies
from apicheck.report.scopes import judge_use, view_scopes


@pytest.mark.parametrize(
    ("lacking", "holding", "state"),
    [
        ((403,), (200,), scopes.ENFORCED),
        ((403,), (), scopes.ENFORCED),
        ((200, 403), (200,), scopes.OPEN),
        ((403,), (403,), scopes.SHUT),
        ((), (200,), scopes.UNTRIED),
        ((), (), scopes.UNTRIED),
    ],
)
def test_statuses_show_whether_a_scope_is_enforced(
    lacking: tuple[int, ...], holding: tuple[int, ...], state: str
) -> None:
    assert judge_use(ScopeUse("a", "s", lacking, holding)) == state
    assert set(scopes.MARKS) == set(scopes.TONES) == set(scopes.WORDS)


def test_each_scope_of_an_operation_has_a_place(results: Results) -> None:
    uses = (ScopeUse("one", "write"), ScopeUse("one", "read"), ScopeUse("two", "read", (403,)))
    matrix = view_scopes(replace(results, scopes=uses))
    assert matrix is not None
    assert [label.text for label in matrix.scopes] == ["read", "write"]
    assert len({(cell.x, cell.y) for cell in matrix.cells}) == 3
    assert matrix.counts == ((scopes.ENFORCED, 1), (scopes.UNTRIED, 2))
    assert matrix.undrawn == 0


def test_of_many_scopes_some_are_in_the_table_alone(results: Results) -> None:
    uses = tuple(ScopeUse(f"op{n}", f"s{n}") for n in range(200))
    matrix = view_scopes(replace(results, scopes=uses))
    assert matrix is not None
    assert len(matrix.operations) == scopes.MOST_OPERATIONS
    assert matrix.undrawn == 200 - len(matrix.cells)
    page = render(replace(results, scopes=uses), (), "html").decode()
    assert f"{matrix.undrawn} more are in the table." in page
    assert page.count("<code>s199</code>") == 1


def test_without_scopes_there_is_no_drawing(results: Results) -> None:
    assert view_scopes(results) is None


def delivery(number: int, at: float, status: int = 200, seen: str = "") -> Exchange:
    observed = (Observation("signature", "$S", "invalid"), Observation("signature", "$T", seen))
    return Exchange(
        f"d{number}",
        Request("POST", "/hooks/1"),
        Response(status),
        None,
        at,
        at,
        Role.TABLE,
        observed if seen else (),
        Direction.IN,
    )


def test_deliveries_of_a_probe_stand_on_a_scale_of_their_own() -> None:
    played = (delivery(1, 100.0, 500), delivery(2, 160.0, seen="valid"), delivery(3, 130.0, 503))
    once = Transcript("webhooks/once/api", (delivery(4, 1.0),))
    (lane,) = view_deliveries([Transcript("webhooks/retried/api", played), once])
    assert (lane.probe, lane.seconds) == ("webhooks/retried/api", 60.0)
    assert [(one.at, one.status, one.taken) for one in lane.points] == [
        (0.0, 500, False),
        (30.0, 503, False),
        (60.0, 200, True),
    ]
    assert [one.signature for one in lane.points] == ["", "", "valid"]
    first, middle, last = (one.x for one in lane.points)
    assert middle - first == pytest.approx(last - middle)


def test_deliveries_of_one_moment_are_drawn() -> None:
    (lane,) = view_deliveries([Transcript("p", (delivery(1, 5.0), delivery(2, 5.0)))])
    assert lane.seconds == 0


def response(number: int, milliseconds: float, operation: str = "listContacts") -> Exchange:
    request = Request("GET", "/contacts", operation=operation)
    took = milliseconds / 1000
    return Exchange(f"l{number}", request, Response(200), None, 0, took, Role.TABLE)


def test_latency_is_counted_once_for_each_exchange(results: Results) -> None:
    exchanges = tuple(response(n, n) for n in range(1, 101))
    slow = response(200, 500, "createContact")
    played = [Transcript("p", exchanges), Transcript("q", (*exchanges[:5], slow))]
    found = view_latencies(results, played)
    assert found is not None
    slowest, other = found.rows
    assert (slowest.operation, slowest.count) == ("createContact", 1)
    assert other.count == 100
    assert (other.median, other.high, other.longest) == pytest.approx((50, 95, 100))
    assert [lane.name for lane in found.lanes] == ["createContact", "listContacts"]
    assert found.lanes[0].high > found.lanes[1].high > found.lanes[1].median


def test_what_got_no_response_has_no_latency(results: Results) -> None:
    silent = replace(response(1, 10), response=None)
    assert view_latencies(results, [Transcript("p", (silent, delivery(2, 1.0)))]) is None


def test_hostile_names_are_text_in_every_drawing(results: Results) -> None:
    hostile = "<b>x</b>\u202e"
    operations = (replace(results.operations[0], operation=hostile),)
    changed = replace(results, operations=operations, scopes=(ScopeUse(hostile, hostile),))
    hooks = (delivery(1, 1.0), delivery(2, 2.0, seen=hostile))
    played = [Transcript(hostile, hooks), Transcript("p", (response(1, 5, hostile),))]
    page = render(changed, played, "html").decode()
    assert page.count("<svg") == 3
    assert "<b>" not in page
    assert "\u202e" not in page
