"""Resolves the references of a document, so that each leads to a place of the document itself.

Other files become parts of the document, below FILES. Anchors, `$id`s and files in references are
replaced by JSON Pointers. Nothing is fetched from a network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urljoin

from apicheck.load.mistakes import Mistakes, did_you_mean
from apicheck.load.source import Source
from apicheck.load.walk import Base, Found, Reference, Walk, is_path_item, unit_of
from apicheck.model.json import MISSING, Json, at, child_pointer, tokens
from apicheck.model.references import locate, pointer_of, reference_in

FILES = "x-apicheck-files"
"""Member of a document in which other files are, by name."""

BROKEN = "x-apicheck-broken"
"""Member of a document that lists the units in which a reference leads to nothing, if any does."""

Opener = Callable[[str], tuple[str, Source]]
"""Opens a file by its URI: its name and content. Raises Unresolved."""


class Unresolved(Exception):
    """A reference leads to nothing that can be used. Never leaves `load`."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something cannot be used, and where that is."""

    reason: str
    pointer: str
    hint: str = ""

    @property
    def is_reference(self) -> bool:
        """Whether a reference that leads to nothing is the reason."""
        return self.pointer.endswith("/$ref")


@dataclass(slots=True)
class Resolver:
    """Resolves every reference of a document, in place.

    open_file: None where other files cannot be read. sources: pointer below FILES -> file.
    """

    document: dict[str, Json]
    mistakes: Mistakes
    base: Base = field(default_factory=Base)
    broken: dict[str, Problem] = field(default_factory=dict)
    """Unit -> why it cannot be used; see `unit_of`."""
    open_file: Opener | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    found: Found = field(default_factory=Found)
    _bases: dict[str, Base] = field(default_factory=dict)
    """URI of a file -> base of it."""
    _walked: set[str] = field(default_factory=set)
    _known: dict[tuple[Base, str], str | Unresolved] = field(default_factory=dict)
    _used_by: dict[str, set[str]] = field(default_factory=dict)
    """Unit -> the units that refer to it."""

    def resolve(self) -> None:
        """Resolves all references. Each that is broken is a mistake, and breaks its unit.

        A unit that refers to a broken one is broken as well.
        """
        self._bases[self.base.file] = self.base
        Walk(self.found).walk(self.document, self.base)
        done = 0
        while done < len(self.found.references):
            pending = self.found.references[done:]
            done += len(pending)
            for reference in pending:
                self._resolve_one(reference)
        self._break_circles()
        self._spread()
        if self.broken:
            self.document[BROKEN] = sorted(self.broken)

    def _resolve_one(self, reference: Reference) -> None:
        if reference.key == "$dynamicRef":
            self._resolve_dynamic(reference)
            return
        text = reference.holder[reference.key]
        known = self._known.get((reference.base, text))
        if known is None:
            try:
                known = self._find(text, reference.base)
            except Unresolved as problem:
                known = problem
            self._known[reference.base, text] = known
        if isinstance(known, Unresolved):
            if reference.key == "$ref":
                self._note_problem(reference, known)
            return
        if known != text[1:]:
            reference.holder[reference.key] = f"#{known}"
        is_item = is_path_item(reference.pointer)
        target = self._walk_target(known, reference.base, is_item=is_item)
        if not reference.idle:
            self._used_by.setdefault(target, set()).add(reference.unit)

    def _resolve_dynamic(self, reference: Reference) -> None:
        """Make `$dynamicRef` a reference where one anchor alone can be meant, else drop it.

        Which of several is meant depends on how a validator came there: then any value is valid.
        """
        name = reference.holder.pop("$dynamicRef").partition("#")[2]
        anchors = self.found.dynamic.get(name, [])
        if "$ref" not in reference.holder and len(anchors) == 1:
            reference.holder["$ref"] = f"#{anchors[0]}"

    def _note_problem(self, reference: Reference, problem: Unresolved) -> None:
        place = child_pointer(reference.pointer, "$ref")
        self.mistakes.add(place, problem.reason, problem.hint)
        if not reference.idle:
            broken = Problem(problem.reason, place, problem.hint)
            self.broken.setdefault(reference.unit, broken)

    def _walk_target(self, pointer: str, base: Base, *, is_item: bool) -> str:
        """Walk a target in another file, once. Returns its unit."""
        if not pointer.startswith(f"/{FILES}/"):
            return unit_of(pointer)
        if pointer not in self._walked:
            self._walked.add(pointer)
            value = at(self.document, pointer)
            if isinstance(value, dict | list):
                Walk(self.found, pointer, is_item).walk(value, self._base_at(pointer, base))
        return pointer

    def _base_at(self, pointer: str, base: Base) -> Base:
        inside = (one for one in self._bases.values() if one.document)
        return next((one for one in inside if f"{pointer}/".startswith(f"{one.document}/")), base)

    def _find(self, text: str, base: Base) -> str:
        """The pointer to which a reference leads. Raises Unresolved."""
        uri, _, fragment = text.partition("#")
        target = self._find_resource(text, uri, base) if uri else base
        fragment = unquote(fragment)
        if fragment and not fragment.startswith("/"):
            anchor = self.found.anchors.get((target.uri, fragment))
            if anchor is None and target.document:
                self._walk_target(target.document, target, is_item=False)
                anchor = self.found.anchors.get((target.uri, fragment))
            if anchor is None:
                raise Unresolved(f'the $ref "{text}" points to nothing')
            return anchor
        for root in dict.fromkeys((target.root, target.document, "")):
            pointer = self._descend(root, fragment)
            if pointer is not None:
                return pointer
        hint = self._suggest_closest(self.mistakes.moves.find_moved(target.document + fragment))
        raise Unresolved(f'the $ref "{text}" points to nothing', hint)

    def _descend(self, root: str, fragment: str) -> str | None:
        """Where a pointer leads, also through references on the way; None for nowhere."""
        value, pointer = at(self.document, root), root
        for key in tokens(fragment):
            inner = at(value, child_pointer("", key))
            if inner is MISSING and reference_in(value) is not None:
                value, pointer = locate(self.document, value, pointer)
                inner = at(value, child_pointer("", key))
            if inner is MISSING:
                return None
            value, pointer = inner, child_pointer(pointer, key)
        return pointer

    def _find_resource(self, text: str, uri: str, base: Base) -> Base:
        whole = urljoin(base.uri, uri)
        if whole in self.found.ids:
            return self.found.ids[whole]
        if whole == self.base.uri:
            return self.base
        file = urljoin(base.file, uri)
        if file in self._bases:
            return self._bases[file]
        if "//" in file and not file.startswith("file:///"):
            raise Unresolved(
                f'the $ref "{text}" is on the network: it is not fetched',
                "save it beside the document, and refer to the file",
            )
        if self.open_file is None:
            raise Unresolved(
                f'the $ref "{text}" is to another file', "bundle the document into one file first"
            )
        try:
            name, source = self.open_file(file)
        except Unresolved as problem:
            raise Unresolved(f'the $ref "{text}" {problem.reason}', problem.hint) from None
        pointer = f"/{FILES}{child_pointer('', name)}"
        same = next((one for one in self._bases.values() if one.document == pointer), None)
        if same is None:
            if pointer not in self.sources:
                self.document.setdefault(FILES, {})[name] = source.value
                self.sources[pointer] = source
            own = source.value.get("$id")
            uri = urljoin(file, own) if isinstance(own, str) else file
            same = Base(uri, file, pointer, pointer)
        self._bases[file] = same
        return self._bases[file]

    def _break_circles(self) -> None:
        """Break what refers to a reference that leads to references only."""
        known: dict[str, bool] = {}
        for reference in self.found.references:
            text = reference.holder.get("$ref", "") if reference.key == "$ref" else ""
            if self._leads_back(text, known):
                problem = Unresolved(
                    f'the $ref "{text}" leads back to itself',
                    "a reference must end at a value that is not one",
                )
                self._note_problem(reference, problem)

    def _leads_back(self, text: str, known: dict[str, bool]) -> bool:
        """Whether a reference leads to a circle. known: of the references that were looked at."""
        passed: list[str] = []
        while text.startswith("#") and text not in known:
            known[text] = True  # until its end is found: who comes here again is in a circle
            passed.append(text)
            text = reference_in(at(self.document, pointer_of(text))) or ""
        found = known.get(text, False)
        known.update(dict.fromkeys(passed, found))
        return found

    def _suggest_closest(self, pointer: str) -> str:
        siblings = at(self.document, pointer.rpartition("/")[0])
        if not isinstance(siblings, Mapping) or not tokens(pointer):
            return ""
        return did_you_mean(tokens(pointer)[-1], siblings)

    def _spread(self) -> None:
        """Break every unit that refers to a broken one."""
        due = list(self.broken)
        while due:
            unit = due.pop()
            for user in self._used_by.get(unit, ()):
                if user not in self.broken:
                    self.broken[user] = self.broken[unit]
                    due.append(user)
