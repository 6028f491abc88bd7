"""`[refs]` names what there is; each mistake has its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.load import builtin_policy, load_policy, load_target, parse_spec
from apicheck.model.errors import PolicyError, TargetError
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


def test_a_policy_has_refs_too_and_those_of_the_target_go_before_them(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("policy: base\nrefs: {book: list}\n")
    (tmp_path / "policy.yaml").write_text(
        "policy: p\ninclude: base.yaml\nrefs:\n  book: create\n  drop: {book: /books}\n"
    )
    policy = load_policy(tmp_path / "policy.yaml", SPEC)
    of_policy = (
        Ref("book", ("create",)),
        Ref("book", ("create", "list"), ops=Selector(("drop",))),
        Ref("book", ("list",)),
    )
    assert policy.refs == of_policy
    target = tmp_path / "apicheck.toml"
    target.write_text('base_url = "http://127.0.0.1:1"\n[refs]\nbook = "create#/id"\n')
    found = load_target(target, spec=SPEC, policy=policy, environ={}).refs
    assert found == (Ref("book", ("create",), "/id"), *of_policy)


@pytest.mark.parametrize(
    ("refs", "line", "message"),
    [
        ("{bok: create}", 3, 'unknown parameter or property "bok"'),
        ("\n  book: creat", 4, 'unknown operation "creat"'),
        ("\n  drp:\n    book: create", 4, 'unknown operation "drp"'),
        ("\n  book: create\n  drop: {book: [create]}", 5, "expected an operation"),
        ("create", 3, "expected parameter or member -> operation"),
    ],
)
def test_a_mistake_in_refs_of_a_policy_has_its_line(
    tmp_path: Path, refs: str, line: int, message: str
) -> None:
    own, base = tmp_path / "policy.yaml", tmp_path / "base.yaml"
    for written in (own, base):
        own.write_text("policy: p\ninclude: base.yaml\n")
        base.write_text("policy: base\n")
        written.write_text(f"policy: p\ntitle: t\nrefs: {refs}\n")
        with pytest.raises(PolicyError) as caught:
            load_policy(own, SPEC)
        (mistake,) = caught.value.mistakes
        assert (mistake.file, mistake.line) == (str(written), line)
        assert message in mistake.message
