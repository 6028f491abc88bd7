"""Reads a file of attestations, and writes the questions that are missing in it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path

from apicheck.load.mistakes import Mistakes, collect_mistakes, drop_invalid
from apicheck.load.reading import Node
from apicheck.load.source import Source, parse, read_text
from apicheck.model.attestation import Answer, Attestation
from apicheck.model.errors import AttestationError
from apicheck.model.json import child_pointer
from apicheck.model.policy import Clause, Policy

FILE_NAME = "attestations.yaml"
_DUE = ("by", "role", "date", "valid_until", "evidence")
_ABOUT = """\
# What people say of the clauses that no check tests. Answer each question:
#   answer       whether the clause is kept: yes, no or not-applicable
#   by, role     who says so
#   date         the day of the answer, as 2027-01-31
#   valid_until  the last day on which the answer counts
#   evidence     what shows it, and what the question asks for: text or a URL
# `apicheck attest` adds questions that are missing here, and changes nothing else."""


def load_attestations(path: Path, policy: Policy) -> tuple[Attestation, ...]:
    """The attestations of a file. Raises AttestationError with every mistake."""
    return read_attestations(read_text(path, AttestationError), str(path), policy)


def read_attestations(text: str, file: str, policy: Policy) -> tuple[Attestation, ...]:
    """The attestations of a text. Raises AttestationError with every mistake."""
    source = parse(text, file, AttestationError)
    mistakes = collect_mistakes(source)
    mistakes.against("attestations", source.value)
    settings: Node = drop_invalid("attestations", source.value)
    if settings.get("policy", policy.id) != policy.id:
        hint = f"write policy: {policy.id}, if they are of this policy"
        mistakes.add("/policy", f'they are of the policy "{settings["policy"]}"', hint)
    asked = {clause.id for clause in policy.clauses if clause.attest}
    known = {clause.id for clause in policy.clauses}
    found = tuple(
        _read_one(clause, given, source, mistakes)
        for clause, given in (settings.get("attestations") or {}).items()
        if _is_asked(clause, asked, known, mistakes)
    )
    mistakes.raise_found(AttestationError, file)
    return found


def _is_asked(
    clause: str, asked: Collection[str], known: Collection[str], mistakes: Mistakes
) -> bool:
    pointer = child_pointer("/attestations", clause)
    if clause not in known:
        mistakes.unknown(pointer, "clause", clause, asked)
    elif clause not in asked:
        mistakes.add(pointer, f"the policy asks nothing about {clause}", "remove it")
    return clause in asked


def _read_one(clause: str, given: Node, source: Source, mistakes: Mistakes) -> Attestation:
    pointer = child_pointer("/attestations", clause)
    answer = given.get("answer")
    days = {name: _read_day(given, name, pointer, mistakes) for name in ("date", "valid_until")}
    if answer is not None and (missing := [name for name in _DUE if not given.get(name)]):
        message = f"an answer needs {', '.join(missing)}"
        mistakes.add(pointer, message, "or leave the answer empty")
    began, ends = days["date"], days["valid_until"]
    if began and ends and ends < began:
        message = f"valid_until {ends} is before the day of the answer, {began}"
        mistakes.add(f"{pointer}/valid_until", message)
    return Attestation(
        clause=clause,
        question=given.get("question", ""),
        answer=None if answer is None else Answer(answer),
        by=given.get("by") or "",
        role=given.get("role") or "",
        on=began,
        valid_until=ends,
        evidence=given.get("evidence") or "",
        line=source.line(pointer),
    )


def _read_day(given: Node, name: str, pointer: str, mistakes: Mistakes) -> date | None:
    written = given.get(name)
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        place = f"{pointer}/{name}"
        mistakes.add(place, f'"{written}" is not a date', "write it as 2027-01-31")
        return None


def add_questions(text: str, file: str, policy: Policy) -> tuple[str, tuple[str, ...]]:
    """Add the questions that a text lacks, and name their clauses. "" gives a whole new text.

    Everything that was there stays as it is. Raises AttestationError for a text with mistakes, or
    one to whose end no question can be added.
    """
    given = read_attestations(text, file, policy) if text.strip() else ()
    named = {one.clause for one in given}
    missing = [clause for clause in policy.clauses if clause.attest and clause.id not in named]
    if not missing:
        return text, ()
    head = text if text.strip() else _write_head(policy)
    added = head.rstrip("\n") + "\n" + "".join(map(_write_question, missing))
    ids = tuple(clause.id for clause in missing)
    _verify_added(added, file, policy, {*named, *ids})
    return added, ids


def _verify_added(text: str, file: str, policy: Policy, due: Collection[str]) -> None:
    """Hold the text against what it must have: a file may be written in another style."""
    try:
        found: Iterable[str] = {one.clause for one in read_attestations(text, file, policy)}
    except AttestationError:
        found = ()
    if set(found) != set(due):
        raise AttestationError(
            f"{file} is written in another style than that of `apicheck attest`: indent each"
            " clause by two spaces, and put `attestations:` last"
        )


def _write_head(policy: Policy) -> str:
    version = f"version: {json.dumps(policy.version)}\n" if policy.version else ""
    return f"{_ABOUT}\npolicy: {json.dumps(policy.id)}\n{version}attestations:\n"


def _write_question(clause: Clause) -> str:
    says = clause.quote or clause.statement or clause.title
    said = "".join(one if one.isprintable() else " " for one in says)
    comment = f"  # {clause.level}, {', '.join(clause.actors)}: {' '.join(said.split())}"
    empty = "".join(f"    {name}:\n" for name in ("answer", *_DUE))
    question = json.dumps(" ".join(clause.attest.split()), ensure_ascii=False)
    return f"\n{comment}\n  {json.dumps(clause.id)}:\n    question: {question}\n{empty}"
