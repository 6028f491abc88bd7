from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from apicheck.load import load_baseline
from apicheck.model.baseline import KnownFinding
from apicheck.model.errors import BaselineError
from apicheck.report.baseline import write_baseline

TODAY = date(2026, 11, 29)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "baseline.yaml"
    path.write_text(text)
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    entries = (
        KnownFinding(
            "1234567890", "auth/challenge: absent", "ada", "a: b # c", TODAY, ("null", "yes", "1")
        ),
        KnownFinding("12e4567890", "x", "bob\u202e", "- é\n::error::", date(2027, 5, 28)),
    )
    path = tmp_path / "baseline.yaml"
    path.write_bytes(write_baseline(entries))
    read = load_baseline(path, TODAY)
    assert [one.place for one in read] == [f"{path}:3", f"{path}:12"]
    assert [one.expires for one in read] == [one.expires for one in entries]
    for before, after in zip(entries, read, strict=True):
        assert (before.fingerprint, before.owner, before.reason, before.subjects) == (
            after.fingerprint,
            after.owner,
            after.reason,
            after.subjects,
        )
    assert "\u202e" not in path.read_text()


def test_a_baseline_may_be_empty(tmp_path: Path) -> None:
    assert load_baseline(write(tmp_path, write_baseline(()).decode()), TODAY) == ()


def test_every_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """\
known:
  - fingerprint: a1
    owner: ada
    reason: ORD-1
    expires: 2027-05-29
  - fingerprint: a2
    owner: " "
    reason: ORD-2
    expires: 2027-02-31
  - fingerprint: a3
    ownr: bob
    expires: soon
""",
    )
    with pytest.raises(BaselineError) as raised:
        load_baseline(path, TODAY)
    told = [(one.line, one.message, one.suggestion) for one in raised.value.mistakes]
    assert told == [
        (5, "expires in 181 days, at most 180 are allowed", "write 2027-05-28, or an earlier day"),
        (7, 'expected a name, found the text " "', ""),
        (9, '"2027-02-31" is not a date', "write it as 2027-01-31"),
        (10, '"owner" and "reason" is missing', ""),
        (11, 'unknown key "ownr"', 'did you mean "owner"?'),
        (12, 'expected a date, such as 2027-01-31, found the text "soon"', ""),
    ]


def test_an_entry_may_last_180_days_and_may_have_expired(tmp_path: Path) -> None:
    entry = "{fingerprint: a, owner: b, reason: c, expires: %s}"
    path = write(tmp_path, f"known: [{entry % '2027-05-28'}, {entry % '2020-01-01'}]")
    assert len(load_baseline(path, TODAY)) == 2


def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match='"known" is missing'):
        load_baseline(write(tmp_path, "policy: x"), TODAY)
