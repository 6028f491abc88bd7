"""Names of things in paths and members, as programmers write them: one, several, in any case."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_IRREGULAR = {
    "aliases": "alias",
    "children": "child",
    "criteria": "criterion",
    "data": "datum",
    "feet": "foot",
    "indices": "index",
    "matrices": "matrix",
    "media": "medium",
    "men": "man",
    "people": "person",
    "vertices": "vertex",
    "women": "woman",
}


def plain(name: str) -> str:
    """A name in lower-case letters and digits alone: `flow-runs` and `flowRuns` are alike."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def words_of(name: str) -> list[str]:
    """The words of a name, in lower case: `bookId` is book and id."""
    return [word.lower() for word in _WORD.findall(name)]


def singulars(name: str) -> tuple[str, ...]:
    """What one thing of a collection may be called, the likeliest first, all in plain letters.

    English does not say which: `cases` are of a case, `buses` of a bus. Without a plural the name
    itself is the only one.
    """
    whole = plain(name)
    for plural, singular in _IRREGULAR.items():
        if whole.endswith(plural):
            return whole.removesuffix(plural) + singular, whole
    if whole.endswith("ies"):
        return f"{whole[:-3]}y", whole[:-1]
    if whole.endswith("ss") or not whole.endswith("s"):
        return (whole,)
    if whole.endswith(("sses", "shes", "ches", "xes", "zes", "uses")):
        return whole[:-2], whole[:-1]
    if whole.endswith("yses"):
        return f"{whole[:-2]}is", whole[:-1]
    if whole.endswith("ves"):
        return whole[:-1], f"{whole[:-3]}f", f"{whole[:-3]}fe"
    if whole.endswith("us"):
        return whole, whole[:-1]
    return (whole[:-1],)


def names_thing(name: str, collection: str) -> bool:
    """Whether a name is that of one thing of a collection, or of the collection itself."""
    whole = plain(name)
    return bool(whole) and (whole in singulars(collection) or whole == plain(collection))
