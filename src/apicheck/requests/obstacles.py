"""Why an operation of the document cannot be asked, whatever its request would be."""

from __future__ import annotations

from urllib.parse import parse_qsl

from apicheck.model.operation import Operation
from apicheck.model.verdict import NotTested, NotTestedKind


def find_obstacle(operation: Operation, host: str = "") -> NotTested | None:
    """Say why no request can be for an operation; None where one can.

    host: of the target's base URL.
    """
    name = f"{operation.method} {operation.path}{operation.suffix}"
    if operation.host and operation.host != host.lower():
        return NotTested(
            NotTestedKind.OUT_OF_SCOPE,
            f"{name} is out of scope: its server is {operation.host}, another host",
        )
    if operation.twin:
        return NotTested(
            NotTestedKind.OUT_OF_SCOPE,
            f"{name} is out of scope: no request holds what stands behind #, "
            f"so that it cannot be told apart from {operation.twin}",
        )
    told = {(one.name.lower(), one.only_value) for one in operation.parameters}
    told |= {(key.lower(), value) for key, value in operation.query}
    behind = parse_qsl(operation.suffix.partition("#")[2])
    if lacking := [key for key, value in behind if (key.lower(), value) not in told]:
        return NotTested(
            NotTestedKind.OUT_OF_SCOPE,
            f"{name} is out of scope: no request holds what stands behind #, "
            f"and none of its parameters says {lacking[0]}",
        )
    return None
