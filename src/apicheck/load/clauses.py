"""Reads the clauses of a policy and of the sets that it includes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from apicheck.load.grammar import as_list, parse_optional_selector
from apicheck.load.names import normalize
from apicheck.load.reading import Node
from apicheck.load.source import Source
from apicheck.model.json import child_pointer
from apicheck.model.policy import Clause, Example
from apicheck.model.verdict import Grade, Level


@dataclass(frozen=True, slots=True)
class _Written:
    fields: Node
    file: str
    line: int
    grade: str
    heading: str


def merge_clauses(sections: Iterable[tuple[Source, Node]]) -> tuple[Clause, ...]:
    """The clauses of several files, the last file's own first.

    A later file overlays a clause of the same id; null removes it.
    """
    found: dict[str, _Written] = {}
    for source, document in sections:
        defaults: Node = document.get("defaults") or {}
        texts: Node = document.get("sources") or {}
        for clause_id, fields in (document.get("clauses") or {}).items():
            if fields is None:
                found.pop(clause_id, None)
                continue
            below = found[clause_id].fields if clause_id in found else defaults
            laid = {**below, **fields}
            if "source" not in laid and len(texts) == 1:
                laid["source"] = next(iter(texts))
            grade = texts.get(laid.get("source", ""), {}).get("grade", "S")
            heading = (document.get("sections") or {}).get(laid.get("section", ""), "")
            line = source.line(child_pointer("/clauses", clause_id))
            found.pop(clause_id, None)
            found[clause_id] = _Written(laid, source.file, line, grade, heading)
    own = [source.file for source, _ in sections][-1:]
    ordered = sorted(found, key=lambda clause_id: found[clause_id].file not in own)
    return tuple(_build_clause(clause_id, found[clause_id]) for clause_id in ordered)


def _build_clause(clause_id: str, written: _Written) -> Clause:
    fields = written.fields
    return Clause(
        id=clause_id,
        section=fields.get("section", ""),
        heading=written.heading,
        title=fields.get("title", ""),
        quote=fields.get("quote", ""),
        statement=fields.get("statement", ""),
        level=Level(fields.get("level", "must")),
        actors=tuple(as_list(fields.get("actors", "provider"))),
        source=fields.get("source", ""),
        grade=Grade(fields.get("grade", written.grade)),
        checks=tuple(as_list(fields.get("checks", ()))),
        facts=tuple(normalize(path) for path in as_list(fields.get("of", ()))),
        ops=parse_optional_selector(fields.get("ops")),
        example=_build_examples(fields.get("example", ())),
        attest=fields.get("attest", ""),
        untested=fields.get("untested", ""),
        ambiguity=fields.get("ambiguity", ""),
        contradiction=fields.get("contradiction", ""),
        readings=tuple(as_list(fields.get("readings", ()))),
        line=written.line,
        file=written.file,
    )


def _build_examples(steps: Iterable[Node]) -> tuple[Example, ...]:
    used: dict[str, int] = {}
    examples = []
    for step in steps:
        operation = step["operation"]
        used[operation] = used.get(operation, 0) + 1
        nth = f"-{used[operation]}" if used[operation] > 1 else ""
        examples.append(
            Example(
                id=step.get("id", operation + nth),
                operation=operation,
                identity=step.get("as", ""),
                send=step.get("send", {}),
                expect=step.get("expect", {}),
            )
        )
    return tuple(examples)
