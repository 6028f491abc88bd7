"""Bodies of several parts, as clients send them and as they must not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apicheck.model.operation import Media
from apicheck.requests.multipart import encode_form_data
from reference_server.stages.multipart import parse_parts

UPLOAD = Media("multipart/form-data", None, files={"file": "text/csv"})
PLAIN = "multipart/form-data; boundary=xyz"

texts = st.text(st.characters(exclude_categories=["Cs"]))
NESTED = (
    '--xyz\r\nContent-Disposition: form-data; name="a"\r\n'
    "Content-Type: multipart/mixed; boundary=q\r\n"
)


def part(name: str, text: str = "a") -> str:
    return f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,12}", fullmatch=True), texts, min_size=1))
def test_what_is_sent_in_parts_is_read_as_it_was(members: dict[str, str]) -> None:
    assert parse_parts(*encode_form_data(members, UPLOAD)) == members


def test_a_file_has_a_name_and_a_media_type_and_a_text_has_neither() -> None:
    body, _ = encode_form_data({"title": "Rules", "file": "a,b\n"}, UPLOAD)
    assert b'name="file"; filename="file.csv"\r\nContent-Type: text/csv\r\n\r\na,b\n' in body
    assert b'name="title"\r\n\r\nRules' in body


def test_a_boundary_is_in_no_part() -> None:
    members = {"a": "--apicheck-part--", "b": "--apicheck-part-x"}
    assert parse_parts(*encode_form_data(members, UPLOAD)) == members


def test_bytes_beyond_utf8_are_kept_as_characters() -> None:
    body = part("a").encode().replace(b"\r\na\r\n", b"\r\n\xff\xfe\r\n") + b"--xyz--\r\n"
    assert parse_parts(body, PLAIN) == {"a": "\xff\xfe"}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no parts",
        "--xyz--\r\n",
        part("a"),
        f"{part('a')}{part('a')}--xyz--\r\n",
        "--xyz\r\nContent-Type: text/plain\r\n\r\na\r\n--xyz--\r\n",
        "--xyz\r\nContent-Disposition: attachment; name=a\r\n\r\na\r\n--xyz--\r\n",
        f"{NESTED}\r\n--q\r\n\r\nb\r\n--q--\r\n--xyz--\r\n",
    ],
    ids=["empty", "text", "none", "unended", "twice", "nameless", "other kind", "nested"],
)
def test_what_is_not_made_of_named_parts_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match=r"part|twice"):
        parse_parts(body.encode(), PLAIN)


def test_a_content_type_without_a_boundary_is_refused() -> None:
    with pytest.raises(ValueError, match="parts"):
        parse_parts(f"{part('a')}--xyz--\r\n".encode(), "multipart/form-data")
