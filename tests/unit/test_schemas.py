"""Responses are validated against schemas; jsonschema is the independent oracle."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from apicheck.model.json import Json
from apicheck.schemas import SchemaError, find_schema_errors, resolve_schema
from apicheck.schemas.dialect import Dialect

OLD: dict[str, Json] = {"openapi": "3.0.3"}
NEW: dict[str, Json] = {
    "openapi": "3.1.0",
    "components": {
        "schemas": {
            "Node": {
                "type": "object",
                "required": ["id", "secret"],
                "properties": {
                    "id": {"type": "integer"},
                    "secret": {"type": "string", "writeOnly": True},
                    "next": {"$ref": "#/components/schemas/Node"},
                },
            },
            "A": {"$ref": "#/components/schemas/B"},
            "B": {"$ref": "#/components/schemas/A"},
        }
    },
}
NODE = {"$ref": "#/components/schemas/Node"}


def fits(document: dict[str, Json], schema: Json, value: Json) -> bool:
    return find_schema_errors(document, schema, value) == ()


def test_an_error_says_where_in_the_value_it_is() -> None:
    value = {"id": 1, "next": {"id": "two"}}
    assert find_schema_errors(NEW, NODE, value) == (
        SchemaError("/next/id", '"two" is not of type "integer"'),
    )


def test_a_response_need_not_have_write_only_properties() -> None:
    assert fits(NEW, NODE, {"id": 1})
    assert not fits(NEW, NODE, {})


def test_no_more_errors_than_asked_for() -> None:
    schema = {"items": {"type": "string"}}
    assert len(find_schema_errors(NEW, schema, [1] * 50)) == 5
    assert len(find_schema_errors(NEW, schema, [1] * 50, limit=2)) == 2


def test_a_message_does_not_quote_the_whole_of_a_long_value() -> None:
    (error,) = find_schema_errors(NEW, {"type": "integer"}, "x" * 100_000)
    assert len(error.message) < 300
    assert error.message.endswith('is not of type "integer"')


@pytest.mark.parametrize("value", ["\ud800", 10**400, float("inf")])
def test_a_hostile_value_raises_no_exception(value: Json) -> None:
    assert not fits(NEW, {"type": "boolean"}, value)


def test_a_value_nested_without_end_is_an_error_and_no_exception() -> None:
    value: list[Json] = []
    for _ in range(900):
        value = [value]
    (error,) = find_schema_errors(NEW, {"items": NODE}, value)
    assert "cannot be validated" in error.message


def test_without_a_schema_every_value_is_valid() -> None:
    assert fits(NEW, None, {"a": [object]})


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"$ref": "#/nowhere"},
        {"required": True},
        {"enum": None},
        {"minLength": -1},
        {"maximum": "10"},
        {"allOf": []},
        {"pattern": "("},
        {"properties": ["a"]},
        {"items": [{"type": "string"}]},
        {"required": ["a", "a"], "type": ["integer", "integer"]},
        {"title": 7, "description": ["x"], "$id": 5, "$schema": "urn:other"},
    ],
)
def test_a_keyword_that_json_schema_does_not_know_says_nothing_of_a_value(schema: Json) -> None:
    assert fits(NEW, schema, 1)
    assert fits(OLD, {**schema, "nullable": True}, None)
    assert not fits(NEW, {**schema, "not": {}}, 1)


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (r"^[\p{L} ]+$", "Zoë", "7"),
        (r"^(?<year>\d{4})$", "2026", "26"),
        (r"^[\w-.]+$", "a-b.c", "a b"),
        (r"^\p{Script=Greek}+$", "αβγ", "abc"),
        (r"^(?=.*\d)(?!.*x).+$", "a1", "x1"),
        (r"^\/v\d$", "/v1", "v1"),
        (r"^[^\]]\cJ?$", "a", "]"),
    ],
)
def test_patterns_are_those_of_ecma_262(pattern: str, good: str, bad: str) -> None:
    schema = {"type": "string", "pattern": pattern}
    assert fits(NEW, schema, good)
    (error,) = find_schema_errors(NEW, schema, bad)
    assert "match" in error.message


def test_keys_that_only_another_dialect_could_match_are_left_alone() -> None:
    schema = {"patternProperties": {"(": False}, "additionalProperties": False}
    assert fits(NEW, schema, {"a": 1})


def test_a_compiled_schema_holds_what_it_refers_to_and_not_the_document() -> None:
    unused = {f"S{number}": {"type": "object", "title": "x" * 1000} for number in range(50)}
    schemas = {**unused, "Used": {"properties": {"enum": {"$ref": "#/components/schemas/Id"}}}}
    document = {"components": {"schemas": {**schemas, "Id": {"type": "integer"}}}}
    schema = {"items": {"$ref": "#/components/schemas/Used"}}
    assert not fits(document, schema, [{"enum": "a"}])
    assert len(Dialect(document).translate(schema)[1]) == 2


def test_references_of_a_long_chain_are_followed() -> None:
    schemas: dict[str, Json] = {
        f"S{n}": {"properties": {"next": {"$ref": f"#/components/schemas/S{n + 1}"}}}
        for n in range(3000)
    }
    document = {"components": {"schemas": {**schemas, "S3000": {"type": "integer"}}}}
    assert fits(document, {"$ref": "#/components/schemas/S0"}, {"next": {"next": {}}})
    assert not fits(document, {"$ref": "#/components/schemas/S2999"}, {"next": "x"})


@pytest.mark.parametrize(
    ("document", "schema", "good", "bad"),
    [
        (OLD, {"type": "string", "nullable": True}, [None, "x"], [1]),
        (OLD, {"type": "string", "nullable": True, "enum": ["a"]}, [None, "a"], ["b"]),
        (OLD, {"type": "integer", "minimum": 1, "exclusiveMinimum": True}, [2], [1]),
        (OLD, {"type": "integer", "minimum": 1, "exclusiveMinimum": False}, [1], [0]),
        (OLD, {"type": "string"}, ["x"], [None]),
        (NEW, {"type": "integer", "format": "int32"}, [2**31 - 1, -(2**31)], [2**31, "1"]),
        (NEW, {"type": "integer", "format": "int64"}, [2**63 - 1], [2**63, 2**70]),
        (NEW, {"type": ["string", "null"]}, [None], [1]),
    ],
)
def test_the_dialects_of_openapi(
    document: dict[str, Json], schema: Json, good: list[Json], bad: list[Json]
) -> None:
    assert all(fits(document, schema, value) for value in good)
    assert not any(fits(document, schema, value) for value in bad)


def test_a_reference_of_3_0_hides_its_siblings() -> None:
    document = {**OLD, "components": {"schemas": {"S": {"type": "string"}}}}
    assert fits(document, {"$ref": "#/components/schemas/S", "maxLength": 1}, "long")


def test_references_are_resolved_to_their_end_and_circles_to_an_empty_schema() -> None:
    assert resolve_schema(NEW, NODE)["type"] == "object"
    assert resolve_schema(NEW, {"$ref": "#/components/schemas/A"}) == {}
    assert resolve_schema(NEW, {"$ref": "https://example.com/s"}) == {}


def test_documents_of_equal_content_do_not_mix() -> None:
    one: dict[str, Json] = {"components": {"schemas": {"S": {"type": "string"}}}}
    two: dict[str, Json] = {"components": {"schemas": {"S": {"type": "integer"}}}}
    schema = {"$ref": "#/components/schemas/S"}
    assert fits(one, schema, "x")
    assert fits(two, schema, 1)
    assert not fits(two, schema, "x")


_TYPES = st.sampled_from(["string", "integer", "number", "boolean", "null", "array", "object"])
_SCHEMAS = st.recursive(
    st.one_of(
        st.builds(lambda t: {"type": t}, _TYPES),
        st.builds(lambda n: {"minimum": n}, st.integers(-3, 3)),
        st.builds(lambda n: {"maxLength": n}, st.integers(0, 3)),
        st.builds(lambda v: {"enum": v}, st.lists(st.integers(0, 3), min_size=1, max_size=3)),
        st.just({"uniqueItems": True}),
    ),
    lambda inner: st.one_of(
        st.builds(lambda s: {"items": s}, inner),
        st.builds(lambda s: {"properties": {"a": s}, "required": ["a"]}, inner),
        st.builds(lambda s: {"additionalProperties": s}, inner),
        st.builds(lambda s: {"anyOf": s}, st.lists(inner, min_size=1, max_size=2)),
        st.builds(lambda s: {"not": s}, inner),
    ),
    max_leaves=4,
)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-4, 4)
    | st.sampled_from([0.5, 1.0, -2.0])
    | st.text("ab", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=5,
)


@given(_SCHEMAS, _VALUES)
@settings(max_examples=150)
def test_jsonschema_agrees(schema: dict[str, Json], value: Json) -> None:
    expected = Draft202012Validator(schema).is_valid(value)
    assert fits(NEW, schema, value) is expected


def _written_as_in_3_0(schema: dict[str, Json]) -> dict[str, Json]:
    """A schema of 2020-12 with its nullable types and bounds as OpenAPI 3.0 writes them."""
    old: dict[str, Json] = {}
    for key, value in schema.items():
        if key == "type" and isinstance(value, list):
            old |= {"type": value[0], "nullable": True}
        elif key == "exclusiveMinimum":
            old |= {"minimum": value, "exclusiveMinimum": True}
        elif key == "items":
            old[key] = _written_as_in_3_0(value)
        elif key == "properties":
            old[key] = {name: _written_as_in_3_0(inner) for name, inner in value.items()}
        elif key in ("allOf", "anyOf", "oneOf"):
            old[key] = [_written_as_in_3_0(inner) for inner in value]
        else:
            old[key] = value
    return old


_NULLABLE = st.recursive(
    st.one_of(
        st.builds(lambda t: {"type": [t, "null"]}, _TYPES.filter(lambda t: t != "null")),
        st.builds(lambda t: {"type": t}, _TYPES.filter(lambda t: t != "null")),
        st.builds(lambda n: {"type": "integer", "exclusiveMinimum": n}, st.integers(-3, 3)),
    ),
    lambda inner: st.one_of(
        st.builds(lambda s: {"type": ["array", "null"], "items": s}, inner),
        st.builds(lambda s: {"type": ["object", "null"], "properties": {"a": s}}, inner),
        st.builds(lambda s: {"oneOf": s}, st.lists(inner, min_size=1, max_size=2)),
        st.builds(lambda s: {"allOf": s}, st.lists(inner, min_size=1, max_size=2)),
    ),
    max_leaves=4,
)


@given(_NULLABLE, _VALUES)
@settings(max_examples=150)
def test_a_schema_means_the_same_in_3_0_as_it_does_in_3_1(
    schema: dict[str, Json], value: Json
) -> None:
    expected = Draft202012Validator(schema).is_valid(value)
    assert fits(OLD, _written_as_in_3_0(schema), value) is expected
    assert fits(NEW, schema, value) is expected


_CHECKER = FormatChecker(["date", "ipv4", "ipv6", "uuid"])


@given(
    st.sampled_from(["date", "ipv4", "ipv6", "uuid"]),
    st.one_of(
        st.dates().map(str),
        st.ip_addresses().map(str),
        st.uuids().map(str),
        st.from_regex(r"[0-9a-f:.-]{0,12}", fullmatch=True),
    ),
)
@settings(max_examples=150)
def test_jsonschema_agrees_on_formats(name: str, value: str) -> None:
    schema = {"type": "string", "format": name}
    expected = Draft202012Validator(schema, format_checker=_CHECKER).is_valid(value)
    assert fits(NEW, schema, value) is expected


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("date-time", ["2026-11-02T09:30:00Z", "2026-11-02t09:30:00.5+01:00"], ["2026-11-02"]),
        ("email", ["ada@example.com", "a+b@localhost"], ["ada", "a b@example.com"]),
        ("uri", ["https://x/y?z", "urn:x:y"], ["/x", "https://x y"]),
        ("uri-reference", ["/x", "../y", ""], ["https://x y"]),
        ("password", ["", "anything"], []),
        ("time", ["whenever"], []),
    ],
)
def test_only_formats_with_one_meaning_are_asserted(
    name: str, good: list[str], bad: list[str]
) -> None:
    schema = {"type": "string", "format": name}
    assert [value for value in good if not fits(NEW, schema, value)] == []
    assert [value for value in bad if fits(NEW, schema, value)] == []


PETS: dict[str, Json] = {
    "openapi": "3.1.0",
    "components": {
        "schemas": {
            "Cat": {"required": ["lives"], "properties": {"lives": {"type": "integer"}}},
            "Dog": {"properties": {"secret": {"type": "string", "writeOnly": True}}},
        }
    },
}
PET: Json = {
    "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
    "discriminator": {"propertyName": "kind", "mapping": {"cat": "Cat", "other": "#/nowhere"}},
}


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"kind": "cat", "lives": 9}, None),  # is a Dog too, which the discriminator settles
        ({"kind": "cat", "lives": "nine"}, "/lives"),
        ({"kind": "Dog"}, None),
        ({"kind": "Dog", "secret": None}, None),
        ({"kind": "Dog", "secret": "bone"}, "/secret"),
        ({"kind": "cow"}, None),  # names none: held against all
        ({"kind": "cow", "lives": 9}, ""),
    ],
)
def test_a_discriminator_selects_the_schema_of_a_value(value: Json, place: str | None) -> None:
    errors = find_schema_errors(PETS, PET, value)
    assert [error.pointer for error in errors] == ([] if place is None else [place])


def test_an_error_says_which_keyword_is_broken() -> None:
    schema = {"properties": {"n": {"type": "integer", "maximum": 5}, "w": {"writeOnly": True}}}
    errors = find_schema_errors(NEW, schema, {"n": 6, "w": 1})
    assert {(error.pointer, error.keyword) for error in errors} == {
        ("/n", "maximum"),
        ("/w", "writeOnly"),
    }


def test_errors_of_two_elements_of_a_list_are_at_one_place() -> None:
    places = {SchemaError(f"/items/{n}/tags/0", "wrong").place for n in range(3)}
    assert places == {"/items/*/tags/*"}
    assert str(SchemaError("", "wrong")) == "wrong at the top"
