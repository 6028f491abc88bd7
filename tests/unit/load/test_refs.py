"""`[refs]` names what there is; each mistake has its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.load import builtin_policy, load_target, parse_spec
from apicheck.model.errors import TargetError
from apicheck.model.facts import Selector
from apicheck.model.target import Ref, Target

SPEC = parse_spec(
    """\
openapi: 3.1.0
info: {title: T, version: "1"}
servers: [{url: /v1}]
paths:
  /books:
    get: {operationId: list, responses: {200: {description: ok}}}
    post: {operationId: create, responses: {200: {description: ok}}}
  /books/{book}:
    delete:
      operationId: drop
      parameters: [{name: book, in: path, required: true, schema: {type: string}}]
      responses: {200: {description: ok}}
""",
    "openapi.yaml",
)


def read(tmp_path: Path, refs: str) -> Target:
    path = tmp_path / "apicheck.toml"
    path.write_text(f'base_url = "http://127.0.0.1:1"\n{refs}')
    return load_target(path, spec=SPEC, policy=builtin_policy(SPEC), environ={})


def test_a_ref_names_an_operation_or_a_collection(tmp_path: Path) -> None:
    text = '[refs]\nbook = "create#/data/id"\n[refs.drop]\nbook = "/books"\n'
    assert read(tmp_path, text).refs == (
        Ref("book", ("create",), "/data/id"),
        Ref("book", ("create", "list"), ops=Selector(("drop",))),
    )
    assert read(tmp_path, '[refs]\nbook = "GET /v1/books"\n').refs == (Ref("book", ("list",)),)


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ('[refs]\nbok = "create"', 3, 'unknown parameter or property "bok"', 'mean "book"?'),
        ('[refs]\nbook = "creat"', 3, 'unknown operation "creat"', 'mean "create"?'),
        ('[refs]\nbook = "/boks"', 3, '"/boks" selects no operation', 'mean "/books"?'),
        ('[refs]\nbook = "create#id"', 3, '"#id" is not a JSON Pointer', "#/data/id"),
        ('[refs]\nbook = "*"', 3, "names no operation that creates or lists", "collection"),
        ('[refs]\nbook = "/books/{book}"', 3, "names no operation that creates", "collection"),
        ("[refs]\nbook = 7", 3, "expected an operation", ""),
        ('[refs.drp]\nbook = "create"', 2, 'unknown operation "drp"', 'mean "drop"?'),
        ('[refs.drop]\nbook = ["create"]', 3, "expected an operation", ""),
    ],
)
def test_a_mistake_in_refs_has_its_line(
    tmp_path: Path, text: str, line: int, message: str, hint: str
) -> None:
    with pytest.raises(TargetError) as caught:
        read(tmp_path, text)
    (mistake,) = caught.value.mistakes
    assert mistake.line == line
    assert message in mistake.message
    assert hint in mistake.suggestion
