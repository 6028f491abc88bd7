"""What an ended session, or a revoked key, opened is not closed."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("authentication.issued",)


def withdraw_credentials(honest: Callable[[Call], None], call: Call) -> None:
    """Nothing is revoked."""
    del honest, call
