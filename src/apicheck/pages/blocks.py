"""The blocks of a page: sections, settings and examples."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from apicheck.model.json import Json

_FENCE = re.compile(r"^```(\w+) ([^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_KINDS = ("pass", "inconclusive", "not-applicable", "not-tested")
_MEMBERS = frozenset(
    {"facts", "document", "spec", "operation", "subject", "case", "clause", "identities"}
    | {"clients", "fixtures", "answers", "thorough", "endpoints", "earlier"}
)


class PageError(ValueError):
    """A page that cannot be read; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Example:
    """One fenced transcript. expects: "pass", "inconclusive" … or "fail"; line: of its fence."""

    expects: str
    outcome: str
    text: str
    line: int
    setting: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """A check's page. sections: heading -> text, examples included, in the page's order."""

    sections: Mapping[str, str]
    examples: tuple[Example, ...]


def parse(text: str) -> Page:
    """The sections and examples of a page. Raises PageError naming the line."""
    examples: list[Example] = []
    setting: Mapping[str, Json] = {}
    for block in _FENCE.finditer(text):
        language, label, content = block.groups()
        line = text.count("\n", 0, block.start()) + 1
        if (language, label) == ("yaml", "setting"):
            setting = _setting(content, line)
        elif language == "http":
            expects, outcome = _label(label, line)
            examples.append(Example(expects, outcome, content, line, setting))
    return Page(_sections(text), tuple(examples))


def _setting(content: str, line: int) -> Mapping[str, Json]:
    try:
        setting = yaml.load(content, Loader=_PlainLoader)  # noqa: S506  (a SafeLoader of ours)
    except yaml.YAMLError as error:
        raise PageError(f"line {line}: the setting is not YAML: {error}") from error
    if not isinstance(setting, Mapping):
        raise PageError(f"line {line}: the setting is not a mapping")
    if unknown := sorted(set(setting) - _MEMBERS):
        raise PageError(f"line {line}: a setting has no member {', '.join(unknown)}")
    return setting


def _label(label: str, line: int) -> tuple[str, str]:
    kind, colon, outcome = label.partition(":")
    if kind == "fail" and colon and outcome.strip():
        return "fail", outcome.strip()
    if label in _KINDS:
        return label, ""
    allowed = ", ".join((*_KINDS, "fail: OUTCOME"))
    raise PageError(f"line {line}: {label!r} is none of {allowed}")


def _sections(text: str) -> Mapping[str, str]:
    parts = _SECTION.split(text)
    return {name.strip(): body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}


class _PlainLoader(yaml.SafeLoader):
    """YAML with JSON's scalars: dates stay text, and `no` is not false."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf")
)
