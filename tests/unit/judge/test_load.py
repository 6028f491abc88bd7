"""What came only while requests ran side by side is marked, and tried again alone."""

from __future__ import annotations

from dataclasses import replace

from apicheck.judge.load import mark_load, select_doubtful
from apicheck.model.exchange import (
    ONLY_UNDER_LOAD,
    SIDE_BY_SIDE,
    Direction,
    Exchange,
    Observation,
    Request,
    Response,
    Role,
    Transcript,
)

BESIDE = Observation(SIDE_BY_SIDE, "", "6")
PROVOKED = Observation("provoked", "errors/odd", "500")


def failed(
    name: str, *seen: Observation, status: int = 500, operation: str = "listThings"
) -> Exchange:
    request = Request("GET", "/things", operation=operation)
    return Exchange(name, request, Response(status), None, 0, 0.1, Role.TABLE, seen)


def marked(*exchanges: Exchange) -> list[str]:
    return [one.id for one in mark_load(exchanges) if one.observed(ONLY_UNDER_LOAD)]


def test_a_5xx_that_no_request_alone_got_is_marked() -> None:
    assert marked(failed("e1", BESIDE), failed("e2", BESIDE, operation="other")) == ["e1", "e2"]


def test_a_5xx_that_a_request_alone_got_too_is_not() -> None:
    assert marked(failed("e1", BESIDE), failed("e2")) == []
    assert marked(failed("e1", BESIDE), failed("e2", status=503)) == ["e1"]
    assert marked(failed("e1", BESIDE), failed("e2", operation="other")) == ["e1"]


def accepted(name: str, sent_at: float, operation: str = "listThings") -> Exchange:
    return replace(failed(name, status=200, operation=operation), sent_at=sent_at)


def test_a_503_that_passes_is_marked_also_where_a_request_alone_got_it() -> None:
    before, after, later = accepted("a", 0), accepted("b", 0.2), accepted("c", 0.4)
    busy = failed("e1", status=503)
    assert marked(before, busy, after) == ["e1"]
    assert marked(before, busy, after, failed("e2", BESIDE, status=503), later) == ["e1", "e2"]


def test_a_503_that_does_not_pass_is_not() -> None:
    before, after = accepted("a", 0), accepted("b", 0.2)
    assert marked(before, failed("e1", status=503)) == []
    assert marked(failed("e1", status=503), accepted("a", 0.2, "other")) == []
    assert marked(failed("e1", status=503), failed("e2", status=503), before, after) == []
    assert marked(before, failed("e1", status=500), after) == []


def test_what_the_run_itself_responds_to_a_delivery_says_nothing_of_the_server() -> None:
    delivery = replace(failed("d1", status=503), direction=Direction.IN)
    assert marked(accepted("a", 0), delivery, accepted("b", 0.2)) == []
    ours = replace(failed("d2"), direction=Direction.IN)
    assert marked(failed("e1", BESIDE), ours) == ["e1"]


def test_what_a_check_provokes_says_nothing_of_the_other_requests() -> None:
    assert marked(failed("e1", BESIDE), failed("e2", PROVOKED)) == ["e1"]


def test_a_few_probes_of_each_status_are_tried_again() -> None:
    exchanges = [failed(f"e{n}", BESIDE) for n in range(5)]
    exchanges.append(failed("e5", BESIDE, operation="other"))
    transcripts = [Transcript(f"p{n}", (one,)) for n, one in enumerate(exchanges)]
    chosen = [one.probe for one in select_doubtful(mark_load(exchanges), transcripts)]
    assert chosen == ["p0", "p1", "p5"]


def test_what_a_check_provokes_is_confirmed_as_its_own_failure() -> None:
    one = failed("e1", PROVOKED, BESIDE)
    assert list(select_doubtful(mark_load([one]), [Transcript("p", (one,))])) == []


def test_a_mark_says_how_many_requests_there_were() -> None:
    (one,) = mark_load([replace(failed("e1"), observations=(BESIDE,))])
    assert one.observed(ONLY_UNDER_LOAD)[0].value == "6"
