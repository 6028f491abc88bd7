"""Where a request takes ids from, by convention, when no link of the document says so.

POST /things creates an object of `/things/{id}`, or GET /things lists one first; where the client
chooses names, PUT or POST /things/{name} creates it. The run reads objects that it did not
create, and never changes them: a request that may change an object gets the id of one that was
created for it, or none. Only the container of such an object may be one that was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from apicheck.model.operation import Operation
from apicheck.model.subject import Need
from apicheck.requests.containers import may_be_listed
from apicheck.requests.identifiers import collection_of
from apicheck.requests.neighbours import Neighbours
from apicheck.requests.nouns import plain, singulars, words_of

SEARCHES = ("search", "filter", "query", "list")
"""Last segments of a POST that lists."""
_IDS = frozenset({"id", "ids", "uuid", "guid", "pk", "key", "slug", "name", "ref"})


def find_usual_need(
    around: Neighbours, operation: Operation, name: str, *, reads_only: bool
) -> Need | None:
    """Find the usual source of a path parameter's value; None where the paths suggest none.

    reads_only: the run may create nothing.
    """
    collection = collection_of(operation.path, name)
    for folder in _find_folders(collection, name) if collection else ():
        if source := _find_source(around, operation, folder, reads_only=reads_only):
            return Need("path", name, source.id, "", convention=True)
        if folder == collection and not reads_only:
            maker = _find_maker_by_name(around, operation, f"{collection}/{{}}")
            if maker is not None:
                last = maker.path.rstrip("/").rpartition("{")[2].rstrip("}")
                return Need("path", name, maker.id, "", convention=True, parameter=last)
    # What is at `/admin/users/{id}` is perhaps what POST /users makes.
    for called in (name, *singulars((collection or "").rpartition("/")[2])):
        source = find_source_of(around, operation, called, reads_only=reads_only, named=False)
        if source is not None:
            return Need("path", name, source.id, "", convention=True)
    listing = around.at(collection).get("GET") if collection and not reads_only else None
    if listing is not None and may_be_listed(around, operation, name):
        return Need("path", name, listing.id, "", convention=True)
    return None


def chooses_name(around: Neighbours, operation: Operation, name: str) -> bool:
    """Whether the client of an operation may choose the name of the object that it creates."""
    if operation.method not in ("PUT", "POST"):
        return False
    collection = collection_of(operation.path, name)
    whole = operation.path.rstrip("/").endswith(f"/{{{name}}}")
    return whole and collection is not None and "POST" not in around.at(collection)


def may_make(operation: Operation) -> bool:
    """Whether a POST to an object may make it, though the collection has a POST as well."""
    return (
        operation.method == "POST"
        and operation.path.rstrip("/").endswith("}")
        and _creates(operation)
    )


def find_chosen_id(around: Neighbours, operation: Operation) -> str:
    """The name by which a body may say the id of what it makes; "" where the server chooses it.

    POST /topics takes `topic_name` where an object is at `/topics/{topic_name}`.
    """
    if operation.method != "POST":
        return ""
    for item in around.at(f"{operation.path.rstrip('/')}/{{}}").values():
        name = item.path.rstrip("/").rpartition("{")[2].rstrip("}")
        return "" if plain(name) in _IDS else name
    return ""


def may_use_up(around: Neighbours, operation: Operation, needs: Iterable[Need]) -> bool:
    """Whether a request may use up what it names by convention: a book is lent once.

    A POST that names another object in its body, or that does something with one: the last segment
    of `/loans/{id}/return` is no collection.
    """
    usual = {need.place for need in needs if need.convention}
    if operation.method != "POST" or not usual:
        return False
    path = operation.path.rstrip("/")
    is_action = not path.endswith("}") and "}" in path and "GET" not in around.at(path)
    return "body" in usual or (is_action and not around.at(f"{path}/{{}}"))


def find_source_of(
    around: Neighbours, operation: Operation, name: str, *, reads_only: bool, named: bool = True
) -> Operation | None:
    """Find what makes, or lists, what a name is the id of; None where no path has such things.

    The collection with the fewest ids before it is taken. named: the request only names the
    thing, and changes another.
    """
    for folder in _find_collections(around, name):
        if source := _find_source(around, operation, folder, reads_only=reads_only, named=named):
            return source
    return None


def _find_source(
    around: Neighbours,
    operation: Operation,
    folder: str,
    *,
    reads_only: bool,
    named: bool = False,
) -> Operation | None:
    """What makes an object of a folder, or for a read what lists some. named: see above."""
    here = around.at(folder)
    made = None if reads_only else here.get("POST", here.get("PUT"))
    if made is not None and made.id != operation.id:
        return made
    if not operation.safe and not named:
        return None
    for source in (here.get("GET"), *(around.at(f"{folder}/{s}").get("POST") for s in SEARCHES)):
        if source is not None and source.id != operation.id:
            return source
    return None


def _find_maker_by_name(around: Neighbours, operation: Operation, item: str) -> Operation | None:
    """What makes an object at its own path, for an operation that is not itself the maker.

    PUT does (RFC 9110 section 9.3.4), unless the document has a 201 for POST alone.
    """
    makers = [around.at(item)[method] for method in ("PUT", "POST") if method in around.at(item)]
    maker = min(makers, key=lambda one: not _creates(one), default=None)
    return None if maker is None or maker.id == operation.id else maker


def _creates(operation: Operation) -> bool:
    """Whether the document says that an operation creates something."""
    return any(response.status == "201" for response in operation.responses)


def _find_folders(collection: str, name: str) -> Iterator[str]:
    """The collection, and the one above where the last segment only says what the id is.

    `/things/by-name/{name}` and `/things/name/{name}` are of things as well.
    """
    yield collection
    above, _, last = collection.rpartition("/")
    said = plain(last).removeprefix("by")
    if above and not above.endswith("}") and said == plain(name):
        yield above


def _find_collections(around: Neighbours, name: str) -> Iterator[str]:
    """The collections of what a name is the id of: of `home_team_id` home teams, then teams.

    Those with the fewest ids before them are first, and then those that are called like many
    things: `/admin/team` is perhaps one team, that of the caller.
    """

    def rank(path: str) -> tuple[int, bool]:
        last = path.rpartition("/")[2]
        return path.count("{}"), singulars(last)[0] == plain(last)

    words = words_of(name) or [name]
    while words and words[-1] in _IDS:
        words.pop()
    for start in range(len(words)):
        folders = around.collections.get("".join(words[start:]), ())
        yield from sorted(folders, key=rank)
