"""What the confirmations of a failure leave of it."""

from __future__ import annotations

import pytest

from apicheck.judge.confirmation import find_doubt
from apicheck.model.exchange import (
    SIDE_BY_SIDE,
    Exchange,
    Observation,
    Request,
    Response,
    Role,
    Transcript,
)
from apicheck.model.verdict import Confirm, Failure, NotTested, NotTestedKind

NO_CONTROL = NotTested(NotTestedKind.NEEDS_REQUEST, "the connection was closed")


@pytest.mark.parametrize("beside", [True, False])
def test_a_5xx_under_load_that_cannot_be_tried_again_is_not_upheld_by_those_of_others(
    beside: bool,
) -> None:
    seen = (Observation(SIDE_BY_SIDE, "", "4"),) if beside else ()
    request = Request("GET", "/things", operation="listThings")
    failed = Exchange("e1", request, Response(500), None, 0, 0.1, Role.TABLE, seen)
    failure = Failure("server-error", "path", "below 500", "500", exchange="e1")
    later = Transcript("p", (), attempt=1)
    doubt = find_doubt(Confirm.REPEAT, Transcript("p", (failed,)), failure, [later], [NO_CONTROL])
    assert doubt is not None
    assert doubt.hides == (None if beside else failure)
