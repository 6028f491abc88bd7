"""Objects that no request can make, and that others are made in: a server, an account, a region.

A run may make an object in one that it finds, where it can delete that object again, and may act
on what it made there. It never changes the container itself.
"""

from __future__ import annotations

from apicheck.model.operation import Operation
from apicheck.requests.identifiers import collection_of
from apicheck.requests.links import path_parameters
from apicheck.requests.neighbours import Neighbours
from apicheck.requests.nouns import words_of

_ACTS = frozenset(
    """apply bill call cancel charge deploy dispatch execute fire invite invoke launch notify order
    pay publish purchase release run send start submit
    trigger""".split()  # noqa: SIM905  (one word for each would be a page)
)
"""First words of what sets something off, rather than adding an object."""


def may_be_listed(around: Neighbours, operation: Operation, name: str) -> bool:
    """Whether an unsafe operation may name an object that was found, as the container of its own.

    The caller knows that nothing makes such objects.
    """
    names = [parameter.name for parameter in path_parameters(operation)]
    further = names[names.index(name) + 1 :] if name in names else []
    if further:
        return any(_is_made(around, operation, one) for one in further)
    path = operation.path.rstrip("/")
    adds = operation.method == "POST" and not path.endswith(f"/{{{name}}}")
    undone = any("DELETE" in around.at(path + ids) for ids in ("/{}", "/{}/{}"))
    return adds and undone and not _sets_off(operation)


def _is_made(around: Neighbours, operation: Operation, name: str) -> bool:
    """Whether the object of a path parameter is one that a request makes."""
    collection = collection_of(operation.path, name)
    if collection is None:
        return False
    item = around.at(f"{collection}/{{}}")
    maker = around.at(collection).get("POST") or (item.get("PUT") if "DELETE" in item else None)
    return maker is not None and not _sets_off(maker)


def _sets_off(operation: Operation) -> bool:
    return any(
        words_of(text)[:1] and words_of(text)[0] in _ACTS
        for text in (operation.id, operation.summary)
    )
