"""The documented media type of a response, and its body as a value for the schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from apicheck.authoring import MISSING, Json, Response, RunContext, schemas
from apicheck.authoring.document import Media, ResponseDoc

_PARAMETER = re.compile(r';\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))')
_JSON = re.compile(r".+[/+]json")
_ASCII = ("us-ascii", "utf-8")


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type, in lower case, with its parameters (RFC 9110 section 8.3.1)."""

    name: str
    parameters: Mapping[str, str]

    @property
    def is_json(self) -> bool:
        """Whether its bodies are JSON, by its name or its suffix (RFC 6839 section 3.1)."""
        return _JSON.fullmatch(self.name) is not None

    def accepts(self, other: MediaType) -> bool:
        """Whether another media type has every parameter of this one, with its value.

        JSON need not name UTF-8, which is its encoding (RFC 8259 section 8.1).
        """
        implied = {"charset": "utf-8"} if self.is_json else {}
        return (implied | dict(other.parameters)).items() >= self.parameters.items()


def parse_media_type(text: str) -> MediaType:
    """Read a media type from a Content-Type field, or from a key of the document."""
    name, _, rest = text.partition(";")
    found: dict[str, str] = {}
    for key, quoted, plain in _PARAMETER.findall(f";{rest}"):
        value = re.sub(r"\\(.)", r"\1", quoted) or plain
        found.setdefault(key.lower(), value.lower() if key.lower() == "charset" else value)
    return MediaType(name.strip().lower(), found)


def find_documented(response: ResponseDoc, sent: MediaType) -> Media | None:
    """The most specific entry for a media type: itself, then `type/*`, then `*/*`.

    Of several with the same name, the one with the most parameters that the response has.
    """
    kind = sent.name.partition("/")[0]
    for name in (sent.name, f"{kind}/*", "*/*"):
        entries = [(item, parse_media_type(item.media_type)) for item in response.media]
        fitting = [(i, m) for i, m in entries if m.name == name and m.accepts(sent)]
        if fitting:
            return max(fitting, key=lambda pair: len(pair[1].parameters))[0]
    return None


def parse_body(context: RunContext, response: Response, sent: MediaType, schema: Json) -> Json:
    """Read the body as a value for its schema; MISSING where a schema cannot describe it.

    Raises ValueError for a body that is not what its media type says. Text is validated by a
    schema of type string; bytes of any other kind are not validated.
    """
    if sent.is_json:
        if not response.body:
            raise ValueError("an empty body")
        try:
            return response.json()
        except ValueError:
            raise ValueError("not JSON") from None
    resolved = schemas.resolve_schema(context.spec.document, schema)
    textual = isinstance(resolved, Mapping) and resolved.get("type") == "string"
    if not textual or not sent.name.startswith("text/") or resolved.get("format") == "binary":
        return MISSING
    charset = sent.parameters.get("charset", "utf-8")
    if charset not in _ASCII:
        return MISSING
    try:
        return response.body.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"bytes that are not {charset}") from None
