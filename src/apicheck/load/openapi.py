"""Reads an OpenAPI 3.0, 3.1 or 3.2 document, or one of Swagger 2.0, into a Spec.

Only a document that is none is refused. Of any other, the operations that can be read are used; the
others are left out by name, and what matters to no check is a remark.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

from apicheck.load import swagger, validity, values
from apicheck.load.files import open_below
from apicheck.load.mistakes import Mistakes, collect_mistakes
from apicheck.load.moves import Moves
from apicheck.load.operations import Reader
from apicheck.load.reading import Node
from apicheck.load.references import FILES, Opener, Problem, Resolver
from apicheck.load.servers import prefix_of
from apicheck.load.source import Source, parse, read_source
from apicheck.load.walk import Base, unit_of
from apicheck.model.errors import Mistake, SpecError
from apicheck.model.json import Json, dotted, write_json
from apicheck.model.operation import LeftOut, Place, Spec

_KNOWN = "known: OpenAPI 3.0, 3.1 and 3.2, and Swagger 2.0"
_NO_PATHS = "has no paths, and so no operation to test"


def load_spec(path: Path) -> Spec:
    """The OpenAPI document of a file, YAML or JSON, with the other files that it refers to.

    Raises SpecError for a document that cannot be used.
    """
    source = read_source(path, SpecError, doubles=True)
    open_file = open_below(path.resolve().parent, Path.cwd())
    return _build_spec(source, strict=True, uri=path.resolve().as_uri(), open_file=open_file)


def read_spec(document: Node, *, file: str = "") -> Spec:
    """A Spec from a document in memory, which may lack what OpenAPI requires (info, responses).

    Raises SpecError for an operation that cannot be read, which `load_spec` leaves out.
    """
    source = Source(file or "document", deepcopy(dict(document)))
    spec = _build_spec(source, strict=False)
    if spec.left_out:
        raise SpecError(f"{source.file} cannot be used", _group(spec.left_out))
    return spec


def parse_spec(text: str, file: str) -> Spec:
    """As `load_spec`, from text; no other file is read. Raises SpecError."""
    return _build_spec(parse(text, file, SpecError, doubles=True), strict=True)


def saved_document(spec: Spec, written: bytes) -> bytes:
    """The document as one file, to be read again: with the other files in it, if it has any."""
    return write_json(spec.document) if FILES in spec.document else written


def _build_spec(
    source: Source, *, strict: bool, uri: str = "", open_file: Opener | None = None
) -> Spec:
    mistakes = collect_mistakes(source)
    document: dict[str, Json] = source.value
    _verify_version(document, mistakes, strict=strict)
    mistakes.raise_found(SpecError, source.file)
    files: dict[str, Source] = {}
    moves = Moves()

    def locate(pointer: str) -> Place:
        return _find_place(moves.find_written(pointer), source, files)

    remarks = Mistakes(lambda pointer: _name_line(locate(pointer)), moves=moves)
    remarks.found.extend(source.doubles)
    own = document.get("$self")
    base = Base(own if isinstance(own, str) else uri, uri)
    version = str(document.get("openapi", "3.1.0"))
    if swagger.is_swagger(document):
        version = swagger.VERSION
        as_written = Mistakes(lambda pointer: _name_line(_find_place(pointer, source, files)))
        broken = validity.verify(document, as_written, version) if strict else {}
        if open_file is not None:
            swagger.gather_files(document, base, open_file, files)
        document = swagger.convert(document, moves, as_written)
        broken = dict(_move(broken.values(), moves))
        remarks.found.extend(as_written.found)
    else:
        broken = validity.verify(document, remarks, version[:3]) if strict else {}
    resolver = Resolver(document, remarks, base, broken, open_file, files)
    resolver.resolve()
    for other in files.values():
        remarks.found.extend(other.doubles)
    if strict:
        values.verify(resolver.found.valued, remarks)
    reader = Reader(document, remarks, resolver.broken)
    operations = tuple(reader.drop_dead_links(tuple(reader.read_operations())))
    if reader.left_out and not operations:
        raise SpecError(f"{source.file} has no operation that can be used", _group(reader.left_out))
    info = document.get("info")
    info = info if isinstance(info, Mapping) else {}
    return Spec(
        title=str(info.get("title", "")),
        version=str(info.get("version", "")),
        openapi=version,
        operations=operations,
        schemes=reader.schemes,
        document=document,
        prefix=prefix_of(document.get("servers")),
        file=source.file,
        digest=_digest([source, *files.values()]),
        lines=source.lines,
        left_out=tuple(reader.left_out),
        remarks=tuple(_drop_told(remarks.ordered, reader.left_out)),
        locate=locate,
    )


def _move(problems: Iterable[Problem], moves: Moves) -> Iterator[tuple[str, Problem]]:
    """Problems at the places where their parts are now, by `unit_of`."""
    for problem in problems:
        pointer = moves.find_moved(problem.pointer)
        yield unit_of(pointer), replace(problem, pointer=pointer)


def _drop_told(remarks: Iterable[Mistake], left_out: Iterable[LeftOut]) -> Iterator[Mistake]:
    """The remarks without those that are the reason why an operation is left out."""
    told = {(one.file, one.line, one.reason) for one in left_out}
    return (one for one in remarks if (one.file, one.line, one.message) not in told)


def _group(left_out: Iterable[LeftOut]) -> tuple[Mistake, ...]:
    """One mistake for each thing that is broken, however many operations need it."""
    found = Counter((one.file, one.line, one.pointer, one.reason) for one in left_out)
    return tuple(
        Mistake(file, line, dotted(pointer), reason, f"{count} operations need it" * (count > 1))
        for (file, line, pointer, reason), count in found.items()
    )


def _find_place(pointer: str, source: Source, files: Mapping[str, Source]) -> Place:
    """The place that a pointer into a document of several files leads to."""
    for below, other in files.items():
        if pointer.startswith(f"{below}/"):
            inside = pointer.removeprefix(below)
            return Place(other.file, other.line(inside), inside)
    return Place(source.file, source.line(pointer), pointer)


def _name_line(place: Place) -> tuple[str, int]:
    return place.file, place.line


def _digest(sources: list[Source]) -> str:
    """The digest of the one file, or of the digests of all."""
    if len(sources) == 1:
        return sources[0].digest
    return hashlib.sha256("".join(one.digest for one in sources).encode()).hexdigest()


def _verify_version(document: Node, mistakes: Mistakes, *, strict: bool) -> None:
    if swagger.is_swagger(document):
        if strict and "paths" not in document:
            mistakes.add("", _NO_PATHS)
    elif "openapi" not in document and "swagger" in document:
        mistakes.add("/swagger", f"Swagger {document['swagger']} is not supported", _KNOWN)
    elif "openapi" not in document:
        if strict:
            mistakes.add(
                "", 'is not an OpenAPI document: "openapi" is missing', 'add openapi: "3.1.0"'
            )
    elif str(document["openapi"])[:3] not in validity.VERSIONS:
        message = f"OpenAPI {document['openapi']} is not supported"
        mistakes.add("/openapi", message, _KNOWN)
    elif strict and not {"paths", "components", "webhooks"} & set(document):
        mistakes.add("", _NO_PATHS)
    if strict and not isinstance(document.get("paths", {}), Mapping):
        mistakes.add("/paths", "expected a mapping of paths to operations")
