"""Where a request takes ids from, by convention, when no link of the document says so.

POST /things creates an object of `/things/{id}`, or GET /things lists one first. The run reads
objects that it did not create, and never changes them: a request that may change an object gets
the id of one that was created for it, or none.
"""

from __future__ import annotations

from apicheck.model.operation import Operation, Spec
from apicheck.model.subject import Need
from apicheck.requests.identifiers import collection_of


def find_usual_need(
    spec: Spec, operation: Operation, name: str, *, reads_only: bool
) -> Need | None:
    """Find the usual source of a path parameter's value; None where the paths suggest none.

    reads_only: the run may create nothing.
    """
    collection = collection_of(operation.path, name)
    around = spec.by_path.get(collection, {}) if collection else {}
    made = None if reads_only else around.get("POST")
    source = made or (around.get("GET") if operation.safe else None)
    if source is None or source.id == operation.id:
        return None
    return Need("path", name, source.id, "", convention=True)
