"""Reads HTTP Archive files (HAR 1.2), which browsers, proxies and test tools write.

Nothing in such a file can be relied on: an entry that is not as the format says is left out, and
counted.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from apicheck.load.reading import failure, kind_of
from apicheck.model.errors import RecordingError
from apicheck.model.exchange import Pairs
from apicheck.model.json import Json
from apicheck.model.recording import RecordedEntry, Recording, is_filtered

LARGEST = 512 * 2**20
"""Bytes of a file."""
_LONGEST_S = 86_400.0
_CACHED = ("_fromCache", "fromCache", "_fetchedViaServiceWorker")
_MALFORMED = "not of the form of HAR"
_OF_A_RUN = "_apicheck"
"""The member of an entry that apicheck wrote; tools that edit a HAR keep it."""
_OWN = (
    "was written by apicheck of a run: it has placeholders for secrets, failures that a check"
    " asked for, and times of a clock that was moved, which nobody can judge as traffic;"
    " apicheck judge RUN_DIR judges the run itself"
)


def load_har(path: Path) -> Recording:
    """The usable entries of a HAR file, in its order.

    Raises RecordingError for a file that is no HAR, that has no usable entry, or that apicheck
    wrote of a run: its requests are meant to be refused, and its clock was moved.
    """
    log = _read_log(path)
    left_out: Counter[str] = Counter()
    entries: list[RecordedEntry] = []
    seen: set[tuple[object, ...]] = set()
    for number, written in enumerate(log):
        found = _read_entry(number, written)
        if isinstance(found, str):
            left_out[found] += 1
            continue
        key = (found.method, found.url, found.started, found.seconds, found.status)
        if key in seen:
            left_out["recorded twice"] += 1
            continue
        seen.add(key)
        entries.append(found)
    if not entries:
        why = ", ".join(f"{count} {reason}" for reason, count in left_out.items())
        message = f"has no entry that can be used ({why or 'it has none at all'})"
        raise failure(RecordingError, str(path), 0, message)
    return Recording(str(path), tuple(entries), dict(left_out))


def _read_log(path: Path) -> list[Json]:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as problem:
        raise failure(RecordingError, str(path), 0, problem.strerror or str(problem)) from None
    if len(data) > LARGEST:
        raise failure(RecordingError, str(path), 0, f"is larger than {LARGEST // 2**20} MiB")
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as problem:
        message = f"is not JSON: {problem.msg}"
        raise failure(RecordingError, str(path), problem.lineno, message) from None
    except UnicodeDecodeError:
        raise failure(RecordingError, str(path), 0, "is not UTF-8") from None
    except (RecursionError, ValueError) as problem:
        why = "is nested too deeply" if isinstance(problem, RecursionError) else str(problem)
        raise failure(RecordingError, str(path), 0, why) from None
    log = value.get("log") if isinstance(value, Mapping) else None
    entries = log.get("entries") if isinstance(log, Mapping) else None
    if not isinstance(entries, list):
        found = kind_of(entries) if isinstance(log, Mapping) else kind_of(log)
        message = f"is no HAR: log.entries must be a list, and {found} is there"
        raise failure(RecordingError, str(path), 0, message)
    if any(isinstance(one, Mapping) and _OF_A_RUN in one for one in entries):
        raise failure(RecordingError, str(path), 0, _OWN)
    return entries


def _read_entry(number: int, written: Json) -> RecordedEntry | str:
    """An entry, or why it is left out."""
    if not isinstance(written, Mapping):
        return _MALFORMED
    if any(written.get(name) for name in _CACHED):
        return "served by the browser itself"
    try:
        request, response = written["request"], written["response"]
        method, url = _text(request["method"]), _text(request["url"])
        body, complete = _read_content(response.get("content") or {})
        entry = RecordedEntry(
            number=number,
            method=method,
            url=url,
            started=_read_moment(written["startedDateTime"]),
            seconds=_read_seconds(written.get("time")),
            status=_read_status(response["status"]),
            headers=tuple(_read_pairs(request.get("headers"))),
            body=_read_post_data(request.get("postData")),
            reason=str(response.get("statusText") or ""),
            response_headers=tuple(_read_pairs(response.get("headers"))),
            response_body=body,
            complete=complete,
        )
        parts = urlsplit(url)
        port = parts.port  # raises ValueError for what is no port
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
        return _MALFORMED
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        return "of another scheme than http"
    if any(is_filtered(value) for _, value in entry.response_headers):
        return "with a field of the response filtered out"
    if not method.isascii() or not method.isalpha():
        return _MALFORMED
    return entry


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value.encode("utf-8", "replace").decode()


def _read_moment(value: Json) -> float:
    moment = datetime.fromisoformat(_text(value))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _read_seconds(value: Json) -> float:
    """How long an entry took; tools write -1 where they do not know."""
    number = float(value) if isinstance(value, int | float) else 0.0
    return min(max(number / 1000, 0.0), _LONGEST_S) if math.isfinite(number) else 0.0


def _read_status(value: Json) -> int:
    """The status; tools write 0 or -1 where no response came."""
    status = int(value)
    if status > 999:
        raise ValueError
    return status if status >= 100 else 0


def _read_pairs(written: Json) -> Iterator[tuple[str, str]]:
    """The fields of a message, without those that HTTP/2 makes of the request line."""
    for one in written or ():
        name, value = _text(one["name"]), _text(one["value"])
        if not name.startswith(":"):
            # Some tools join the lines of a field that came more than once.
            yield from ((name, line.strip()) for line in value.split("\n"))


def _read_post_data(written: Json) -> bytes | None:
    if not written:
        return None
    text = written.get("text")
    if text is None:
        params: Pairs = tuple(
            (_text(one["name"]), _text(one.get("value") or "")) for one in written.get("params", ())
        )
        return urlencode(params).encode() if params else None
    return _text(text).encode()


def _read_content(written: Mapping[str, Json]) -> tuple[bytes, bool]:
    """The body of a response, and whether the recording has it."""
    text = written.get("text")
    if text is None:
        size = written.get("size")
        return b"", not isinstance(size, int | float) or size <= 0
    if written.get("encoding") == "base64":
        try:
            return base64.b64decode(_text(text), validate=True), True
        except binascii.Error:
            return b"", False
    return _text(text).encode(), "comment" not in written or "longer" not in str(written["comment"])
