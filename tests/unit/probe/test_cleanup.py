from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from apicheck.authoring import Request, Role, Script, Subject, build, steps
from apicheck.model.exchange import Credential
from apicheck.model.plan import Plan, Probe
from apicheck.model.target import Identity, Secrets, Target
from apicheck.probe import Session, cleanup

PlanFor = Callable[..., Plan]
ProbeOf = Callable[..., Probe]
OTHER_TOKEN = "oth-9d2b6e4a1f7c8053bb1a"


def creates(_: Subject) -> Script:
    request = yield from build.valid_request(_, "createThing")
    yield from steps.send(request, Role.SETUP)


@pytest.fixture
def two(target: Target) -> Target:
    other = Identity("other", "$APICHECK_OTHER_TOKEN", tenant="b")
    return replace(
        target,
        identities={**target.identities, "other": other},
        secrets=Secrets({**target.secrets.values, "$APICHECK_OTHER_TOKEN": OTHER_TOKEN}),
    )


def test_an_object_that_its_script_deleted_is_not_deleted_again(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    def script(subject: Subject) -> Script:
        request = yield from build.valid_request(subject, "createThing")
        made = yield from steps.send(request, Role.SETUP)
        path = f"/things/{made.response.json()['id']}"
        delete = Request("DELETE", path, operation="deleteThing")
        yield from steps.send(delete.with_credentials("admin", *request.credentials))

    plan = plan_for(target)
    with Session(plan) as session:
        session.play(probe_of(plan, script))
        sent = len(api.requests)
        assert session.clean_up() == ()
    assert len(api.requests) == sent


def test_an_object_created_without_credentials_is_deleted_by_an_identity_that_may(
    api: Any, two: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    def lax(method: str, path: str, headers: Any, body: bytes) -> Any:
        if method == "POST":
            api.things["x1"] = {}
            return 201, {}, b'{"id": "x1"}'
        if method == "DELETE" and headers.get("authorization") != f"Bearer {OTHER_TOKEN}":
            return 403, {}, b"{}"
        return None

    api.override = lax

    def script(subject: Subject) -> Script:
        request = yield from build.valid_request(subject, "createThing")
        yield from steps.send(request.without_credentials())

    plan = plan_for(two)
    with Session(plan) as session:
        session.play(probe_of(plan, script))
        assert session.clean_up() == ()
    assert "x1" not in api.things
    tried = [sent for sent in api.requests if sent[0] == "DELETE"]
    assert len(tried) == 2


def test_an_object_that_no_identity_may_delete_is_reported_as_left(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    api.override = lambda method, *_: (403, {}, b"") if method == "DELETE" else None
    plan = plan_for(target)
    with Session(plan) as session:
        session.play(probe_of(plan, creates))
        left = session.clean_up()
    assert left == ("/things/t1 (created by createThing): no identity may delete it",)


def test_objects_without_a_documented_deletion_are_counted(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, document: Any
) -> None:
    del document["paths"]["/things/{thingId}"]["delete"]
    plan = plan_for(target, document=document)
    with Session(plan) as session:
        session.play(probe_of(plan, creates))
        session.play(probe_of(plan, creates))
        left = session.clean_up()
    words = "2 created by createThing, and no link of the document says how to delete it"
    assert left == (words,)


def named_by_clients(document: Any) -> Any:
    """The document with names in place of ids; returns what there is at such a name."""
    thing = document["paths"].pop("/things/{thingId}")
    thing["parameters"][0]["name"] = "thing_name"
    document["paths"]["/things/{thing_name}"] = thing
    del document["paths"]["/things"]["post"]["responses"]["201"]["links"]
    return thing


def creates_named(name: str) -> Callable[[Subject], Script]:
    def script(subject: Subject) -> Script:
        request = yield from build.valid_request(subject, "createThing")
        yield from steps.send(replace(request, body=json.dumps({"name": name}).encode()))

    return script


@pytest.mark.parametrize(
    "case",
    [
        (200, b'{"id": "t7"}', "", "1 created by createThing, and no link of"),
        (200, b"{}", "{apicheck:unique}", "1 created by createThing, and no link of"),
        (202, b"", "{apicheck:unique}", "1 created by createThing, and no link of"),
        (200, b"{}", "default", "1 named by requests of createThing: created by them, unless it"),
        (204, b"", "", ""),
    ],
)
def test_what_a_post_created_without_saying_so_is_named_once(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, document: Any, case: Any
) -> None:
    status, body, name, left = case
    del named_by_clients(document)["delete"]
    api.override = lambda method, *_: (status, {}, body) if method == "POST" else None
    with Session(plan := plan_for(target, document=document)) as session:
        session.play(probe_of(plan, creates_named(name)))
        if "apicheck" not in name:
            session.play(probe_of(plan, creates_named(name)))
        words = session.clean_up()
    assert len(words) == bool(left)
    assert all(one.startswith(left) for one in words)


def test_what_a_search_found_is_not_taken_for_something_new(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, document: Any
) -> None:
    del document["paths"]["/things/{thingId}"]
    found = b'{"total": 1, "results": [{"id": "t7"}]}'
    api.override = lambda method, *_: (200, {}, found) if method == "POST" else None
    with Session(plan := plan_for(target, document=document)) as session:
        session.play(probe_of(plan, creates))
        assert session.clean_up() == ()


def test_what_the_run_named_itself_is_deleted_by_that_name_without_a_201(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, document: Any
) -> None:
    named_by_clients(document)
    api.override = lambda method, *_: (200, {}, b"{}") if method == "POST" else None
    with Session(plan := plan_for(target, document=document)) as session:
        session.play(probe_of(plan, creates_named("{apicheck:unique}")))
        session.clean_up()
    deleted = [path for method, path, *_ in api.requests if method == "DELETE"]
    created = [json.loads(sent[3])["name"] for sent in api.requests if sent[0] == "POST"]
    assert deleted == [f"/things/{created[0]}"]


def test_a_subscription_without_a_link_is_deleted_as_the_policy_says(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, document: Any
) -> None:
    del document["paths"]["/things"]["post"]["responses"]["201"]["links"]
    facts = {
        "webhooks": {
            "events": {},
            "subscriptions": {"create": "createThing", "delete": "deleteThing", "id": "/id"},
        }
    }
    plan = plan_for(target, facts, document=document)
    with Session(plan) as session:
        session.play(probe_of(plan, creates))
        assert api.things == {}
    assert [sent[0] for sent in api.requests] == ["POST", "DELETE"]


def test_clean_up_continues_when_the_budget_is_used_up(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    plan = plan_for(target, max_requests=1)
    with Session(plan) as session:
        session.play(probe_of(plan, creates))
        assert session.clean_up() == ()
    assert api.things == {}


def test_a_clean_up_after_a_stop_waits_where_the_server_asks_for_it(
    api: Any,
    target: Target,
    plan_for: PlanFor,
    probe_of: ProbeOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stop, slept = Event(), list[float]()
    monkeypatch.setattr(cleanup, "time", SimpleNamespace(sleep=slept.append))

    def refuse_until_it_waited(method: str, *_: object) -> Any:
        return None if slept or method != "DELETE" else (429, {"Retry-After": "1"}, b"")

    plan = plan_for(target)
    with Session(plan, stop=stop) as session:
        session.play(probe_of(plan, creates))
        api.override = refuse_until_it_waited
        stop.set()
        assert session.clean_up() == ()
    assert 0.5 < slept[0] <= 1
    assert api.things == {}


def test_a_secret_that_a_response_issues_is_a_placeholder_in_scripts(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, document: Any
) -> None:
    responses = document["paths"]["/things"]["post"]["responses"]
    responses["201"]["content"]["application/json"]["schema"] = {
        "type": "object",
        "properties": {"keys": {"type": "array", "items": {"$ref": "#/components/schemas/Key"}}},
    }
    document["components"]["schemas"] = {
        "Key": {
            "type": "object",
            "properties": {"value": {"type": "string", "format": "password"}},
        }
    }
    issued = "issued-key-77aa88bb99cc"
    body = {"id": "1", "keys": [{"value": issued}]}
    api.override = lambda method, *_: (
        (201, {}, json.dumps(body).encode()) if method == "POST" else None
    )

    def script(subject: Subject) -> Script:
        request = yield from build.valid_request(subject, "createThing")
        made = yield from steps.send(request, Role.SETUP)
        key = made.response.json()["keys"][0]["value"]
        assert key == "$APICHECK_ISSUED_1"
        listed = Request("GET", "/things", operation="listThings")
        credential = Credential("bearer", "header", "Authorization", f"Bearer {key}")
        yield from steps.send(listed.with_credentials("", credential))

    plan = plan_for(target, document=document)
    with Session(plan) as session:
        transcript = session.play(probe_of(plan, script))
    assert transcript.stopped_by is None
    assert api.requests[-1][2]["authorization"] == f"Bearer {issued}"
    assert issued not in repr(transcript)
    assert not any(exchange.observed("leaks") for exchange in transcript.exchanges)


def test_an_object_that_a_post_created_without_a_link_is_deleted_below_its_collection(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, document: Any
) -> None:
    del document["paths"]["/things"]["post"]["responses"]["201"]["links"]
    plan = plan_for(target, document=document)
    with Session(plan) as session:
        session.play(probe_of(plan, creates))
        assert list(api.things) == ["t1"]
        assert session.clean_up() == ()
    assert api.things == {}


@pytest.mark.parametrize("status", [200, 201])
def test_an_object_that_a_put_created_is_deleted_at_its_path(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, status: int
) -> None:
    document = deepcopy(dict(plan_for(target).spec.document))
    thing = document["paths"]["/things/{thingId}"]
    thing["put"] = {**thing["delete"], "operationId": "putThing"}
    api.override = lambda method, *_: (status, {}, b"{}") if method == "PUT" else None

    def script(subject: Subject) -> Script:
        request = yield from build.valid_request(subject, "createThing")
        put = Request("PUT", "/things/mine", operation="putThing")
        yield from steps.send(put.with_credentials("admin", *request.credentials))

    with Session(plan := plan_for(target, document=document)) as session:
        session.play(probe_of(plan, script))
        session.clean_up()
    deleted = [path for method, path, *_ in api.requests if method == "DELETE"]
    assert deleted == (["/things/mine"] if status == 201 else [])


def test_what_a_put_created_in_a_collection_is_deleted_by_the_id_of_the_response(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, document: Any
) -> None:
    things = document["paths"]["/things"]
    things["put"] = {**things.pop("post"), "operationId": "createThing"}
    del things["put"]["responses"]["201"]["links"]

    def creates_by_put(method: str, *_: Any) -> Any:
        if method != "PUT":
            return None
        api.things["t7"] = {}
        return 201, {}, b'{"id": "t7"}'

    api.override = creates_by_put
    plan = plan_for(target, document=document)
    with Session(plan) as session:
        session.play(probe_of(plan, creates))
        assert session.clean_up() == ()
    assert api.things == {}


def test_an_object_that_the_request_named_is_not_deleted_without_a_201(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, document: Any
) -> None:
    post = document["paths"]["/things"]["post"]
    del post["responses"]["201"]["links"]
    post["requestBody"]["content"]["application/json"]["example"] = {"id": "mine"}
    api.override = lambda method, *_: (200, {}, b'{"id": "mine"}') if method == "POST" else None
    plan = plan_for(target, document=document)
    with Session(plan) as session:
        session.play(probe_of(plan, creates))
        session.clean_up()
    assert [sent for sent in api.requests if sent[0] == "DELETE"] == []


@pytest.fixture
def document(plan_for: PlanFor, target: Target) -> Any:
    return deepcopy(dict(plan_for(target).spec.document))


def test_what_a_later_step_deletes_is_not_left_behind(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, document: Any
) -> None:
    del document["paths"]["/things"]["post"]["responses"]["201"]["links"]
    del document["paths"]["/things/{thingId}"]["delete"]
    api.override = lambda method, *_: (204, {}, b"") if method == "DELETE" else None

    def script(subject: Subject) -> Script:
        request = yield from build.valid_request(subject, "createThing")
        made = yield from steps.send(request, Role.SETUP)
        yield from steps.send(Request("DELETE", f"/other/{made.response.json()['id']}"))

    with Session(plan_for(target, document=document)) as session:
        session.play(probe_of(session._plan, script))
        assert session.clean_up() == ()


def test_each_object_of_a_response_with_several_is_deleted(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, document: Any
) -> None:
    del document["paths"]["/things"]["post"]["responses"]["201"]["links"]
    made = {"things": [{"id": "one"}, {"id": "two"}]}
    api.override = lambda method, *_: (
        (201, {}, json.dumps(made).encode()) if method == "POST" else None
    )
    with Session(plan_for(target, document=document)) as session:
        session.play(probe_of(session._plan, creates))
        session.clean_up()
    deleted = [sent[1] for sent in api.requests if sent[0] == "DELETE"]
    assert sorted(deleted) == ["/things/one", "/things/two"]


@pytest.mark.parametrize(
    "case",
    [
        ((201, {}, b""), ["/things/a.test/8053"]),
        ((201, {}, b'{"Host": "b.test", "port": 1}'), ["/things/b.test/1"]),
        ((200, {}, b""), []),
    ],
)
def test_a_new_object_that_several_members_name_is_deleted_by_all_of_them(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, document: Any, case: Any
) -> None:
    response, deleted = case
    post = document["paths"]["/things"]["post"]
    del post["responses"]["201"]["links"]
    sent = {"host": "a.test", "port": 8053, "deep": {"host": "c.test"}}
    post["requestBody"]["content"]["application/json"]["example"] = sent
    thing = document["paths"].pop("/things/{thingId}")["delete"]
    document["paths"]["/things/{host}/{port}"] = {
        "delete": {
            **{name: value for name, value in thing.items() if name != "parameters"},
            "parameters": [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in ("host", "port")
            ],
        }
    }
    api.override = lambda method, *_: response if method == "POST" else None
    with Session(plan := plan_for(target, document=document)) as session:
        session.play(probe_of(plan, creates))
        session.clean_up()
    assert [path for method, path, *_ in api.requests if method == "DELETE"] == deleted


@pytest.mark.parametrize("name", ["{apicheck:unique}", "existing"])
def test_an_object_that_a_post_names_is_deleted_if_the_run_made_up_its_name(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, document: Any, name: str
) -> None:
    document["paths"]["/things/{thingId}"]["post"] = {
        "operationId": "putThing",
        "responses": {"201": {"description": "made"}},
    }
    api.override = lambda method, *_: (201, {}, b"") if method == "POST" else None

    def script(_: Subject) -> Script:
        yield from steps.send(Request("POST", f"/things/{name}", operation="putThing"))

    plan = plan_for(target, document=document)
    with Session(plan) as session:
        session.play(probe_of(plan, script))
        left = session.clean_up()
    deleted = any(sent[0] == "DELETE" for sent in api.requests)
    assert (deleted, bool(left)) == ((True, False) if name != "existing" else (False, True))


def test_a_subscription_is_deleted_as_soon_as_its_script_has_ended(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    subscriptions = {"create": "createThing", "delete": "deleteThing", "id": "/id", "limit": 5}
    facts = {"webhooks": {"events": {}, "subscriptions": subscriptions}}
    with Session(plan_for(target, facts)) as session:
        session.play(probe_of(session._plan, creates))
        assert api.things == {}


class Grudging:
    """A server that refuses a number of deletions before it deletes anything."""

    def __init__(self, refusal: Any, *, times: int) -> None:
        self.refusal, self.times = refusal, times

    def __call__(self, method: str, path: str, headers: Any, body: bytes) -> Any:
        del path, headers, body
        if method != "DELETE":
            return None
        self.times -= 1
        return self.refusal if self.times >= 0 else None


def creates_two(subject: Subject) -> Script:
    for _ in range(2):
        request = yield from build.valid_request(subject, "createThing")
        yield from steps.send(request, Role.SETUP)


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses of a clean-up, in seconds; none of them is made."""
    pauses: list[float] = []
    monkeypatch.setattr(cleanup, "_wait", lambda _, seconds: pauses.append(seconds))
    return pauses


@pytest.mark.parametrize(
    "refusal",
    [
        ((503, {}, b"{}"), 0.5),
        ((503, {"Retry-After": "7"}, b"{}"), 7),
        ((429, {"Retry-After": "4000"}, b"{}"), 60),
        ((500, {}, b"database is locked"), 0.5),
    ],
)
def test_a_deletion_that_the_server_is_too_busy_for_is_tried_again(
    api: Any,
    target: Target,
    plan_for: PlanFor,
    probe_of: ProbeOf,
    no_pause: list[float],
    refusal: Any,
) -> None:
    """refusal: a response, and the pause that follows it."""
    refusal, pause = refusal
    api.override = Grudging(refusal, times=1)
    plan = plan_for(target)
    with Session(plan) as session:
        session.play(probe_of(plan, creates_two))
        assert session.clean_up() == ()
    assert api.things == {}
    assert no_pause == [pause]


@pytest.mark.parametrize("status", [503, 500, 409])
def test_what_is_never_deleted_is_said(
    api: Any,
    target: Target,
    plan_for: PlanFor,
    probe_of: ProbeOf,
    no_pause: list[float],
    status: int,
) -> None:
    api.override = Grudging((status, {}, b"{}"), times=100)
    plan = plan_for(target)
    with Session(plan) as session:
        session.play(probe_of(plan, creates_two))
        left = session.clean_up()
    assert len(left) == 2
    assert all(f"DELETE got {status}" in one for one in left)
    assert len(no_pause) == (0 if status == 409 else 3)


def test_what_another_object_needs_is_deleted_after_it(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, no_pause: list[float]
) -> None:
    plan = plan_for(target)
    with Session(plan) as session:
        session.play(probe_of(plan, creates_two))
        older, newer = api.things

        def respond(method: str, path: str, headers: Any, body: bytes) -> Any:
            del headers, body
            needed = older in api.things and path.endswith(f"/{newer}")
            return (409, {}, b"{}") if method == "DELETE" and needed else None

        api.override = respond
        assert session.clean_up() == ()
    assert api.things == {}
    assert no_pause == []


def test_an_object_that_a_stranger_could_not_delete_is_still_deleted(
    api: Any, two: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    def hides(method: str, path: str, headers: Any, body: bytes) -> Any:
        stranger = headers.get("authorization") == f"Bearer {OTHER_TOKEN}"
        return (404, {}, b"{}") if stranger else None

    api.override = hides

    def script(subject: Subject) -> Script:
        request = yield from build.valid_request(subject, "createThing")
        made = yield from steps.send(request, Role.SETUP)
        delete = Request("DELETE", f"/things/{made.response.json()['id']}", operation="deleteThing")
        other = Credential("bearer", "header", "Authorization", "Bearer $APICHECK_OTHER_TOKEN")
        yield from steps.send(delete.with_credentials("other", other))

    plan = plan_for(two)
    with Session(plan) as session:
        session.play(probe_of(plan, script))
        assert list(api.things) == ["t1"]
        assert session.clean_up() == ()
    assert api.things == {}


def test_a_deletion_carries_the_credential_that_it_takes(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, document: Any
) -> None:
    document["components"]["securitySchemes"]["key"] = {
        "type": "apiKey",
        "in": "header",
        "name": "X-Key",
    }
    document["paths"]["/things/{thingId}"]["delete"]["security"] = [{"key": []}]
    admin = target.identities["admin"]
    keyed = replace(admin, credentials={"key": "$APICHECK_OTHER_TOKEN"})
    secrets = Secrets({**target.secrets.values, "$APICHECK_OTHER_TOKEN": OTHER_TOKEN})
    plan = plan_for(
        replace(target, identities={"admin": keyed}, secrets=secrets), document=document
    )
    api.override = lambda method, *_: (204, {}, b"") if method == "DELETE" else None
    with Session(plan) as session:
        session.play(probe_of(plan, creates))
        assert session.clean_up() == ()
    (deletion,) = [headers for method, _, headers, _ in api.requests if method == "DELETE"]
    assert deletion["x-key"] == OTHER_TOKEN


@pytest.mark.parametrize("stays", [True, False])
def test_what_a_deletion_does_not_find_is_read_before_it_is_taken_as_gone(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, stays: bool
) -> None:
    def loses(method: str, *_: Any) -> Any:
        if method == "DELETE" and not stays:
            api.things.clear()
        return (404, {}, b"{}") if method == "DELETE" else None

    api.override = loses
    plan = plan_for(target)
    with Session(plan) as session:
        session.play(probe_of(plan, creates))
        left = session.clean_up()
    words = "/things/t1 (created by createThing): DELETE got 404, but GET finds it"
    assert left == ((words,) if stays else ())


@pytest.mark.parametrize("stays", [True, False])
def test_what_nothing_reads_is_looked_for_in_its_list(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, document: Any, stays: bool
) -> None:
    del document["paths"]["/things/{thingId}"]["get"]
    del document["paths"]["/things"]["post"]["responses"]["201"]["links"]
    thing = document["paths"].pop("/things/{thingId}")
    named = {**thing["parameters"][0], "name": "id"}
    document["paths"]["/things/{id}"] = {**thing, "parameters": [named]}

    def loses(method: str, *_: Any) -> Any:
        if method == "DELETE" and not stays:
            api.things.clear()
        return (404, {}, b"{}") if method == "DELETE" else None

    api.override = loses
    plan = plan_for(target, document=document)
    with Session(plan) as session:
        session.play(probe_of(plan, creates))
        left = session.clean_up()
    words = "/things/t1 (created by createThing): DELETE got 404, but GET finds it"
    assert left == ((words,) if stays else ())


def test_a_name_that_is_no_text_has_no_deletion_and_stops_nothing(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, document: Any
) -> None:
    api.override = lambda method, *_: (201, {}, b'{"id": "\\ud83d"}') if method == "POST" else None
    plan = plan_for(target, document=document)
    with Session(plan) as session:
        assert session.play(probe_of(plan, creates)).stopped_by is None
        (left,) = session.clean_up()
    assert left.startswith("1 created by createThing")
