"""From a policy file, with what it includes and the readings chosen, to a Policy."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from apicheck.load import clauses, names, quotes
from apicheck.load.facts import build_facts
from apicheck.load.grammar import as_list
from apicheck.load.history import load_history
from apicheck.load.layers import Layer, Merged
from apicheck.load.mistakes import Mistakes, collect_mistakes, did_you_mean, drop_invalid
from apicheck.load.origins import find_origins
from apicheck.load.profiles import clause_set_file, clause_set_names
from apicheck.load.reading import Node
from apicheck.load.refs import read_refs
from apicheck.load.sla import is_sla, read_sla
from apicheck.load.source import Source, read_source
from apicheck.model.errors import Mistake, PolicyError
from apicheck.model.facts import Facts
from apicheck.model.json import child_pointer, members_of
from apicheck.model.operation import SecurityScheme, Spec
from apicheck.model.policy import Clause, Policy
from apicheck.model.policy import Source as Text
from apicheck.model.target import Ref
from apicheck.model.verdict import Grade

_YAML = (".yaml", ".yml")


def load_policy(
    path: Path,
    spec: Spec,
    *,
    check_ids: Collection[str] = (),
    readings: tuple[str, ...] = (),
    verify_quotes: bool = True,
    earlier: Sequence[Path] | None = None,
) -> Policy:
    """A policy, held against its document.

    check_ids: the known checks, and their outcomes (`errors/allow#missing`); () leaves the names of
    checks unverified. readings: overlays
    to lay over the facts, in order. verify_quotes: False for a copy of a policy that is not
    beside the texts that it quotes. earlier: copies of the documents of its `versioning.history`,
    likewise. Raises PolicyError with every mistake of every file.
    """
    source = read_source(path, PolicyError)
    return _Loader(source, spec, check_ids, readings, verify_quotes, earlier).policy()


@cache
def _read_packaged(name: str) -> Source:
    source = read_source(clause_set_file(name), PolicyError)
    if mistakes := _find_mistakes_of_set(name, source):
        raise PolicyError(f"the clause set {name} cannot be used", tuple(mistakes))
    return source


def _find_mistakes_of_set(name: str, source: Source) -> Sequence[Mistake]:
    mistakes = collect_mistakes(source)
    mistakes.against("policy", _shell(source.value))
    if "include" in source.value:
        mistakes.add("/include", f'the clause set "{name}" may not include others')
    return mistakes.found


def included_files(path: Path) -> tuple[str, ...]:
    """The files of one's own that a policy includes, as written: relative to it."""
    named = as_list(read_source(path, PolicyError).value.get("include", []))
    return tuple(n for n in named if isinstance(n, str) and n.endswith(_YAML))


def document_of(path: Path) -> Path:
    """The OpenAPI document that a policy file names in `spec:`; by default openapi.yaml beside it.

    Raises PolicyError when the file is no mapping; the rest of it is not looked at.
    """
    written = read_source(path, PolicyError).value
    named = written.get("spec") if isinstance(written, Mapping) else None
    return path.parent / (named if isinstance(named, str) else "openapi.yaml")


def builtin_policy(
    spec: Spec,
    schemes: Mapping[str, SecurityScheme] | None = None,
    *,
    check_ids: Collection[str] = (),
) -> Policy:
    """The standard clause sets that fit a document, for a run without a policy of its own.

    schemes: those of the target file.
    """
    documented = {
        media.media_type
        for operation in spec.operations
        for response in operation.responses
        if response.status[:1] in ("4", "5")
        for media in response.media
    }
    known = {**spec.schemes, **(schemes or {})}
    bearer = any(s.http_scheme == "bearer" or s.kind == "oauth2" for s in known.values())
    include = [
        "openapi",
        "http",
        *(["bearer"] if bearer else []),
        *(["problem-details"] if documented == {"application/problem+json"} else []),
        "input",
    ]
    document = {"policy": "built-in", "title": "What the standards say", "include": include}
    return _Loader(Source("built-in", document), spec, check_ids, ()).policy()


def facts_from(mapping: Node, *, file: str = "") -> Facts:
    """Typed facts from a plain `facts:` mapping. Raises PolicyError; names are not verified."""
    source = Source(file or "facts", mapping)
    mistakes = Mistakes(lambda _: (source.file, 0))
    mistakes.against("policy", mapping, "", "facts")
    if mistakes.found:
        raise PolicyError(f"{source.file} cannot be used", mistakes.ordered)
    return build_facts(mapping)


