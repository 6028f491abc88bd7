"""The one place that knows schemathesis: request bodies that only a generator can make.

Its positive cases are input, never an oracle: that a server refuses one says nothing by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apicheck.model.json import MISSING, Json


def body_of(document: Mapping[str, Json], method: str, path: str, prefix: str = "") -> Json:
    """A body that the document allows for an operation, or MISSING when none can be made.

    prefix: of the first server, which `path` includes and the document's own path does not.
    """
    import hypothesis
    import schemathesis
    from schemathesis.config import SchemathesisConfig
    from schemathesis.core import NotSet

    settings = hypothesis.settings(
        max_examples=1,
        database=None,
        deadline=None,
        derandomize=True,
        phases=(hypothesis.Phase.generate,),
        suppress_health_check=list(hypothesis.HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
    )
    made: list[Json] = []
    try:
        # The configuration is given, so that none is looked for in the working directory.
        schema = schemathesis.openapi.from_dict(dict(document), config=SchemathesisConfig())
        operation = schema[path.removeprefix(prefix)][method]

        @settings
        @hypothesis.given(operation.as_strategy())
        def keep(case: Any) -> None:
            made.append(case.body)

        keep()
    except Exception:  # noqa: BLE001  (whatever a generator cannot do, a fixture can)
        return MISSING
    return MISSING if not made or isinstance(made[0], NotSet) else made[0]
