"""The one place that knows schemathesis: bodies that only a generator can make, and mutations.

Its positive cases are input, never an oracle: that a server refuses one says nothing by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from apicheck.generate.hypothesis_runner import draw_first
from apicheck.model.json import MISSING, Json


def draw_body(document: Mapping[str, Json], method: str, path: str, prefix: str = "") -> Json:
    """A body that the document allows for an operation, or MISSING when none can be made.

    prefix: of the first server, which `path` includes and the document's own path does not.
    """
    from schemathesis.core import NotSet

    try:
        operation = _schema_of(document)[path.removeprefix(prefix)][method]
        case = draw_first(operation.as_strategy())
    except Exception:  # noqa: BLE001  (whatever a generator cannot do, a fixture can)
        return MISSING
    return MISSING if case is None or isinstance(case.body, NotSet) else case.body


def draw_parts(
    document: Mapping[str, Json], method: str, path: str, prefix: str = ""
) -> tuple[tuple[str, str, Json], ...]:
    """(place, name, value) of every part of the cases that schemathesis lists for an operation.

    Its coverage phase: values on, beside and beyond what each schema allows, the same list every
    time. place: path, query, header or body; name: of the parameter or of the body's member, ""
    for a whole body that is no object. () when it can list nothing.
    """
    try:
        found = _listed_parts(document, method, path.removeprefix(prefix))
    except Exception:  # noqa: BLE001  (its internals move; Hypothesis's own values are left)
        return ()
    return tuple(found.values())


def _listed_parts(
    document: Mapping[str, Json], method: str, path: str
) -> dict[str, tuple[str, str, Json]]:
    from schemathesis import GenerationMode
    from schemathesis.generation.coverage import GenerationSession

    schema = _schema_of(document)
    cases = schema.iter_coverage_cases(
        schema[path][method],
        generation_modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
        generation_config=schema.config.generation,
        session=GenerationSession(),
    )
    found: dict[str, tuple[str, str, Json]] = {}
    for case in cases:
        for part in _parts(case) if case.method == method else ():
            found.setdefault(json.dumps(part), part)
    return found


def _parts(case: Any) -> Iterator[tuple[str, str, Json]]:
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


@lru_cache(maxsize=1)
def _loaded(digest: str) -> Any:
    import schemathesis
    from schemathesis.config import SchemathesisConfig

    # The configuration is given, so that none is looked for in the working directory.
    return schemathesis.openapi.from_dict(json.loads(digest), config=SchemathesisConfig())


def _schema_of(document: Mapping[str, Json]) -> Any:
    """The document as schemathesis has it, read once for all operations of a plan."""
    return _loaded(json.dumps(document))
