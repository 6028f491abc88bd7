import json

import pytest
from hypothesis import find
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from apicheck.generate import draw, mutations, strategy
from apicheck.generate.hypothesis_runner import draw_first
from apicheck.generate.schemathesis_adapter import Outcomes, draw_parts
from apicheck.load import read_spec
from apicheck.model.facts import Facts
from apicheck.model.subject import Recipe, RunContext, Subject, SubjectKind
from apicheck.requests.alter import Part, part_accepts

SPEC = read_spec(
    {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {
            "/notes/{noteId}": {
                "patch": {
                    "operationId": "update",
                    "parameters": [
                        {
                            "name": "noteId",
                            "in": "path",
                            "required": True,
                            "schema": {"type": "string"},
                        },
                        {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {"text": {"type": "string", "maxLength": 3}},
                                }
                            }
                        },
                    },
                    "responses": {"200": {"description": "."}},
                }
            },
            "/ping": {"get": {"operationId": "ping", "responses": {"200": {"description": "."}}}},
        },
    }
)
RECIPES = {
    "update": Recipe("update", {"noteId": "7"}, body={"text": "a"}, media_type="application/json"),
    "ping": Recipe("ping"),
}
WORLD = RunContext(SPEC, Facts(), {}, RECIPES, {})


def subject(operation: str) -> Subject:
    return Subject(SubjectKind.OPERATION, operation, WORLD, operation=SPEC.operation(operation))


@pytest.fixture(scope="module")
def values() -> list[dict[str, object]]:
    return list(draw("mutated-part", 1, 40, subject("update")))


def test_equal_seeds_draw_equal_values_and_others_do_not(values: list[object]) -> None:
    assert list(draw("mutated-part", 1, 40, subject("update"))) == values
    assert list(draw("mutated-part", 2, 40, subject("update"))) != values


def test_every_part_gets_its_turn(values: list[dict[str, object]]) -> None:
    places = {(value["place"], value["name"]) for value in values}
    assert places == {("path", "noteId"), ("query", "limit"), ("body", ""), ("body", "/text")}


def test_every_value_can_be_sent_and_recorded(values: list[dict[str, object]]) -> None:
    for value in values:
        assert part_accepts(Part(str(value["place"]), str(value["name"])), value["value"])
        assert json.loads(json.dumps(value).encode()) == value


def test_schemathesis_lists_values_beside_what_a_schema_allows() -> None:
    parts = draw_parts(SPEC.document, "PATCH", "/notes/{noteId}")
    assert ("body", "text", "0000") in parts
    assert any(place == "query" and name == "limit" for place, name, _ in parts)


def test_an_operation_that_schemathesis_does_not_know_has_no_values() -> None:
    assert draw_parts(SPEC.document, "PATCH", "/nowhere") == ()


def test_a_request_without_parts_gets_no_values() -> None:
    assert draw("mutated-part", 1, 10, subject("ping")) == ()


def test_what_shrinking_looks_through_is_of_the_same_form() -> None:
    found = find(
        strategy("mutated-part", subject("update")), lambda value: value["place"] == "query"
    )
    assert found == {"place": "query", "name": "limit", "value": ""}


def test_of_many_operations_only_some_get_values_of_their_schemas(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("it takes long")

    monkeypatch.setattr(mutations, "_FROM_SCHEMAS", 0)
    monkeypatch.setattr(mutations, "draw_parts", refuse)
    assert len(draw("mutated-part", 2, 10, subject("update"))) == 10


def test_a_request_with_vast_schemas_gets_no_values_from_them() -> None:
    def document(members: int) -> dict[str, object]:
        thing = {"properties": {f"m{n}": {"type": "string"} for n in range(members)}}
        body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/T"}}}}
        return {
            "openapi": "3.0.3",
            "info": {"title": "t", "version": "1"},
            "paths": {"/t": {"post": {"requestBody": body, "responses": {}}}},
            "components": {"schemas": {"T": {"type": "object", **thing}}},
        }

    assert draw_parts(document(3), "POST", "/t")
    assert draw_parts(document(500), "POST", "/t") == ()


def document_with(member: dict[str, object]) -> dict[str, object]:
    schema = {"type": "object", "properties": {"member": member}}
    body = {"content": {"application/json": {"schema": schema}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "paths": {"/t": {"post": {"requestBody": body, "responses": {}}}},
    }


@pytest.mark.parametrize(
    "member",
    [
        {"type": "string", "pattern": ".*", "maxLength": 65536},
        {"type": "string", "pattern": "^[a-z]+$", "minLength": 5000},
    ],
)
def test_the_texts_for_a_pattern_are_short_enough_to_be_drawn(member: dict[str, object]) -> None:
    found = [value for _, name, value in draw_parts(document_with(member), "POST", "/t")]
    lengths = {len(value) for value in found if isinstance(value, str)}
    assert lengths
    assert max(lengths) <= max(1_001, int(str(member.get("minLength", 0))) + 1)


def test_a_value_that_no_try_finds_is_given_up_soon() -> None:
    tried: list[int] = []
    assert draw_first(st.integers().filter(lambda value: bool(tried.append(value)))) is None
    assert 0 < len(tried) <= 300


def test_schemathesis_gives_up_a_value_that_no_try_finds_and_tries_it_once() -> None:
    tried: list[int] = []
    never = st.integers().filter(lambda value: bool(tried.append(value)))
    outcomes = Outcomes()
    value, failure = outcomes.get(never)
    assert value is None
    assert isinstance(failure, Unsatisfiable)
    assert 0 < len(tried) <= 60
    assert outcomes.get(never) == (None, failure)
    assert len(tried) <= 60
    assert outcomes.get(st.just(None)) == (None, None)
