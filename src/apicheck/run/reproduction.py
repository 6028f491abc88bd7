"""Add to each finding the shortest command that reproduces it, and notes on what it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from apicheck.model.exchange import Transcript
from apicheck.model.results import Results, Task
from apicheck.report import build_command

_PLACEHOLDER = re.compile(r"\$APICHECK_[A-Z0-9_]+")
_CREATED = 201
_SHORTEST_ID = 4
"""A shorter id is easily mistaken for another word."""
_WORD = re.compile(r"[\w.~-]+")


def add_reproductions(
    results: Results, transcripts: Sequence[Transcript], base_url: str
) -> Results:
    """Add a command to each finding that has an exchange, and to each task, as a comment there.

    Comments above the command name what the run made for it: tokens, and objects that the run
    deletes at its end.
    """
    exchanges = {e.id: e for transcript in transcripts for e in transcript.exchanges}
    tokens = dict(_find_made_tokens(transcripts))
    created = {name for name in _find_created_ids(transcripts) if len(name) >= _SHORTEST_ID}

    def reproduce(evidence: Sequence[str]) -> str:
        shown = next((exchanges[e] for e in evidence if e in exchanges), None)
        if shown is None:
            return ""
        command = build_command(shown, base_url)
        named = set(_PLACEHOLDER.findall(command))
        notes = [f"# {name[1:]}: {words}\n" for name, words in tokens.items() if name in named]
        ids = dict.fromkeys(word for word in _WORD.findall(command) if word in created)
        notes += [f"# {word}: this run created it and may have deleted it\n" for word in ids]
        if clock := shown.travelled_to:
            notes.append(f"# first set the clock of the target to {clock:%Y-%m-%d %H:%M} UTC\n")
        return "".join(notes) + command

    return replace(
        results,
        findings=tuple(
            replace(one, curl=reproduce(one.evidence) or one.curl) for one in results.findings
        ),
        tasks=tuple(_show_in(task, reproduce(task.evidence)) for task in results.tasks),
    )


def _show_in(task: Task, command: str) -> Task:
    """A task with the command as comments above its lines, which are a part of a target file."""
    if not command:
        return task
    comments = "\n".join(f"# {line.removeprefix('# ')}" for line in command.split("\n"))
    return replace(task, lines=f"{comments}\n{task.lines}")


def _find_created_ids(transcripts: Sequence[Transcript]) -> Iterator[str]:
    """Find the ids of what the run created: in Location, and in the response's member `id`."""
    for exchange in (e for t in transcripts for e in t.exchanges):
        if exchange.response is None or exchange.status != _CREATED:
            continue
        location = exchange.response.header("Location") or ""
        yield location.rstrip("/").rpartition("/")[2]
        content = exchange.json_or()
        name = content.get("id") if isinstance(content, dict) else None
        yield name if isinstance(name, str) else ""


def _find_made_tokens(transcripts: Sequence[Transcript]) -> Iterator[tuple[str, str]]:
    """Find the placeholder and the description of each token that the run obtained."""
    replies = [a for t in transcripts for a in t.answers if isinstance(a, dict)]
    for token in (a for a in replies if "placeholder" in a and "rights" in a):
        rights = [
            f"with {kind} {', '.join(words)}" if words else f"with no {kind}"
            for kind, words in token["rights"].items()
        ]
        tenant = f" of tenant {token['tenant']}" if token.get("tenant") else ""
        state = "" if token.get("state") == "active" else f" ({token['state']})"
        yield token["placeholder"], f"a token{tenant} {' and '.join(rights)}".strip() + state
