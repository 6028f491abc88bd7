from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apicheck.model.exchange import (
    Caller,
    Credential,
    Direction,
    Exchange,
    Observation,
    Request,
    Response,
    Role,
    Transcript,
    TransportError,
    TransportErrorKind,
    Via,
)
from apicheck.model.verdict import HarnessError, Inconclusive, NotTested, NotTestedKind
from apicheck.probe.journal import Journal, read, read_record
from apicheck.probe.journal_lines import decode, encode

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
pairs = st.lists(st.tuples(texts, texts), max_size=3).map(tuple)
seconds = st.floats(0, 1e9)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
bodies = st.binary(max_size=30) | st.builds(
    lambda before, repeated, after: before + 20_000 * repeated + after,
    st.binary(max_size=3),
    st.sampled_from([b"x", b" ", b"\xff"]),
    st.binary(max_size=3),
)
requests = st.builds(
    Request,
    method=texts,
    path=texts,
    query=pairs,
    headers=pairs,
    body=st.none() | bodies,
    credentials=st.lists(st.builds(Credential, texts, texts, texts, texts), max_size=2).map(tuple),
    operation=texts,
    identity=texts,
    caller=st.sampled_from(Caller),
    via=st.none() | st.builds(Via, texts, texts),
    version=st.sampled_from(["", "1.0"]),
)
responses = st.builds(
    Response,
    status=st.integers(100, 599),
    headers=pairs,
    body=bodies,
    reason=texts,
    truncated=st.booleans(),
)
exchanges = st.builds(
    Exchange,
    id=texts,
    request=requests,
    response=st.none() | responses,
    error=st.none() | st.builds(TransportError, st.sampled_from(TransportErrorKind), texts),
    sent_at=seconds,
    received_at=seconds,
    role=st.sampled_from(Role),
    observations=st.lists(st.builds(Observation, texts, texts, texts), max_size=2).map(tuple),
    direction=st.sampled_from(Direction),
    raw=st.none() | st.binary(max_size=30),
)
transcripts = st.builds(
    Transcript,
    probe=texts,
    exchanges=st.lists(exchanges, max_size=2).map(tuple),
    attempt=st.integers(0, 9),
    answers=st.lists(json_values, max_size=3).map(tuple),
    stopped_by=st.none()
    | st.builds(NotTested, st.sampled_from(NotTestedKind), texts, texts)
    | st.builds(Inconclusive, texts)
    | st.builds(HarnessError, texts, texts),
    case=st.none() | texts,
)


@settings(max_examples=150)
@given(transcripts)
def test_a_decoded_transcript_equals_the_encoded_one(transcript: Transcript) -> None:
    line = encode(transcript, {})
    assert line.count(b"\n") == 1
    assert decode(line, {}) == transcript


def test_of_a_character_that_is_repeated_for_long_the_count_is_written() -> None:
    request = Request("POST", "/a", body=b'{"a": "' + b"x" * 5_000_000 + b'"}')
    line = encode(Transcript("a/b", (Exchange("e1", request, None, None, 1, 2, Role.TABLE),)), {})
    assert len(line) < 2_000
    found = decode(line, {})
    assert isinstance(found, Transcript)
    assert found.exchanges[0].request == request


def test_a_count_that_would_fill_the_memory_is_an_error() -> None:
    request = Request("POST", "/a", body=b"x" * 20_000)
    line = encode(Transcript("a/b", (Exchange("e1", request, None, None, 1, 2, Role.TABLE),)), {})
    with pytest.raises(ValueError, match="are repeated 90000000000000 times"):
        decode(line.replace(b"20000", b"90000000000000"), {})


def exchange(role: Role = Role.CONTROL) -> Exchange:
    response = Response(200, body=b"a long body")
    return Exchange("e1", Request("GET", "/a"), response, None, 1, 2, role)


def test_an_exchange_that_transcripts_share_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "journal.ndjson"
    made = [Transcript(f"a/{name}", (exchange(),)) for name in "bcd"]
    with Journal(path) as journal:
        for transcript in made:
            journal(transcript)
    assert path.read_bytes().count(b"a long body") == 1
    assert list(read(path)) == made


