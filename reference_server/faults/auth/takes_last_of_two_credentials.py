"""Of two credentials in one request the last is taken."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.operation import SecurityScheme
from reference_server.call import Call

NEEDS = ("authentication.several",)


def read_credentials(
    honest: Callable[[Call, SecurityScheme], tuple[str, ...]], call: Call, scheme: SecurityScheme
) -> tuple[str, ...]:
    """The last value of a field."""
    return honest(call, scheme)[-1:]
