"""What a request takes from the answers of other operations where no link of the document says so.

An object of `/things/{id}` is made by POST /things, or is the first that GET /things lists. What
the run did not make itself is read and never changed: a request that may change something gets
the id of an object that was made for it, or none.
"""

from __future__ import annotations

from apicheck.model.operation import Operation, Spec
from apicheck.model.subject import Need
from apicheck.requests.identifiers import collection_of


def find_usual_need(
    spec: Spec, operation: Operation, name: str, *, reads_only: bool
) -> Need | None:
    """Where the value of a path parameter usually comes from; None where nobody could say.

    reads_only: nothing may be made.
    """
    collection = collection_of(operation.path, name)
    around = {o.method: o for o in spec.operations if o.path.rstrip("/") == collection}
    made = None if reads_only else around.get("POST")
    source = made or (around.get("GET") if operation.safe else None)
    if source is None or source.id == operation.id:
        return None
    return Need("path", name, source.id, "", convention=True)