def test_an_exchange_with_another_role_keeps_its_id(tmp_path: Path) -> None:
    path = tmp_path / "journal.ndjson"
    made = [Transcript("a/b", (exchange(),)), Transcript("a/c", (exchange(Role.SETUP),))]
    with Journal(path) as journal:
        for transcript in made:
            journal(transcript)
    assert list(read(path)) == made


def test_a_reference_to_an_unwritten_exchange_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "journal.ndjson"
    path.write_bytes(encode(Transcript("a/b", (exchange(),)), {"e1": exchange()}))
    with pytest.raises(ValueError, match="no line of a journal"):
        list(read(path))


def test_a_torn_last_line_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "journal.ndjson"
    with Journal(path) as journal:
        journal(Transcript("a/b"))
        journal(Transcript("a/c"))
    path.write_bytes(path.read_bytes() + encode(Transcript("a/d"), {})[:-7])
    assert [transcript.probe for transcript in read(path)] == ["a/b", "a/c"]


def test_a_broken_line_in_the_middle_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal.ndjson"
    path.write_bytes(encode(Transcript("a/b"), {}) + b"{}\n" + encode(Transcript("a/c"), {}))
    with pytest.raises(ValueError, match=r"journal\.ndjson:2: no line of a journal"):
        list(read(path))


def test_each_transcript_is_on_disk_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "journal.ndjson"
    with Journal(path) as journal:
        journal(Transcript("a/b"))
        assert len(path.read_bytes().splitlines()) == 1


def test_an_exchange_is_on_disk_when_it_is_over_and_before_its_transcript(tmp_path: Path) -> None:
    path = tmp_path / "journal.ndjson"
    with Journal(path) as journal:
        journal.begin("mark")
        journal.note_sending("e1", Request("POST", "/a"))
        assert read_record(path).sent == {"e1": "POST /a"}
        journal.note_over(exchange())
        record = read_record(path)
        journal(Transcript("a/b", (exchange(Role.SETUP),)))
    assert record.exchanges == {"e1": exchange()}
    assert record.transcripts == []
    assert list(read(path)) == [Transcript("a/b", (exchange(Role.SETUP),))]
    assert path.read_bytes().count(b"a long body") == 1


def test_a_journal_without_lines_of_exchanges_is_read_as_before(tmp_path: Path) -> None:
    path = tmp_path / "journal.ndjson"
    old = b'{"probe":"a/b","attempt":0,"case":null,"stopped_by":null,"answers":[],"exchanges":[]}'
    path.write_bytes(old + b"\n")
    assert list(read(path)) == [Transcript("a/b")]


def test_a_journal_of_another_version_is_refused_by_its_version(tmp_path: Path) -> None:
    path = tmp_path / "journal.ndjson"
    path.write_bytes(b'{"journal":9,"mark":"m"}\n')
    with pytest.raises(ValueError, match="its version is 9, and not 2"):
        list(read(path))


def test_a_full_disk_is_said_once_and_raises_nothing() -> None:
    said: list[str] = []
    with Journal(Path("/dev/full"), said.append) as journal:
        journal(Transcript("a/b"))
        journal(Transcript("a/c"))
    assert said == ["the journal cannot be written: No space left on device"]


def test_a_lone_surrogate_is_written_as_json_writes_it() -> None:
    transcript = Transcript("a/b", answers=("\ud800",))
    assert decode(encode(transcript, {}), {}) == transcript


@pytest.mark.parametrize("line", [b"[]", b"null", b"3", b'"a"', b'{"exchange": 3}', b"[" * 100_000])
def test_what_is_no_line_of_a_journal_is_named(line: bytes, tmp_path: Path) -> None:
    path = tmp_path / "journal.ndjson"
    path.write_bytes(line + b"\n")
    with pytest.raises(ValueError, match=r"journal\.ndjson:1: no line of a journal: [^<]+$"):
        list(read(path))
