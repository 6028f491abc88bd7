"""How to see a finding again: its shortest command, and what its reader must put in place first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from apicheck.model.exchange import Transcript
from apicheck.model.results import Finding, Results
from apicheck.report import build_command

_PLACEHOLDER = re.compile(r"\$APICHECK_[A-Z0-9_]+")
_CREATED = 201
_TELLING = 4
"""Shorter ids are like any other word."""
_WORD = re.compile(r"[\w.~-]+")


def add_reproductions(
    results: Results, transcripts: Sequence[Transcript], base_url: str
) -> Results:
    """The results with a command for each finding that an exchange shows.

    Comments above the command say what the run had made for it: tokens, and objects that it
    deletes at its end.
    """
    exchanges = {e.id: e for transcript in transcripts for e in transcript.exchanges}
    tokens = dict(_made_tokens(transcripts))
    created = {name for name in _created(transcripts) if len(name) >= _TELLING}

    def completed(finding: Finding) -> Finding:
        shown = next((exchanges[e] for e in finding.evidence if e in exchanges), None)
        if shown is None:
            return finding
        command = build_command(shown, base_url)
        named = set(_PLACEHOLDER.findall(command))
        notes = [f"# {name[1:]}: {words}\n" for name, words in tokens.items() if name in named]
        made = dict.fromkeys(word for word in _WORD.findall(command) if word in created)
        notes += [f"# {word}: made by this run, which deletes what it makes\n" for word in made]
        return replace(finding, curl="".join(notes) + command)

    return replace(results, findings=tuple(completed(finding) for finding in results.findings))


def _created(transcripts: Sequence[Transcript]) -> Iterator[str]:
    """The ids of what the run made: where Location leads, and the member `id` of the answer."""
    for exchange in (e for t in transcripts for e in t.exchanges):
        if exchange.response is None or exchange.status != _CREATED:
            continue
        location = exchange.response.header("Location") or ""
        yield location.rstrip("/").rpartition("/")[2]
        content = exchange.json_or()
        name = content.get("id") if isinstance(content, dict) else None
        yield name if isinstance(name, str) else ""


def _made_tokens(transcripts: Sequence[Transcript]) -> Iterator[tuple[str, str]]:
    """Placeholder and meaning of each token that the run had made."""
    answers = [a for t in transcripts for a in t.answers if isinstance(a, dict)]
    for answer in (a for a in answers if "placeholder" in a and "rights" in a):
        rights = [
            f"with {kind} {', '.join(words)}" if words else f"with no {kind}"
            for kind, words in answer["rights"].items()
        ]
        tenant = f" of tenant {answer['tenant']}" if answer.get("tenant") else ""
        state = "" if answer.get("state") == "active" else f" ({answer['state']})"
        yield answer["placeholder"], f"a token{tenant} {' and '.join(rights)}".strip() + state
