"""What was created: objects by collection, each with the tenant it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field

from apicheck.model.json import Json


@dataclass(slots=True)
class Stored:
    """One object. value: its members, as the response that created it showed them.

    changed_at: when it was created or last changed, in epoch seconds.
    """

    collection: str
    id: str
    tenant: str
    user: str
    app: str
    value: dict[str, Json]
    parents: dict[str, str] = field(default_factory=dict)
    changed_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Removed:
    """An object that was deleted. at: epoch seconds."""

    item: Stored
    at: float


class Store:
    """Objects in order of their making. `effects` counts every change of state.

    removed: those that operations deleted, in the order of their deletion.
    """

    def __init__(self) -> None:
        self.effects = 0
        self.removed: list[Removed] = []
        self._objects: dict[tuple[str, str], Stored] = {}

    def add(self, item: Stored) -> None:
        """Keep a new object."""
        self._objects[item.collection, item.id] = item

    def find(self, collection: str, object_id: str) -> Stored | None:
        """An object by its id, of any tenant."""
        return self._objects.get((collection, object_id))

    def remove(self, item: Stored) -> None:
        """Forget an object."""
        self._objects.pop((item.collection, item.id), None)

    def all(self, collection: str, tenant: str = "") -> list[Stored]:
        """The objects of a collection, of one tenant or (tenant "") of all."""
        return [
            item
            for item in self._objects.values()
            if item.collection == collection and tenant in ("", item.tenant)
        ]
