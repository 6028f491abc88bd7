"""Write a baseline, and describe how the findings of a run stand beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import yaml

from apicheck.model.baseline import Comparison, KnownFinding
from apicheck.model.results import Results
from apicheck.report.text import join_lines

_SHOWN = 6
_HEADER = """\
# Findings that are known, each until its day. apicheck baseline renews the file.
"""


def write_baseline(entries: Sequence[KnownFinding]) -> bytes:
    """Write a baseline as YAML. Every value is quoted: `12e4567890` would be a number."""
    return "".join(
        [_HEADER, "known:\n" if entries else "known: []\n", *map(_write, entries)]
    ).encode()


def _write(entry: KnownFinding) -> str:
    finding = [f"    finding: {_quote(entry.finding)}\n"] if entry.finding else []
    subjects = [f"      - {_quote(subject)}\n" for subject in entry.subjects]
    return "".join(
        [
            f"  - fingerprint: {_quote(entry.fingerprint)}\n",
            *finding,
            *(["    subjects:\n"] if subjects else []),
            *subjects,
            f"    owner: {_quote(entry.owner)}\n",
            f"    reason: {_quote(entry.reason)}\n",
            f"    expires: {entry.expires}\n",
        ]
    )


def _quote(text: str) -> str:
    shown = text.encode("utf-8", "backslashreplace").decode()
    return yaml.safe_dump(shown, default_style='"', width=float("inf")).strip()


def describe_comparison(comparison: Comparison, results: Results) -> Iterator[str]:
    """Describe in lines what is new, what is known, and which entries count no more."""
    names = {
        one.id: ": ".join(filter(None, (one.check, one.outcome, one.detail)))
        for one in results.findings
    }
    counts = f"{len(comparison.new)} new, {len(comparison.known)} known"
    yield f"findings beside the baseline: {counts}"
    for finding, subjects in comparison.new.items():
        yield join_lines(f"  new      {names[finding]} ({finding}) on {_list(subjects)}")
    for finding, entries in comparison.known.items():
        entry = entries[0]
        said = f"{entry.owner}, until {entry.expires}: {entry.reason}"
        yield join_lines(f"  known    {names[finding]} ({said})")
    for word, words, entries in (
        ("expired", "renew it, or mend the finding", comparison.expired),
        ("mended", "its subjects pass: remove it", comparison.mended),
        ("unseen", "this run did not find it, nor test all that it names", comparison.unseen),
    ):
        for entry in entries:
            about = entry.finding or entry.fingerprint
            last = f" on {entry.expires}" if word == "expired" else ""
            yield join_lines(f"  {word:<8} {entry.place}: {about}{last}; {words}")


def _list(subjects: Sequence[str]) -> str:
    more = f" and {len(subjects) - _SHOWN} more" if len(subjects) > _SHOWN else ""
    return (", ".join(subjects[:_SHOWN]) or "the API") + more
