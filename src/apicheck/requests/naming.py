"""Names that nothing has yet: of objects whose name the client chooses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from apicheck.model.json import MISSING, Json, child_pointer
from apicheck.model.subject import UNIQUE, UNIQUE_LENGTH
from apicheck.requests.nouns import plain, singulars

MARK = "apicheck"
"""The beginning of a name that a run gives, where the schema allows it."""
_NAME = re.compile(
    r".*name|.*slug|.*key|title|code|label|handle|login|email|(sub)?domain|identifier|externalid"
)
_DEPTH = 3
_SENT = "0123456789abcdef"[:UNIQUE_LENGTH]


def make_new_name(schema: Mapping[str, Json], example: Json = MISSING) -> str:
    """Make a name that fits a schema and is a new one in each request; "" where none is found."""
    if isinstance(example, str) and UNIQUE in example:
        return example
    kinds = schema.get("type", "string")
    if {"enum", "const"} & set(schema) or "string" not in kinds:
        return ""
    return next((name for name in _draft_names(schema, example) if fits(name, schema)), "")


def _draft_names(schema: Mapping[str, Json], example: Json) -> Iterator[str]:
    if schema.get("format") == "uuid":
        yield f"6f1c5f0e-3f0b-4b3a-9d5e-{UNIQUE}"
    if schema.get("format") == "email":
        yield f"{MARK}+{UNIQUE}@example.com"
    for joint in "-_":
        yield f"{MARK}{joint}{UNIQUE}"
    yield f"{MARK}{UNIQUE}"
    if isinstance(example, str) and example:
        for joint in ("-", "_", ".", ""):
            yield f"{example}{joint}{UNIQUE}"
        head, joint, _ = example.rpartition("_")
        yield f"{head}{joint}{UNIQUE}"
    yield f"a{UNIQUE}"
    yield UNIQUE


def fits(name: str, schema: Mapping[str, Json]) -> bool:
    """Whether a text has the pattern and the length that a schema wants."""
    sent = name.replace(UNIQUE, _SENT)
    most, least = schema.get("maxLength", len(sent)), schema.get("minLength", 0)
    if not least <= len(sent) <= most:
        return False
    pattern = schema.get("pattern")
    if not isinstance(pattern, str):
        return True
    try:
        return re.search(pattern, sent) is not None
    except re.error:
        return False


def find_names(body: Json, pointer: str = "", depth: int = _DEPTH) -> Iterator[tuple[str, str]]:
    """The members of a body that may name its objects, so that a second request is refused.

    `usernames` holds names as well as `username` does.
    """
    if depth == 0 or not isinstance(body, Mapping):
        return
    for member, value in body.items():
        inner = child_pointer(pointer, member)
        several = isinstance(value, list)
        values = (
            {child_pointer(inner, at): one for at, one in enumerate(value)}
            if several
            else {inner: value}
        )
        called = singulars(member) if several else (plain(member),)
        if any(_NAME.fullmatch(name) for name in called):
            for place, text in values.items():
                if isinstance(text, str) and UNIQUE not in text:
                    yield place, text
        yield from find_names(value, inner, depth - 1)


def make_new_text(text: str, member: str = "") -> str:
    """Make a text of its kind that no other request has. member: what it is called."""
    name, at_sign, domain = text.partition("@")
    if at_sign:
        return f"{name.partition('+')[0]}+{UNIQUE}@{domain}"
    if re.fullmatch(r"[\w-]+(\.[\w-]+)+\.?", text):  # of a host or a file: what follows is its kind
        first, dot, rest = text.partition(".")
        return f"{first}-{UNIQUE}{dot}{rest}"
    in_url = plain(member).endswith(("slug", "domain")) or not re.fullmatch(r"\w+", text)
    joint = "-" if in_url else "_"
    return f"{text}{joint}{UNIQUE}"