def _facts(document: Node) -> Node:
    """The `facts:` of a file, {} where they are no mapping: the schema says so."""
    return members_of(document.get("facts"))


def _shell(document: Node) -> Node:
    """A file without its facts, which are looked at when the layers are merged."""
    return {**document, "facts": {}} if isinstance(document.get("facts"), Mapping) else document


@dataclass(slots=True)
class _Loader:
    source: Source
    spec: Spec
    check_ids: Collection[str]
    readings: tuple[str, ...]
    verify_quotes: bool = True
    earlier: Sequence[Path] | None = None
    unread: list[Mistake] = field(default_factory=list)

    def policy(self) -> Policy:
        """The policy, when nothing is mistaken.

        What is mistaken is left out while the rest is held against the document too.
        """
        raw: Node = self.source.value
        mistakes = Mistakes(self._place, self.source.written)
        mistakes.against("policy", _shell(raw))
        document: Node = drop_invalid("policy", {**_shell(raw), "policy": "unnamed"})
        sets = self._included(document, mistakes)
        sections = [
            (s, drop_invalid("policy", {**_shell(s.value), "policy": "unnamed"}))
            for s in sets.values()
        ]
        sections.append((self.source, document))
        layer = Layer("policy", self.source.file, self.source, "/facts", _facts(raw))
        base = self._merged_sets(sets).under(layer)
        merged = self._with_readings(base, document, mistakes)
        self._verify_schema(merged, mistakes)
        kept = Merged(drop_invalid("policy", merged.value, "facts"), merged.origins)
        facts = build_facts(kept.value)
        found = clauses.merge_clauses(sections)
        schemes = {**self.spec.schemes, **facts.authentication.schemes}
        spec = replace(self.spec, schemes=schemes)
        verifier = names.Verifier(spec, facts, kept, merged.value, self.check_ids, mistakes)
        verifier.verify()
        complete = len(sets) == len(as_list(document.get("include", [])))
        for clause in found:
            own = complete and clause.file == self.source.file
            verifier.verify_clause(clause, own=own)
        self._verify_choices(document, sections, found, mistakes, verifier)
        refs = self._read_refs(sections, mistakes)
        earlier = load_history(facts, merged, self._find_earlier(facts), mistakes.found)
        for source, value in sections if self.verify_quotes else ():
            quotes.verify(source, value, mistakes)
        if mistakes.found:
            raise PolicyError(f"{self.source.file} cannot be used", mistakes.ordered)
        finished = self._finished(raw, found, facts, merged, sets)
        return replace(finished, refs=refs, earlier=earlier)

    def _find_earlier(self, facts: Facts) -> Sequence[Path]:
        if self.earlier is not None:
            return self.earlier
        named = facts.versioning.history if facts.versioning else ()
        return [Path(self.source.file).parent / one.file for one in named]

    def _place(self, pointer: str) -> tuple[str, int]:
        return self.source.file, self.source.line(pointer)

    def _included(self, document: Node, mistakes: Mistakes) -> dict[str, Source]:
        sets: dict[str, Source] = {}
        wanted = document.get("include", [])
        for index, name in enumerate(as_list(wanted)):
            pointer = child_pointer("/include", index) if isinstance(wanted, list) else "/include"
            if not isinstance(name, str):
                continue  # the schema has said so
            if name.endswith(_YAML):
                if Path(name).is_absolute() or ".." in Path(name).parts:
                    message = f'the clause set "{name}" is not beside or below the policy'
                    mistakes.add(pointer, message, "a run keeps a copy of both")
                    continue
                try:
                    sets[name] = self._read_included(name, mistakes)
                except PolicyError as problem:
                    mistakes.found.extend(problem.mistakes)
            elif name in clause_set_names():
                sets[name] = _read_packaged(name)
            else:
                mistakes.unknown(pointer, "clause set", name, clause_set_names())
        for name, source in sets.items():
            if name.endswith(_YAML):
                mistakes.found.extend(_find_mistakes_of_set(name, source))
        return sets

    def _read_included(self, name: str, mistakes: Mistakes) -> Source:
        """A file that the policy includes: a clause set, or an SLA4OAI document."""
        source = read_source(Path(self.source.file).parent / name, PolicyError)
        if not is_sla(source):
            return source
        sla = read_sla(source, self.spec)
        mistakes.found.extend(sla.mistakes)
        self.unread += sla.unread
        return sla.source

    def _merged_sets(self, sets: Mapping[str, Source]) -> Merged:
        low = Merged()
        for name, source in sets.items():
            layer = Layer("include", name, source, "/facts", _facts(source.value))
            low = low.under(layer)
        return low

    def _with_readings(self, base: Merged, document: Node, mistakes: Mistakes) -> Merged:
        declared: Node = document.get("readings") or {}
        for name in self.readings:
            if name not in declared:
                mistakes.unknown("/readings", "reading", name, declared)
        merged = base
        for name, overlay in declared.items():
            layer = Layer("reading", name, self.source, child_pointer("/readings", name), overlay)
            if name in self.readings:
                merged = merged.under(layer)
            else:
                self._verify_schema(base.under(layer), mistakes)
        return merged

    def _verify_schema(self, merged: Merged, mistakes: Mistakes) -> None:
        def place(pointer: str) -> tuple[str, int]:
            origin = merged.origin(pointer.removeprefix("/facts"))
            return origin.file or self.source.file, origin.line

        written = {
            pointer: text
            for pointer, text in self.source.written.items()
            if pointer.startswith("/facts")
        }
        inner = Mistakes(place, written)
        inner.against("policy", merged.value, "/facts", "facts")
        mistakes.found.extend(m for m in inner.found if m not in mistakes.found)

    def _read_refs(
        self, sections: Sequence[tuple[Source, Node]], mistakes: Mistakes
    ) -> tuple[Ref, ...]:
        """The refs of the policy, and after them those of the files that it includes."""
        found: list[Ref] = []
        for source, value in reversed(sections):
            inner = collect_mistakes(source)
            found += read_refs(value.get("refs") or {}, self.spec, inner)
            mistakes.found.extend(inner.found)
        return tuple(found)

    def _verify_choices(
        self,
        document: Node,
        sections: Sequence[tuple[Source, Node]],
        found: tuple[Clause, ...],
        mistakes: Mistakes,
        verifier: names.Verifier,
    ) -> None:
        declared: Node = document.get("readings") or {}
        sources = {name for _, d in sections for name in d.get("sources") or {}}
        for clause in found:
            if clause.file != self.source.file:
                continue
            place = child_pointer("/clauses", clause.id)
            for name in clause.readings:
                if name not in declared:
                    mistakes.unknown(f"{place}/readings", "reading", name, declared)
            if clause.source and clause.source not in sources:
                mistakes.unknown(f"{place}/source", "source", clause.source, sources)
        used = {clause.section for clause in found if clause.file == self.source.file}
        for name in document.get("sections") or {}:
            if name not in used:
                place = child_pointer("/sections", name)
                mistakes.unknown(place, "section of a clause", name, used)
        for path in document.get("grades") or {}:
            if not verifier.is_fact(path):
                hint = did_you_mean(path, verifier.fact_paths)
                mistakes.add(child_pointer("/grades", path), f'no fact is at "{path}"', hint)

    def _finished(
        self,
        document: Node,
        found: tuple[Clause, ...],
        facts: Facts,
        merged: Merged,
        sets: Mapping[str, Source],
    ) -> Policy:
        grades = {
            names.normalize(path): Grade(grade if isinstance(grade, str) else grade["grade"])
            for path, grade in (document.get("grades") or {}).items()
        }
        sources: dict[str, Text] = {}
        for source in [*sets.values(), self.source]:
            for name, text in (source.value.get("sources") or {}).items():
                sources[name] = Text(
                    name=name,
                    url=text.get("url", ""),
                    retrieved=text.get("retrieved", ""),
                    grade=Grade(text.get("grade", "S")),
                    digest=text.get("digest", ""),
                )
        return Policy(
            id=str(document["policy"]),
            version=str(document.get("version", "")),
            title=str(document.get("title", "")),
            clauses=found,
            facts=facts,
            sources=sources,
            origins=find_origins(merged, self.spec, grades),
            grades=grades,
            readings=tuple(document.get("readings") or ()),
            file=self.source.file,
            digest=self.source.digest,
            unread=tuple(self.unread),
        )
