"""YAML and JSON with lines: what is read, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apicheck.load.source import Source, parse, read_source
from apicheck.model.errors import Mistake, PolicyError


def read(text: str, file: str = "p.yaml") -> Source:
    return parse(text, file, PolicyError)


def mistakes_of(text: str, file: str = "p.yaml") -> tuple[Mistake, ...]:
    with pytest.raises(PolicyError) as caught:
        read(text, file)
    return caught.value.mistakes


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("off", "off"),
        ("2026-11-20", "2026-11-20"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("true", True),
        ("null", None),
        ("~", None),
        ("", None),
        ("010", 10),
        ("0x1F", 31),
        ("-3", -3),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".inf", ".inf"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(written: str, value: object) -> None:
    found = read(f"key: {written}\n").value["key"]
    assert found == value
    assert type(found) is type(value)


def test_keys_are_the_characters_as_written() -> None:
    assert list(read("1.10: a\n1.1: b\n401: c\nno: d\n").value) == ["1.10", "1.1", "401", "no"]


def test_every_value_has_its_line() -> None:
    source = read("a:\n  b: 1\n  c/d:\n    - x\n    - y: 2\n")
    assert source.lines["/a/b"] == 2
    assert source.lines["/a/c~1d/1/y"] == 5
    assert source.line("/a/c~1d/1/y/nothing/here") == 5


def test_tags_of_the_types_that_yaml_has_are_read() -> None:
    text = "a: !!float 1\nb: !!int 7\nc: !!str 7\nd: !!null ''\ne: !!timestamp 2024-01-01\n"
    assert read(text).value == {"a": 1, "b": 7, "c": "7", "d": None, "e": "2024-01-01"}


def test_a_duplicate_key_names_both_lines() -> None:
    (mistake,) = mistakes_of("a: 1\nb:\n  x: 1\n  y: 2\n  x: 3\n")
    assert mistake.line == 5
    assert mistake.path == "b.x"
    assert "lines 3 and 5" in mistake.message


def test_every_duplicate_key_is_told_at_once() -> None:
    assert [m.line for m in mistakes_of("a: 1\na: 2\nb: 1\nb: 2\n")] == [2, 4]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\n\tb: 2\n", 2, "a tab where YAML wants spaces"),
        ("", 0, "is empty"),
        ("# only a comment\n", 0, "is empty"),
        ("- a\n- b\n", 1, "holds a list"),
        ("just text\n", 1, 'holds the text "just text"'),
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("a: {b: 1\n", 2, "is not YAML"),
        ("a: b: c\n", 1, "is not YAML"),
        ("a: !!python/object:os.system x\n", 1, "the tag"),
        ("a: !secret x\n", 1, "the tag !secret"),
        ("? [1, 2]\n: x\n", 1, "a key that is not plain text"),
        ("a: &x [*x]\n", 1, "an alias that contains itself"),
        ("a: 1\nb:\n  <<: 2\n", 3, "a merge key << takes a mapping"),
        ("a: &x [1]\nb:\n  <<: *x\n", 1, "a merge key << takes a mapping"),
        ("a: &x\n  <<: *x\n", 1, "an alias that contains itself"),
        ("a: *nobody\n", 1, "undefined alias"),
        ("a: 1\nb: \x01\n", 2, "control character"),
    ],
)
def test_what_is_not_a_mapping_in_plain_yaml_is_refused(text: str, line: int, message: str) -> None:
    mistake = mistakes_of(text)[0]
    assert mistake.file == "p.yaml"
    assert mistake.line == line
    assert message in mistake.message


def test_a_bomb_of_aliases_is_refused_quickly() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    (mistake,) = mistakes_of("\n".join(rows))
    assert "aliases expand to more than" in mistake.message


def test_a_bomb_of_merge_keys_is_refused_quickly() -> None:
    rows = ["a0: &a0 {k: 1, l: 2}"]
    rows += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 12)]
    (mistake,) = mistakes_of("\n".join(rows))
    assert "aliases expand to more than" in mistake.message


def test_merged_members_stand_back_behind_those_of_the_mapping() -> None:
    source = read(
        "a: &a {k: 1.0, l: 2}\nb: &b {l: 3, m: 4}\n"
        "c:\n  <<: [*a, *b]\n  k: 5\nd:\n  k: 6\n  <<: *a\n  '<<': text\n"
        "e:\n  <<: *a\n  <<: *b\nf: &f {<<: *a, n: 7}\ng: {<<: *f, n: 8}\n"
    )
    assert source.value["c"] == {"k": 5, "l": 2, "m": 4}
    assert source.value["d"] == {"k": 6, "l": 2, "<<": "text"}
    assert source.value["e"] == {"k": 1.0, "l": 2, "m": 4}
    assert source.value["g"] == {"k": 1.0, "l": 2, "n": 8}
    assert (source.line("/c/k"), source.line("/d/k")) == (5, 7)
    assert source.written["/c/k"] == "5"


def test_a_key_that_is_here_twice_can_be_told_without_refusing_the_file() -> None:
    for text in ("a:\n  x: 1\n  x: 2\n", '{"a":\n{"x": 1,\n"x": 2}}'):
        source = parse(text, "p.yaml", PolicyError, doubles=True)
        assert source.value == {"a": {"x": 2}}
        assert [(m.path, m.line) for m in source.doubles] == [("a.x", 3)]


def test_an_alias_is_read_where_it_is_small() -> None:
    assert read("a: &x {k: 1}\nb: *x\n").value == {"a": {"k": 1}, "b": {"k": 1}}


def test_a_deeply_nested_file_is_refused() -> None:
    for text in ("a: " + "[" * 200 + "]" * 200, "a: " + "[" * 900_000):
        assert mistakes_of(text)[0].message == "is nested deeper than 100 levels"
        assert mistakes_of(text)[0].line == 1
    deep_json = '{"a":' + "[" * 50000 + "]" * 50000 + "}"
    assert mistakes_of(deep_json, "p.json")[0].message == "is nested deeper than 100 levels"


@pytest.mark.parametrize("inner", ["", "1", "{}", "\n  {k: 1}"])
def test_a_hundred_levels_are_read_and_one_more_is_refused_with_its_line(inner: str) -> None:
    levels = 99 if inner in ("", "1") else 98
    assert read("b: 0\na: " + "[" * levels + inner + "]" * levels).line("/a") == 2
    (mistake,) = mistakes_of("b: 0\na: " + "[" * (levels + 1) + inner + "]" * (levels + 1))
    assert mistake.message == "is nested deeper than 100 levels"
    assert mistake.line == (3 if "\n" in inner else 2)


def test_json_is_read_as_json() -> None:
    source = read('{\n\t"a": "\\ud83d\\ude00\\/",\n\t"b": [1.0, null]\n}', "p.json")
    assert source.value == {"a": "😀/", "b": [1.0, None]}
    assert source.lines["/b"] == 3
    assert source.line("/b/1/nothing/here") == 3
    assert list(source.lines) == ["", "/a", "/b"]
    assert len(source.lines) == 3


def test_the_line_of_a_member_of_json_is_that_of_its_key_or_in_a_list_of_its_value() -> None:
    text = '{"a/b": [\n1,\n{"~": {},\n"c\\u00e9":\n[\n"]}",\n\n2]}\n]}'
    lines = read(text, "p.json").lines
    assert [lines[p] for p in ("/a~1b", "/a~1b/1", "/a~1b/1/~0", "/a~1b/1/cé")] == [1, 3, 3, 4]
    assert (lines["/a~1b/1/cé/0"], lines["/a~1b/1/cé/1"]) == (6, 8)
    assert "/a~1b/1/d" not in lines
    assert "/a~1b/0/x" not in lines


@pytest.mark.parametrize(
    ("text", "line"), [('{\n"a": 1,\n}', 2), ('{"a": [1\n , \n\n]\n}', 2), ('{"a": 1,}', 1)]
)
def test_a_trailing_comma_in_json_is_named_where_it_stands(text: str, line: int) -> None:
    (mistake,) = mistakes_of(text, "p.json")
    assert (mistake.line, mistake.suggestion) == (line, "remove the comma")
    assert "a comma stands before a closing bracket" in mistake.message


@pytest.mark.parametrize("text", ['{"a": 1,\n"b" 2}', '{"a": [1, x]}', "{,"])
def test_json_that_is_wrong_otherwise_is_not_blamed_on_a_trailing_comma(text: str) -> None:
    (mistake,) = mistakes_of(text, "p.json")
    assert "is not JSON" in mistake.message
    assert "comma stands" not in mistake.message


def test_json_is_read_as_json_whatever_its_file_is_called() -> None:
    assert read('{\n\t"a": "\\ud83d\\ude00"}').value == {"a": "😀"}
    assert read("{a: no}").value == {"a": "no"}


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"a: 1\nb: caf\xe9\n")
    for path, line, message in (
        (tmp_path / "none.yaml", 0, "no such file"),
        (tmp_path, 0, "is a folder"),
        (latin, 2, "is not UTF-8"),
    ):
        with pytest.raises(PolicyError) as caught:
            read_source(path, PolicyError)
        (mistake,) = caught.value.mistakes
        assert (mistake.file, mistake.line) == (str(path), line)
        assert message in mistake.message


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_source(path, PolicyError).value == {"a": 1}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), _JSON, max_size=4))
@settings(max_examples=60)
def test_any_json_object_is_read_as_what_it_is(value: dict[str, object]) -> None:
    assert read(json.dumps(value), "p.json").value == value


@given(st.text(max_size=60))
@settings(max_examples=150)
def test_any_text_is_read_or_refused_with_a_mistake(text: str) -> None:
    mistakes: tuple[Mistake, ...] = ()
    value: object = None
    try:
        value = read(text).value
    except PolicyError as problem:
        mistakes = problem.mistakes
    assert bool(mistakes) != isinstance(value, dict)


def test_a_file_without_end_is_refused() -> None:
    with pytest.raises(PolicyError, match="larger than 64 MiB"):
        read_source(Path("/dev/zero"), PolicyError)
