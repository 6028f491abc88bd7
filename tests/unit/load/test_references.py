"""References lead to other files, anchors and ids; the document is then one whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from apicheck.load import load_spec, parse_spec, read_spec, saved_document
from apicheck.model.json import Json
from apicheck.model.operation import Spec
from apicheck.model.references import follow
from apicheck.schemas import find_schema_errors

HEAD = 'openapi: 3.1.0\ninfo: {title: T, version: "1"}\n'
OK = "responses: {200: {description: ok}}"


def returning(schema: str, more: str = "", head: str = HEAD) -> str:
    """A document with one operation, whose response has a schema."""
    return (
        f"{head}paths:\n  /a:\n    get:\n      operationId: a\n      responses:\n        200:\n"
        f"          description: ok\n"
        f"          content: {{application/json: {{schema: {schema}}}}}\n"
        f"{more}"
    )


def fits(spec: Spec, value: Json) -> bool:
    (media,) = spec.operations[0].responses[0].media
    return find_schema_errors(spec.document, media.schema, value) == ()


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder / "openapi.yaml"


@pytest.mark.parametrize(
    ("reference", "schemas"),
    [
        ("'#one'", "{A: {$anchor: one, type: integer}}"),
        ("'#one'", "{A: {properties: {deep: {$dynamicAnchor: one, type: integer}}}}"),
        ("'https://example.com/a'", "{A: {$id: 'https://example.com/a', type: integer}}"),
        (
            "'https://example.com/a#/$defs/B'",
            (
                "{A: {$id: 'https://example.com/a', $defs: {B: {$ref: '#/$defs/C'}, "
                "C: {type: integer}}}}"
            ),
        ),
        (
            "'https://example.com/b/c'",
            "{A: {$id: 'https://example.com/b/', $defs: {C: {$id: c, type: integer}}}}",
        ),
        (
            "'https://example.com/a#two'",
            "{A: {$id: 'https://example.com/a', $defs: {B: {$anchor: two, type: integer}}}}",
        ),
        ("'#/components/schemas/A/properties/x'", "{A: {properties: {x: {type: integer}}}}"),
        (
            "'#/components/schemas/A/properties/x'",
            "{A: {$ref: '#/components/schemas/B'}, B: {properties: {x: {type: integer}}}}",
        ),
        ("'#/components/schemas/a%20b'", "{'a b': {type: integer}}"),
        (
            "'#/components/schemas/A'",
            "{A: {$dynamicRef: '#one'}, B: {$dynamicAnchor: one, type: integer}}",
        ),
    ],
)
def test_anchors_ids_and_pointers_are_followed(reference: str, schemas: str) -> None:
    more = f"components: {{schemas: {schemas}}}\n"
    spec = parse_spec(returning(f"{{$ref: {reference}}}", more), "openapi.yaml")
    assert spec.left_out == ()
    assert fits(spec, 1)
    assert not fits(spec, "x")


def test_a_dynamic_reference_with_several_ends_allows_any_value() -> None:
    schemas = "{A: {$dynamicAnchor: n, not: {}}, B: {$dynamicAnchor: n, type: integer}}"
    more = f"components: {{schemas: {schemas}}}\n"
    spec = parse_spec(returning("{items: {$dynamicRef: '#n'}}", more), "openapi.yaml")
    assert fits(spec, [1, "x"])


FILES = {
    "openapi.yaml": returning(
        "{$ref: 'schemas/thing.yaml'}",
        f"  /b: {{$ref: paths.yaml#/b, put: {{operationId: own, {OK}}}}}\n"
        "  /c/{id}: {$ref: 'paths.yaml#/c'}\n",
    ),
    "paths.yaml": (
        "b:\n  summary: s\n  parameters: [{name: q, in: query, schema: {type: string}}]\n"
        f"  get: {{operationId: b, requestBody: {{$ref: 'openapi.yaml#/components/x'}}, {OK}}}\n"
        f"  post: {{operationId: c, {OK}}}\n"
        "  put: {operationId: never, responses: {200: {description: hidden}}}\n"
        "c:\n  delete:\n    operationId: d\n"
        "    parameters: [{$ref: ./parameters.json#/Id}]\n"
        f"    {OK}\n"
    ),
    "parameters.json": json.dumps(
        {"Id": {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}}
    ),
    "schemas/thing.yaml": (
        "type: object\nrequired: [id]\nproperties:\n  id: {$ref: '#/$defs/Id'}\n"
        "  next: {$ref: thing.yaml}\n  other: {$ref: ../schemas/other.json#/Other}\n"
        "$defs: {Id: {type: integer}}\n"
    ),
    "schemas/other.json": json.dumps(
        {"Other": {"properties": {"thing": {"$ref": "thing.yaml"}, "n": {"$ref": "#/N"}}},
         "N": {"type": "number"}}
    ),
}  # fmt: skip


def test_files_refer_to_each_other_also_in_circles(tmp_path: Path) -> None:
    spec = load_spec(write(tmp_path, FILES))
    assert [one.id for one in spec.left_out] == ["b"]
    assert [o.id for o in spec.operations] == ["a", "own", "c", "d"]
    assert fits(spec, {"id": 1, "next": {"id": 2}, "other": {"n": 1.5, "thing": {"id": 3}}})
    assert not fits(spec, {"id": 1, "other": {"thing": {"id": "x"}}})
    assert not fits(spec, {"id": 1, "other": {"n": "x"}})
    (parameter,) = spec.operation("d").parameters
    assert follow(spec.document, parameter.schema) == {"type": "integer"}
    assert [p.name for p in spec.operation("own").parameters] == ["q"]


def test_a_file_that_is_named_in_two_ways_is_one(tmp_path: Path) -> None:
    files = {
        "openapi.yaml": returning(
            "{oneOf: [{$ref: 'x.yaml#/A'}, {$ref: './x.yaml/#/B'}, {$ref: 'x.yaml#/C'}]}"
        ),
        "x.yaml": "A: {$ref: '#/T'}\nB: {type: boolean}\nC: {type: array}\nT: {type: integer}\n",
    }
    spec = load_spec(write(tmp_path, files))
    assert spec.remarks == ()
    assert [fits(spec, value) for value in (1, True, [], "text")] == [True, True, True, False]


def test_a_mistake_in_another_file_is_named_with_file_and_line(tmp_path: Path) -> None:
    spec = load_spec(write(tmp_path, FILES))
    (left_out,) = spec.left_out
    assert (Path(left_out.file).name, left_out.line) == ("paths.yaml", 4)
    assert left_out.pointer.endswith("/b/get/requestBody/$ref")


def test_the_saved_document_of_several_files_is_read_as_the_same(tmp_path: Path) -> None:
    original = load_spec(write(tmp_path, FILES))
    (tmp_path / "saved").mkdir()
    copy = tmp_path / "saved" / "openapi.yaml"
    copy.write_bytes(saved_document(original, b""))
    again = load_spec(copy)
    assert again.operations == original.operations
    assert [(o.id, o.pointer) for o in again.left_out] == [
        (o.id, o.pointer) for o in original.left_out
    ]
    assert saved_document(again, copy.read_bytes()) == copy.read_bytes()


def test_the_digest_is_that_of_all_files(tmp_path: Path) -> None:
    path = write(tmp_path, FILES)
    before = load_spec(path).digest
    (tmp_path / "schemas" / "other.json").write_text('{"Other": {"type": "object"}}')
    assert load_spec(path).digest != before


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("none.yaml", "there is no such file"),
        ("notes.md#/x", "is to another file, which cannot be read"),
        ("thing.yaml#/None", "points to nothing"),
        ("thing.yaml#none", "points to nothing"),
        ("https://example.com/thing.yaml", "is on the network: it is not fetched"),
        ("//example.com/thing.yaml", "is on the network: it is not fetched"),
        ("../outside.yaml", "is to a file outside of the document's folder"),
        ("link.yaml", "is to a file outside of the document's folder"),
    ],
)
def test_a_response_that_needs_a_file_which_cannot_be_used_takes_any_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str, reason: str
) -> None:
    home = tmp_path / "api"
    text = returning(f"{{$ref: '{reference}'}}", f"  /b: {{get: {{operationId: b, {OK}}}}}\n")
    path = write(home, {"openapi.yaml": text, "thing.yaml": "type: object", "notes.md": "# x"})
    (tmp_path / "outside.yaml").write_text("type: object\n")
    (home / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    monkeypatch.chdir(home)
    spec = load_spec(path)
    (remark,) = spec.remarks
    assert reason in remark.message
    assert remark.line == 10
    assert [operation.id for operation in spec.operations] == ["a", "b"]
    assert fits(spec, 1)


def test_a_file_below_the_working_directory_may_be_referred_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"api/openapi.yaml": returning("{$ref: ../common.yaml}"), "common.yaml": "type: string"}
    write(tmp_path, files)
    monkeypatch.chdir(tmp_path)
    spec = load_spec(tmp_path / "api" / "openapi.yaml")
    assert fits(spec, "x")
    assert not fits(spec, 1)


def test_a_discriminator_may_name_files(tmp_path: Path) -> None:
    schema = (
        "{oneOf: [{$ref: cat.yaml}, {$ref: dog.yaml}], discriminator: "
        "{propertyName: kind, mapping: {c: cat.yaml, d: ./dog.yaml}}}"
    )
    files = {
        "openapi.yaml": returning(schema),
        "cat.yaml": "{type: object, required: [lives]}",
        "dog.yaml": "{type: object}",
    }
    spec = load_spec(write(tmp_path, files))
    assert fits(spec, {"kind": "d"})
    assert not fits(spec, {"kind": "c"})


def test_text_alone_opens_no_file_and_a_document_in_memory_stays_as_it_is() -> None:
    (remark,) = parse_spec(returning("{$ref: thing.yaml}"), "openapi.yaml").remarks
    assert "is to another file" in remark.message
    document = {
        "openapi": "3.1.0",
        "paths": {},
        "components": {"schemas": {"A": {"$anchor": "a"}, "B": {"$ref": "#a"}}},
    }
    before = json.dumps(document)
    read_spec(document)
    assert json.dumps(document) == before
