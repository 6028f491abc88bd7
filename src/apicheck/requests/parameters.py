"""Write the value of a parameter as its style says (OpenAPI, "Style Values").

A member that is null is left out, as RFC 6570 does with what is undefined.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, unquote

from apicheck.model.exchange import Pairs, Request
from apicheck.model.json import MISSING, Json
from apicheck.model.operation import Operation, Parameter

_DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|"}
_MARKS = "{}:~"
"""Stay as they are in a path: they mark what is filled in when the request is sent."""
_NOT_IN_COOKIES = re.compile(r"[^!#-+\--:<-\[\]-~]")
_WRITTEN_ENCODED = re.compile(r"(?:[A-Za-z0-9\-._~!$'()*,;:@/?]|%[0-9A-Fa-f]{2})*")
_EXACT = 2**53
"""Up to here every float that has no fraction is an integer."""


def find_parameter(operation: Operation, place: str, name: str) -> Parameter:
    """Find a parameter; for one that the document does not declare, make a plain one."""
    fold = str.lower if place == "header" else str
    for parameter in operation.parameters:
        if parameter.place == place and fold(parameter.name) == fold(name):
            return parameter
    return Parameter(name, place, required=False, schema=None, example=MISSING)


def write_text(value: Json) -> str:
    """Write a value as text: a whole number without a fraction, an object or a list as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_path(parameter: Parameter, value: Json) -> str:
    """Write the value of a path parameter, percent-encoded."""
    style, mark = parameter.shape, ""
    if parameter.media_type:
        return quote(_write_content(parameter, value), safe=_MARKS)
    if style == "label":
        mark = "."
    elif style == "matrix":
        return _write_matrix(parameter, value)
    delimiter = "." if style == "label" and parameter.exploded else ","
    return mark + delimiter.join(_encode(item) for item in _items(parameter, value))


def _write_matrix(parameter: Parameter, value: Json) -> str:
    name = parameter.name
    if parameter.exploded and isinstance(value, Mapping):
        return "".join(f";{item}" for item in map(_encode, _items(parameter, value)))
    if parameter.exploded and isinstance(value, list):
        return "".join(f";{name}={item}" for item in map(_encode, _items(parameter, value)))
    text = ",".join(map(_encode, _items(parameter, value)))
    return f";{name}={text}" if text else f";{name}"


def _encode(item: tuple[str, ...]) -> str:
    return "=".join(quote(text, safe=_MARKS) for text in item)


def _items(parameter: Parameter, value: Json) -> Iterator[tuple[str, ...]]:
    """The texts between delimiters; of an exploded object (name, text)."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if inner is not None and parameter.exploded:
                yield name, write_text(inner)
            elif inner is not None:
                yield from ((name,), (write_text(inner),))
    elif isinstance(value, list):
        yield from ((write_text(item),) for item in value if item is not None)
    else:
        yield (write_text(value),)


def write_query(parameter: Parameter, value: Json) -> Pairs:
    """Write the value of a query parameter as names and values, not encoded yet."""
    if parameter.media_type:
        return ((parameter.name, _write_content(parameter, value)),)
    if value is None:
        return ()
    if parameter.shape == "deepObject" and isinstance(value, Mapping):
        return tuple(_write_deep(parameter.name, value))
    return _write_form(parameter, value)


def _write_form(parameter: Parameter, value: Json) -> Pairs:
    if parameter.exploded and isinstance(value, Mapping):
        return tuple((name, write_text(one)) for name, one in value.items() if one is not None)
    if parameter.exploded and isinstance(value, list):
        return tuple((parameter.name, write_text(one)) for one in value if one is not None)
    delimiter = _DELIMITERS.get(parameter.shape, ",")
    items = ["=".join(item) for item in _items(parameter, value)]
    empty = not items and isinstance(value, Mapping | list)
    return () if empty else ((parameter.name, delimiter.join(items)),)


def _write_deep(name: str, value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _write_deep(f"{name}[{key}]", inner)
    elif isinstance(value, list):
        for item in value:
            yield from _write_deep(name, item)
    elif value is not None:
        yield name, write_text(value)


def write_header(parameter: Parameter, value: Json) -> str:
    """Write the value of a header parameter."""
    if parameter.media_type:
        return _write_content(parameter, value)
    return ",".join("=".join(item) for item in _items(parameter, value))


def write_cookies(parameter: Parameter, value: Json) -> Pairs:
    """Write the value of a cookie parameter; what no cookie can hold is percent-encoded."""
    if parameter.media_type:
        pairs: Pairs = ((parameter.name, _write_content(parameter, value)),)
    else:
        pairs = () if value is None else _write_form(parameter, value)
    return escape_cookies(pairs)


def escape_cookies(pairs: Pairs) -> Pairs:
    """Percent-encode what no cookie can hold (RFC 6265 section 4.1.1)."""
    return tuple((name, _NOT_IN_COOKIES.sub(_percent, text)) for name, text in pairs)


def _percent(found: re.Match[str]) -> str:
    # A comma separates the items of a list, and servers take it.
    return found[0] if found[0] == "," else quote(found[0], safe="")


def write_cookie_field(pairs: Pairs) -> str:
    """Write the Cookie field of some cookies."""
    return "; ".join(f"{name}={text}" for name, text in pairs)


def with_cookies(request: Request, name: str, pairs: Pairs) -> Request:
    """Put these cookies in place of the one of a name, credentials left aside."""
    written = [value for key, value in request.headers if key.lower() == "cookie"]
    cookies = [one for one in "; ".join(written).split("; ") if one]
    kept = [one for one in cookies if one.partition("=")[0] != name]
    added = [write_cookie_field((pair,)) for pair in pairs]
    if not cookies and not added:
        return request
    text = "; ".join((*kept, *added))
    return request.with_header("Cookie", *([text] if text else []))


def _write_content(parameter: Parameter, value: Json) -> str:
    as_text = isinstance(value, str) and "json" not in parameter.media_type
    return value if as_text else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def belongs_to(parameter: Parameter, name: str) -> bool:
    """Whether a pair of that name in a query is part of a parameter.

    The pairs of an exploded object have the names of its members.
    """
    if parameter.shape == "deepObject":
        return name.partition("[")[0] == parameter.name
    members = parameter.schema.get("properties") if isinstance(parameter.schema, Mapping) else None
    if parameter.exploded and not parameter.media_type and members:
        return name == parameter.name or name in members
    return name == parameter.name


def example_of(parameter: Parameter) -> Json:
    """The document's example of a parameter; MISSING when there is none.

    Many authors write the example of a path or query parameter as it stands in a URL. What holds
    `%2F` and the like, and nothing that a URL would not hold as it is, is decoded, so that it is
    not encoded twice.
    """
    example = parameter.example
    if example is None:
        return MISSING
    if not isinstance(example, str) or "%" not in example or "://" in example:
        return example
    if parameter.place not in ("path", "query") or parameter.media_type:
        return example
    if _WRITTEN_ENCODED.fullmatch(example) is None:
        return example
    try:
        return unquote(example, errors="strict")
    except UnicodeDecodeError:
        return example
