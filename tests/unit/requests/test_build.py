import json
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest

from apicheck.authoring import (
    UNIQUE,
    Exchange,
    Identity,
    Inconclusive,
    NotTested,
    NotTestedKind,
    Recipe,
    Request,
    Response,
    Role,
    Send,
    Subject,
    build,
    credentials,
)
from apicheck.model.step import EndOfScript, Learn, Recall, Wait
from apicheck.model.subject import Need
from apicheck.model.target import Mode
from apicheck.pages.setting import subject_of
from apicheck.registry import collect
from apicheck.requests.from_recipe import build_request
from apicheck.requests.values import read_value

CHECK = collect(entry_points=False)["auth/missing-credentials"]
ADMIN = Identity("admin", "$APICHECK_ADMIN_TOKEN", tenant="a")


def subject(operation: str, **setting: Any) -> Subject:
    return subject_of(CHECK, {"operation": operation, **setting})


def answered(script: Generator[Any, Any, Any], *responses: Response) -> tuple[Any, list[Send]]:
    """What a script returns when its steps are answered so, and the steps."""
    steps: list[Send] = []
    left = list(responses)
    came: object = None
    try:
        while True:
            step = script.send(came)
            if isinstance(step, Learn | Recall | Wait):
                came = None
                continue
            steps.append(step)
            came = Exchange("e", step.request, left.pop(0), None, 0, 1, step.role)
    except StopIteration as end:
        return end.value, steps


def reason(script: Generator[Any, Any, Any], *responses: Response) -> NotTested:
    with pytest.raises(EndOfScript) as ended:
        answered(script, *responses)
    assert isinstance(ended.value.why, NotTested)
    return ended.value.why


CREATED = Response(201, body=b'{"id": "c 1/2"}')
FINE = Response(200)


def test_what_the_path_names_is_created_first_and_encoded_once() -> None:
    request, steps = answered(build.valid_request(subject("getContact")), CREATED)
    assert [step.role for step in steps] == [Role.SETUP]
    assert request.path == "/contacts/c%201%2F2"


def test_what_the_creating_request_named_itself_is_read_off_its_path() -> None:
    need = Need("path", "contactId", "updateContact", "", parameter="contactId")
    created = Exchange("e", Request("PATCH", "/contacts/c%201"), FINE, None, 0, 1, Role.SETUP)
    assert read_value(subject("getContact").context, created, need) == "c 1"


def test_objects_are_shared_except_by_what_uses_them_up() -> None:
    for operation, share in (
        ("getContact", "create createContact as admin"),
        ("deleteContact", ""),
    ):
        _, steps = answered(build.valid_request(subject(operation)), CREATED)
        assert steps[0].share == share


def test_a_control_that_uses_its_object_up_is_made_once_with_it() -> None:
    _, steps = answered(build.send_control(subject("deleteContact")), CREATED, Response(204))
    assert [step.share for step in steps] == [
        "create createContact as admin for the control of deleteContact",
        "control deleteContact as admin",
    ]


@pytest.mark.parametrize("operation", ["getContact", "deleteContact"])
def test_a_request_as_a_control_is_the_one_that_other_scripts_send_as_their_control(
    operation: str,
) -> None:
    bound = subject(operation)
    other = bound.context.identities["other"]
    _, control = answered(build.send_control(bound, identity=other), CREATED, FINE)
    _, tried = answered(build.send_as_control(bound, other), CREATED, FINE)
    assert [step.share for step in tried] == [step.share for step in control]
    assert [step.request for step in tried] == [step.request for step in control]
    assert (control[-1].role, tried[-1].role) == (Role.CONTROL, Role.TABLE)


def test_a_request_as_a_control_may_be_refused() -> None:
    bound = subject("createContact")
    exchange, steps = answered(build.send_as_control(bound, ADMIN), Response(403))
    assert (exchange.status, len(steps)) == (403, 1)


def test_an_object_of_another_owner_is_created_by_that_owner() -> None:
    bound = subject("getContact")
    other = bound.context.identities["other"]
    request, steps = answered(build.valid_request(bound, owner=other), CREATED)
    assert steps[0].request.identity == "other"
    assert request.identity == "admin"


def test_who_may_not_create_has_it_created_by_somebody_of_the_same_tenant() -> None:
    bound = subject("getContact")
    reader = Identity("reader", "$APICHECK_READER_TOKEN", scopes=("contacts:read",), tenant="b")
    request, steps = answered(build.valid_request(bound, identity=reader), CREATED)
    assert steps[0].request.identity == "other"
    assert request.identity == "reader"


