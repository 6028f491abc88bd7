"""Where a change is, and of which operations."""

from __future__ import annotations

from pathlib import Path

from apicheck.compare import RULES, compare
from apicheck.load import load_spec, parse_spec
from apicheck.report.changes import changes_as_json, describe_rules

OLD = """\
openapi: 3.0.3
info: {title: Things, version: "1"}
paths:
  /things:
    get:
      operationId: listThings
      responses:
        "200":
          description: all
          content:
            application/json:
              schema: {type: array, items: {$ref: "#/components/schemas/Thing"}}
    post:
      operationId: addThing
      responses:
        "201":
          description: made
          content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}
components:
  schemas:
    Thing:
      type: object
      properties:
        size: {type: integer}
"""


def test_a_change_has_both_places_with_their_lines() -> None:
    new = OLD.replace("    Thing:\n", "    # a line more\n    Thing:\n").replace(
        "integer", "string"
    )
    old_spec, new_spec = parse_spec(OLD, "old.yaml"), parse_spec(new, "new.yaml")
    (change,) = changes_as_json(compare(old_spec, new_spec), old_spec, new_spec)["changes"]
    pointer = "/components/schemas/Thing/properties/size"
    assert change["old"] == {"file": "old.yaml", "line": 24, "pointer": pointer}
    assert change["new"] == {"file": "new.yaml", "line": 25, "pointer": pointer}


def test_a_change_of_a_shared_schema_is_one_with_all_its_operations() -> None:
    (change,) = compare(
        parse_spec(OLD, "old.yaml"), parse_spec(OLD.replace("integer", "string"), "new.yaml")
    )
    assert change.operations == ("listThings", "addThing")
    assert change.where == "response 200, /*/size"


def test_what_was_removed_is_placed_at_what_was_around_it() -> None:
    new = OLD[: OLD.index("    post:")] + OLD[OLD.index("components:") :]
    old_spec, new_spec = parse_spec(OLD, "old.yaml"), parse_spec(new, "new.yaml")
    (change,) = compare(old_spec, new_spec)
    assert str(old_spec.locate(change.old)) == "old.yaml:13"
    assert str(new_spec.locate(change.new)) == "new.yaml:4"


def test_a_part_in_another_file_is_placed_there(tmp_path: Path) -> None:
    def write(folder: str, kind: str) -> Path:
        (tmp_path / folder).mkdir()
        reference = 'Thing: {$ref: "thing.yaml"}\n'
        document = tmp_path / folder / "openapi.yaml"
        document.write_text(OLD[: OLD.index("    Thing:")] + f"    {reference}")
        (tmp_path / folder / "thing.yaml").write_text(
            f"type: object\nproperties:\n  size: {{type: {kind}}}\n"
        )
        return document

    old, new = load_spec(write("old", "integer")), load_spec(write("new", "string"))
    (change,) = compare(old, new)
    place = new.locate(change.new)
    assert (Path(place.file), place.line) == (tmp_path / "new/thing.yaml", 3)


def test_a_part_of_swagger_is_placed_where_it_was_written() -> None:
    swagger = """\
swagger: "2.0"
info: {title: Things, version: "1"}
paths:
  /things:
    get:
      parameters:
        - {name: size, in: query, type: string}
      responses: {"200": {description: all}}
"""
    old = parse_spec(swagger, "old.yaml")
    new = parse_spec(swagger.replace("string", "integer"), "new.yaml")
    (change,) = compare(old, new)
    assert str(old.locate(change.old)) == "old.yaml:7"
    assert old.locate(change.old).pointer == "/paths/~1things/get/parameters/0"


def test_only_the_operations_that_are_selected_are_compared() -> None:
    old = parse_spec(OLD, "old.yaml")
    new = parse_spec(OLD.replace("integer", "string"), "new.yaml")
    (change,) = compare(old, new, lambda operation: operation.method == "POST")
    assert change.operations == ("addThing",)
    assert compare(old, new, lambda operation: operation.method == "PUT") == ()


def test_an_operation_that_cannot_be_read_is_not_taken_for_removed() -> None:
    new = OLD.replace("    post:\n", "    post: []\n    put:\n")
    assert compare(parse_spec(OLD, "old.yaml"), parse_spec(new, "new.yaml")) == ()


def test_the_page_has_every_rule() -> None:
    page = (Path(__file__).parents[3] / "docs/compatibility.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == [f"| `{rule.id}` | {rule.impact} | {rule.why} |" for rule in RULES.values()]
    assert len(list(describe_rules())) == len(rows)


def test_schemas_that_all_contain_each_other_are_compared_once() -> None:
    names = [f"S{number}" for number in range(30)]

    def write(kind: str) -> str:
        members = "".join(
            f'        {name}: {{$ref: "#/components/schemas/{name}"}}\n' for name in names
        )
        schemas = "".join(
            f"    {name}:\n      type: object\n      properties:\n        n: {{type: {kind}}}\n"
            + members
            for name in names
        )
        paths = "".join(
            f"  /{name}:\n    get:\n      responses:\n        '200':\n          description: x\n"
            "          content:\n            application/json:\n"
            f"              schema: {{$ref: '#/components/schemas/{name}'}}\n"
            for name in names
        )
        head = 'openapi: 3.0.3\ninfo: {title: T, version: "1"}\npaths:\n'
        return f"{head}{paths}components:\n  schemas:\n{schemas}"

    old, new = parse_spec(write("integer"), "old.yaml"), parse_spec(write("string"), "new.yaml")
    found = compare(old, new)
    assert len(found) == len(names)
    assert all(len(change.operations) == len(names) for change in found)
