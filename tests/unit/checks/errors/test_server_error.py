from collections.abc import Callable
from typing import Any

import pytest

from apicheck.authoring import Case, Failure, Inconclusive, alter
from apicheck.checks.errors._odd_values import MEMBERS, TEXTS
from apicheck.model.exchange import Request, Response
from apicheck.requests.alter import Part

CHECK = "errors/server-error"


@pytest.fixture
def breaks_on(server: Any) -> Callable[[bytes], None]:
    """Make the server fail on a text in a body; it refuses a body that is not an object."""
    honest = server.answer

    def arm(text: bytes) -> None:
        def answer(request: Request) -> Response:
            if text and text in (request.body or b""):
                return Response(500)
            try:
                refused_or_served: Response = honest(request)
            except (TypeError, ValueError):
                return Response(400)
            return refused_or_served

        server.answer = answer

    return arm


def test_each_classic_is_offered_in_one_part_of_the_body_and_in_every_part_when_thorough(
    bench: Callable[..., Any],
) -> None:
    cases = bench(CHECK, operation="createContact").cases()
    assert len(cases) == len(MEMBERS)
    assert {name.rpartition(" in ")[0] for name in cases} == set(MEMBERS)
    parts = {one.case.value["name"] for one in cases.values()}
    assert len(parts) > 1
    thorough = bench(CHECK, operation="createContact", thorough=True).cases()
    assert {name.rpartition(" in ")[0] for name in thorough} == set(MEMBERS)
    assert len(thorough) == len(MEMBERS) * len(parts)


def test_operations_share_the_classics_of_a_place(bench: Callable[..., Any]) -> None:
    shared = [
        {one.case.spread for one in bench(CHECK, operation=operation).cases().values()}
        for operation in ("createContact", "updateContact")
    ]
    assert {name for name in shared[0] if name.endswith("in the body")} <= shared[1]
    assert {f"{name} in the body" for name in MEMBERS} <= shared[0]


def test_an_operation_that_consumes_objects_or_has_a_low_limit_gets_fewer_requests(
    bench: Callable[..., Any],
) -> None:
    limits = {"rate_limits": {"buckets": {"few": {"limit": 5, "ops": "createContact"}}}}
    asked = len(bench(CHECK, operation="createContact").cases())
    assert len(bench(CHECK, operation="createContact", facts=limits).cases()) < asked
    assert len(bench(CHECK, operation="deleteContact").cases()) < asked


def test_requests_with_an_odd_path_share_the_object_that_they_do_not_name(
    bench: Callable[..., Any], server: Any
) -> None:
    one = bench(CHECK, operation="deleteContact", thorough=True)
    rows = one.cases()
    assert len(rows) > 2
    assert set(one.judgements().values()) == {None}
    created = [sent for sent in server.requests if sent.method == "POST"]
    assert len(created) == 2, "one for the control, which deletes it, and one for all rows"


def test_an_unknown_object_is_asked_for_once_and_its_place_is_not_made_anew(
    bench: Callable[..., Any], server: Any
) -> None:
    facts = {"authorization": {"absent": 404}}
    one = bench("errors/unknown-object", facts=facts, operation="deleteContact")
    assert one.judgements() == {"contactId": None}
    methods = [sent.method for sent in server.requests]
    assert (methods.count("DELETE"), methods.count("POST")) == (2, 2)


def test_every_case_can_be_sent_and_an_honest_server_passes_all_of_them(
    bench: Callable[..., Any], breaks_on: Callable[[bytes], None]
) -> None:
    breaks_on(b"")
    for operation in ("getContact", "createContact"):
        one = bench(CHECK, operation=operation, thorough=True)
        assert set(one.judgements().values()) == {None}
        for bound in one.cases().values():
            value = bound.case.value
            part = Part(value["place"], value["name"])
            assert "raw" in value or alter.part_accepts(part, value["value"])


def test_each_place_gets_the_classics_that_fit_it(bench: Callable[..., Any]) -> None:
    rows = bench(CHECK, operation="getContact", thorough=True).cases()
    assert {name.rpartition(" in ")[0] for name in rows} == set(TEXTS)


def test_a_server_that_fails_on_one_value_is_found_in_every_member_that_takes_it(
    bench: Callable[..., Any], breaks_on: Callable[[bytes], None]
) -> None:
    breaks_on(b"\\u0000")
    one = bench(CHECK, operation="createContact", thorough=True)
    found = {name for name, judged in one.judgements().items() if isinstance(judged, Failure)}
    assert found == {name for name in one.cases() if name.startswith("a NUL in body")}


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        {"place": "body"},
        {"place": "body", "name": "/name"},
        {"place": "body", "name": "/nowhere", "value": 1},
        {"place": "path", "name": "contactId", "value": ""},
        {"name": "", "value": 1},
    ],
)
def test_a_value_that_shrinking_left_incomplete_is_not_sent(
    bench: Callable[..., Any], value: Any
) -> None:
    one = bench(CHECK, operation="createContact")
    bound = one.subject.with_case(Case("shrunk", value, drawn=True))
    judgement, transcript = one.judged(bound)
    assert isinstance(judgement, Inconclusive)
    assert transcript.exercised == ()