def test_a_control_that_is_refused_ends_the_script_in_the_servers_own_words() -> None:
    refused = Response(422, body=b'{"detail": "owner_id unknown"}')
    why = reason(build.send_control(subject("createContact")), refused, refused)
    assert why.kind is NotTestedKind.NEEDS_REQUEST
    assert "POST /contacts (422: " in why.reason
    assert "owner_id unknown" in why.reason


def test_an_answer_without_the_id_says_which_pointer_was_empty() -> None:
    nothing = Response(200, body=b"[]")
    why = reason(build.valid_request(subject("getContact")), Response(201, body=b"{}"), nothing)
    assert "createContact has no value at /id" in why.reason


@pytest.mark.parametrize("mode", [Mode.READ_ONLY, Mode.REFUSALS])
def test_below_full_mode_nothing_is_created_and_unsafe_controls_are_left_out(mode: Mode) -> None:
    def bound(operation: str) -> Subject:
        made = subject(operation)
        return replace(made, context=replace(made.context, mode=mode))

    assert reason(build.valid_request(bound("deleteContact"))).kind is NotTestedKind.READ_ONLY
    assert answered(build.send_control(bound("createContact"))) == (None, [])


def test_a_path_parameter_that_nobody_knows_is_asked_for() -> None:
    bound = subject("getContact")
    with pytest.raises(EndOfScript) as ended:
        build_request(bound.context, Recipe("getContact"), ADMIN, {})
    assert "contactId" in ended.value.why.reason


def built_as(recipe: Recipe, **values: str) -> Request:
    needs = {Need("body", f"/{name}", "x", "/id"): value for name, value in values.items()}
    return build_request(subject("createContact").context, recipe, ADMIN, needs)


def test_a_json_body_keeps_placeholders_and_takes_linked_values() -> None:
    recipe = Recipe("createContact", body={"a": UNIQUE}, media_type="application/json")
    request = built_as(recipe, **{"to/id": "c1"})
    assert json.loads(request.body or b"") == {"a": UNIQUE, "to": {"id": "c1"}}
    assert ("Content-Type", "application/json") in request.headers


def test_a_form_body_is_encoded_with_its_placeholders_standing() -> None:
    media = "application/x-www-form-urlencoded"
    recipe = Recipe(
        "createContact", body={"a b": "$APICHECK_X_TOKEN[:-1]", "c": "&"}, media_type=media
    )
    assert built_as(recipe).body == b"a%20b=$APICHECK_X_TOKEN[:-1]&c=%26"


def test_a_body_that_is_text_is_sent_as_it_is() -> None:
    recipe = Recipe("createContact", body="a,b\n", media_type="text/csv")
    assert built_as(recipe).body == b"a,b\n"


def test_a_public_operation_is_sent_without_credentials() -> None:
    request, _ = answered(build.valid_request(subject("getStatus")))
    assert (request.credentials, request.identity) == ((), "")


def test_a_key_is_put_where_its_scheme_says_behind_the_policys_prefix() -> None:
    scheme = {"type": "apiKey", "in": "query", "name": "key", "flows": None}
    bound = subject(
        "listContacts",
        facts={"authentication": {"prefix": "Key "}},
        spec={"components": {"securitySchemes": {"bearer": scheme}}},
    )
    (credential,) = credentials.credentials_of(bound.context, "listContacts", ADMIN)
    assert (credential.place, credential.name) == ("query", "key")
    assert credential.value == "Key $APICHECK_ADMIN_TOKEN"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_control_that_hits_a_limit_or_breaks_the_target_needs_no_other_values(
    status: int,
) -> None:
    with pytest.raises(EndOfScript) as ended:
        answered(build.send_control(subject("createContact")), *[Response(status)] * 2)
    assert isinstance(ended.value.why, Inconclusive)
    assert str(status) in ended.value.why.reason


def test_a_request_is_built_anew_where_anything_differs_that_it_is_built_from() -> None:
    context = subject("getContact").context
    need, recipe = Need("path", "contactId", "createContact", "/id"), Recipe("getContact")

    def build_with(value: str, who: Identity = ADMIN) -> Request:
        return build_request(context, recipe, who, {need: value})

    first = build_with("c1")
    assert build_with("c1") is first
    assert [build_with("c2").path, build_with("c1").path] == ["/contacts/c2", "/contacts/c1"]
    other = replace(ADMIN, placeholder="$APICHECK_OTHER_TOKEN")
    assert build_with("c1", other).credentials != first.credentials
