from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from apicheck.load import load_har
from apicheck.model.errors import RecordingError
from apicheck.model.exchange import Transcript
from apicheck.model.results import Results
from apicheck.report import render


def entry(**changes: Any) -> dict[str, Any]:
    """An entry as browsers write it; a dotted name changes an inner member, None removes it."""
    made: dict[str, Any] = {
        "startedDateTime": "2026-11-29T10:00:00.250Z",
        "time": 12.5,
        "request": {
            "method": "GET",
            "url": "https://api.example.com/v1/orders?limit=2",
            "headers": [
                {"name": ":authority", "value": "api.example.com"},
                {"name": "Accept", "value": "*/*"},
            ],
        },
        "response": {
            "status": 200,
            "statusText": "OK",
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "content": {"size": 2, "mimeType": "application/json", "text": "[]"},
        },
    }
    for name, value in changes.items():
        *path, last = name.split("__")
        inner = made
        for key in path:
            inner = inner[key]
        if value is None:
            inner.pop(last, None)
        else:
            inner[last] = value
    return made


def write(tmp_path: Path, *entries: Any) -> Path:
    path = tmp_path / "a.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": list(entries)}}))
    return path


def test_an_entry_is_read_without_the_fields_of_http2(tmp_path: Path) -> None:
    (read,) = load_har(write(tmp_path, entry())).entries
    assert (read.method, read.url) == ("GET", "https://api.example.com/v1/orders?limit=2")
    assert read.headers == (("Accept", "*/*"),)
    assert (read.status, read.response_body, read.complete) == (200, b"[]", True)
    assert read.started % 1 == 0.25
    assert read.seconds == 0.0125


def test_the_lines_of_a_repeated_field_are_kept_apart(tmp_path: Path) -> None:
    cookies = [{"name": "set-cookie", "value": "a=1\nb=2"}]
    (read,) = load_har(write(tmp_path, entry(response__headers=cookies))).entries
    assert read.response_headers == (("set-cookie", "a=1"), ("set-cookie", "b=2"))


def test_a_recording_holds_secrets_and_shows_none(tmp_path: Path) -> None:
    cookie = {"name": "Cookie", "value": "session=abcdef123456"}
    (read,) = load_har(write(tmp_path, entry(request__headers=[cookie]))).entries
    assert "abcdef" not in repr(read)


@pytest.mark.parametrize(
    ("content", "body", "complete"),
    [
        ({"text": "AAEC", "encoding": "base64"}, b"\x00\x01\x02", True),
        ({"text": "?", "encoding": "base64"}, b"", False),
        ({"size": 300}, b"", False),
        ({"size": 0}, b"", True),
        ({}, b"", True),
        ({"text": "\ud800x"}, b"?x", True),
    ],
)
def test_the_body_of_a_response_may_be_encoded_or_missing(
    content: Any, body: bytes, complete: bool, tmp_path: Path
) -> None:
    (read,) = load_har(write(tmp_path, entry(response__content=content))).entries
    assert (read.response_body, read.complete) == (body, complete)


def test_a_form_may_be_a_list_of_parameters(tmp_path: Path) -> None:
    form = {"mimeType": "x", "params": [{"name": "a", "value": "1 2"}, {"name": "b"}]}
    (read,) = load_har(write(tmp_path, entry(request__postData=form))).entries
    assert read.body == b"a=1+2&b="


@pytest.mark.parametrize("status", [0, -1, 99])
def test_a_request_without_a_response_has_no_status(status: int, tmp_path: Path) -> None:
    (read,) = load_har(write(tmp_path, entry(response__status=status))).entries
    assert read.status == 0


@pytest.mark.parametrize("time", [-1, float("inf"), float("nan"), "soon", 1e300])
def test_a_time_that_is_none_is_bounded(time: Any, tmp_path: Path) -> None:
    (read,) = load_har(write(tmp_path, entry(time=time))).entries
    assert 0 <= read.seconds <= 86_400


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        "entry",
        {},
        entry(request=None),
        entry(response=None),
        entry(request="x"),
        entry(startedDateTime="yesterday"),
        entry(startedDateTime=5),
        entry(request__url=7),
        entry(request__url="http://[::1"),
        entry(request__url="http://a:99999999/"),
        entry(request__method="GET /x"),
        entry(request__headers=[{"name": "a"}]),
        entry(request__headers="abc"),
        entry(response__status="ok"),
        entry(response__status=10**400),
        entry(response__content=[1]),
        entry(response__headers=[["a", "b"]]),
    ],
)
def test_an_entry_that_is_none_is_left_out_and_counted(broken: Any, tmp_path: Path) -> None:
    read = load_har(write(tmp_path, broken, entry()))
    assert len(read.entries) == 1
    assert read.left_out == {"not of the form of HAR": 1}


@pytest.mark.parametrize("mark", ["[Filtered]", "REDACTED", "Bearer ***"])
def test_a_response_with_a_filtered_field_is_left_out(mark: str, tmp_path: Path) -> None:
    challenge = [{"name": "WWW-Authenticate", "value": mark}]
    read = load_har(write(tmp_path, entry(), entry(time=1, response__headers=challenge)))
    assert len(read.entries) == 1
    assert read.left_out == {"with a field of the response filtered out": 1}


@pytest.mark.parametrize("value", ["Bearer realm=x", "/filtered/items", "no-store", "xx", ""])
def test_an_ordinary_field_is_kept(value: str, tmp_path: Path) -> None:
    field = [{"name": "X", "value": value}]
    assert load_har(write(tmp_path, entry(response__headers=field))).left_out == {}


def test_what_says_nothing_about_the_server_is_left_out(tmp_path: Path) -> None:
    cached = {**entry(), "_fromCache": "disk"}
    socket = entry(request__url="wss://api.example.com/")
    worker = {**entry(), "_fetchedViaServiceWorker": True}
    read = load_har(write(tmp_path, entry(), entry(), cached, worker, socket))
    assert len(read.entries) == 1
    assert read.left_out == {
        "recorded twice": 1,
        "served by the browser itself": 2,
        "of another scheme than http": 1,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "is not JSON"),
        (b"{\n\n]", "a.har:3: is not JSON"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"[" * 200_000, "nested too deeply|is not JSON"),
        (b"[]", "is no HAR: log.entries must be a list, and nothing"),
        (b'{"log": 3}', "log.entries must be a list, and the number 3 is there"),
        (b'{"log": {"entries": "x"}}', 'a list, and the text "x" is there'),
        (b'{"log": {"entries": []}}', "has no entry that can be used \\(it has none at all\\)"),
        (b'{"log": {"entries": [1, 2]}}', "\\(2 not of the form of HAR\\)"),
    ],
)
def test_a_file_that_is_no_recording_is_refused(text: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    path.write_bytes(text)
    with pytest.raises(RecordingError, match=message) as raised:
        load_har(path)
    assert raised.value.exit_code == 2


def test_a_folder_is_no_recording(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="directory"):
        load_har(tmp_path)


def test_what_apicheck_exports_of_a_run_is_no_traffic(
    results: Results, transcripts: tuple[Transcript, ...], tmp_path: Path
) -> None:
    path = tmp_path / "run.har"
    path.write_bytes(render(results, transcripts, "har"))
    with pytest.raises(RecordingError, match="apicheck judge RUN_DIR judges the run itself"):
        load_har(path)
