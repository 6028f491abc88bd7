"""Use schemathesis for bodies that only a generator can make, and for mutations.

Its positive cases are input, never an oracle: a server may refuse one for good reasons.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from apicheck.generate.hypothesis_runner import draw_first, in_own_thread, try_to_draw
from apicheck.generate.storage import stored_in_cache
from apicheck.model.json import MISSING, Json, at, child_pointer


def draw_body(document: Mapping[str, Json], method: str, path: str, prefix: str = "") -> Json:
    """Draw a body that the document allows for an operation; MISSING when none can be made.

    prefix: of the first server, which `path` includes and the document's own path does not.
    """
    from schemathesis.core import NotSet

    try:
        with stored_in_cache():
            operation = _load(_Same(document))[path.removeprefix(prefix)][method]
            case = draw_first(operation.as_strategy())
    except Exception:  # noqa: BLE001  (where a generator fails, a fixture helps)
        return MISSING
    return MISSING if case is None or isinstance(case.body, NotSet) else case.body


_MOST_CASES = 100
"""Cases of one operation that are read: bodies with many members have hundreds of thousands."""
_MOST_PARTS = 100
"""Objects in the schemas of a request, references followed, above which a case takes minutes."""


def draw_parts(
    document: Mapping[str, Json], method: str, path: str, prefix: str = ""
) -> tuple[tuple[str, str, Json], ...]:
    """List (place, name, value) of every part of schemathesis's cases for an operation.

    Its coverage phase lists values at, near and beyond the limits of each schema, always the same.
    place: path, query, header or body; name: of the parameter or of the body's member, "" for a
    whole body that is no object. () when it can list nothing, and where the schemas are so large
    that it would take minutes.
    """
    path = path.removeprefix(prefix)
    if _is_vast(
        document, at(document, child_pointer(child_pointer("/paths", path), method.lower()))
    ):
        return ()
    try:
        found = in_own_thread(lambda: _list_parts(document, method, path))
    except Exception:  # noqa: BLE001  (its internals change; Hypothesis's own values remain)
        return ()
    return tuple(found.values())


def _is_vast(document: Mapping[str, Json], operation: Json) -> bool:
    """Whether the request of an operation has more schemas than can be covered in good time."""
    request = operation if isinstance(operation, Mapping) else {}
    waiting: list[Json] = [request.get("parameters"), request.get("requestBody")]
    followed: set[str] = set()
    parts = 0
    while waiting and parts <= _MOST_PARTS:
        part = waiting.pop()
        if isinstance(part, list):
            waiting.extend(part)
        elif isinstance(part, Mapping):
            parts += 1
            waiting.extend(part.values())
            reference = part.get("$ref")
            if isinstance(reference, str) and reference[:1] == "#" and reference not in followed:
                followed.add(reference)
                waiting.append(at(document, reference[1:]))
    return parts > _MOST_PARTS


def _list_parts(
    document: Mapping[str, Json], method: str, path: str
) -> dict[str, tuple[str, str, Json]]:
    from schemathesis import GenerationMode

    schema = _load(_Same(document))
    cases = schema.iter_coverage_cases(
        schema[path][method],
        generation_modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
        generation_config=schema.config.generation,
        session=_open_session(_Same(document)),
    )
    found: dict[str, tuple[str, str, Json]] = {}
    for case in islice(cases, _MOST_CASES):
        for part in _split(case) if case.method == method else ():
            found.setdefault(json.dumps(part), part)
    return found


def _split(case: Any) -> Iterator[tuple[str, str, Json]]:
    from schemathesis.core import NotSet

    places = (("path", case.path_parameters), ("query", case.query), ("header", case.headers))
    for place, values in places:
        for name, value in (values or {}).items():
            if isinstance(value, str):
                yield place, name, value
    body = case.body
    if isinstance(body, Mapping):
        yield from (("body", str(name), value) for name, value in body.items())
    elif not isinstance(body, NotSet | bytes):
        yield "body", "", body


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A document that is equal to itself alone: to compare large ones takes too long."""

    document: Mapping[str, Json]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.document is self.document

    def __hash__(self) -> int:
        return id(self.document)


@lru_cache(maxsize=1)
def _open_session(same: _Same) -> Any:  # noqa: ARG001  (the key: one for each document)
    """Open what remembers values by schema: operations share many schemas."""
    from schemathesis.generation.coverage import GenerationSession

    session: Any = GenerationSession()
    session.draw_outcomes = Outcomes()
    return session


_MOST_TRIES = 20
"""Tries to draw one value of a case: of several hundred, those for a pattern take many seconds."""


class Outcomes:
    """What a session keeps of each strategy: a value that is drawn here, or why there is none."""

    def __init__(self) -> None:
        self._known: dict[Any, tuple[Any, Exception | None]] = {}

    def get(self, strategy: Any) -> tuple[Any, Exception | None]:
        """The value of a strategy, or the error that schemathesis takes for none."""
        from hypothesis.errors import InvalidArgument, Unsatisfiable

        if strategy not in self._known:
            try:
                drawn = try_to_draw(strategy, _MOST_TRIES, seed=0)
            except (InvalidArgument, Unsatisfiable):
                drawn = ()
            failure = Unsatisfiable("no try found a value")
            self._known[strategy] = (*drawn, None) if drawn else (None, failure)
        return self._known[strategy]


@lru_cache(maxsize=1)
def _load(same: _Same) -> Any:
    """Load the document into schemathesis, once for all operations of a plan."""
    import schemathesis
    from schemathesis.config import SchemathesisConfig

    # schemathesis changes what it is given
    copied = json.loads(json.dumps(same.document), object_hook=_shorten)
    # The configuration is given, so that none is looked for in the working directory.
    return schemathesis.openapi.from_dict(copied, config=SchemathesisConfig())


_LONGEST_MATCH = 1_000
"""Characters of a text for a pattern: one of ten thousand takes a minute to draw."""


def _shorten(schema: dict[str, Json]) -> dict[str, Json]:
    """Bound the texts of a schema with a pattern, so that they are drawn in good time.

    What fits the shorter one fits the schema, but for texts of which the least length is longer.
    """
    longest, least = schema.get("maxLength"), schema.get("minLength")
    if isinstance(schema.get("pattern"), str):
        if isinstance(least, int) and least > _LONGEST_MATCH:
            del schema["pattern"]
        elif isinstance(longest, int) and longest > _LONGEST_MATCH:
            schema["maxLength"] = _LONGEST_MATCH
    return schema
