from collections.abc import Callable
from typing import Any

from apicheck.authoring import Failure, Inconclusive, NotTested

UPDATE = [
    {
        "id": "create",
        "operation": "createContact",
        "send": {"body": {"name": "Ada {apicheck:unique}"}},
    },
    {
        "id": "update",
        "operation": "updateContact",
        "send": {
            "path": {"contactId": "$steps.create.response.body#/id"},
            "body": {"name": "Grace"},
        },
    },
    {
        "id": "read",
        "operation": "getContact",
        "send": {"path": {"contactId": "$steps.create.response.body#/id"}},
        "expect": {
            "status": 200,
            "body": {"name": "Grace", "id": "$steps.create.response.body#/id"},
        },
    },
]


def test_an_honest_server_passes_every_step(bench: Callable[..., Any]) -> None:
    judgement, transcript = bench("behaviour/example", clause={"example": UPDATE}).judged()
    assert judgement is None
    assert [e.request.method for e in transcript.exchanges] == ["POST", "PATCH", "GET"]
    assert b"apicheck" not in (transcript.exchanges[0].request.body or b"")


def test_a_forgotten_update_is_an_unexpected_body(bench: Callable[..., Any], server: Any) -> None:
    server.keeps_updates = False
    judgement, _ = bench("behaviour/example", clause={"example": UPDATE}).judged()
    assert isinstance(judgement, Failure)
    assert (judgement.outcome, judgement.detail) == ("unexpected-body", "read")


def test_after_an_unexpected_status_nothing_more_is_sent(bench: Callable[..., Any]) -> None:
    steps = [{**UPDATE[0], "expect": {"status": 200}}, *UPDATE[1:]]
    judgement, transcript = bench("behaviour/example", clause={"example": steps}).judged()
    assert isinstance(judgement, Failure)
    assert (judgement.outcome, judgement.detail) == ("unexpected-status", "create")
    assert len(transcript.exchanges) == 1


def test_a_step_acts_as_the_identity_it_names(bench: Callable[..., Any]) -> None:
    steps = [
        {"operation": "createContact", "as": "other"},
        {"operation": "listContacts", "as": "nobody", "expect": {"status": [401, 403]}},
    ]
    judgement, transcript = bench("behaviour/example", clause={"example": steps}).judged()
    assert judgement is None
    assert [e.request.identity for e in transcript.exchanges] == ["other", ""]


def test_parts_that_a_step_leaves_out_come_from_the_canonical_request(
    bench: Callable[..., Any],
) -> None:
    steps = [{"operation": "getContact"}]
    judgement, transcript = bench("behaviour/example", clause={"example": steps}).judged()
    assert judgement is None
    assert [e.role.value for e in transcript.exchanges] == ["setup", "table"]


def test_a_path_parameter_that_an_earlier_step_had_keeps_its_value(
    bench: Callable[..., Any],
) -> None:
    steps = [UPDATE[0], UPDATE[1], {"operation": "getContact"}]
    judgement, transcript = bench("behaviour/example", clause={"example": steps}).judged()
    assert judgement is None
    _, update, read = transcript.exchanges
    assert read.request.path == update.request.path


def test_a_step_may_name_the_media_type_of_its_body(bench: Callable[..., Any]) -> None:
    headers = {"content-type": "application/merge-patch+json", "X-Own": "1"}
    steps = [{"operation": "createContact", "send": {"headers": headers}}]
    _, transcript = bench("behaviour/example", clause={"example": steps}).judged()
    sent = transcript.exchanges[-1].request.headers
    assert [value for name, value in sent if name.lower() == "content-type"] == [
        "application/merge-patch+json"
    ]
    assert ("X-Own", "1") in sent


def test_a_value_that_no_response_has_ends_the_script(bench: Callable[..., Any]) -> None:
    steps = [
        UPDATE[0],
        {"operation": "getContact", "send": {"path": {"contactId": "$response.body#/no"}}},
    ]
    judgement, _ = bench("behaviour/example", clause={"example": steps}).judged()
    assert isinstance(judgement, Inconclusive)
    assert "$response.body#/no" in judgement.reason


def test_a_missing_identity_is_named_in_the_remedy(bench: Callable[..., Any]) -> None:
    made = bench(
        "behaviour/example", clause={"example": [{"operation": "listContacts", "as": "bob"}]}
    )
    why = made.check.applies(made.subject)
    assert isinstance(why, NotTested)
    assert "[identities.bob]" in why.remedy
