"""An OpenAPI document as apicheck reads it: operations, their security, and the raw document.

Schemas keep their `$ref`s, which the validator follows in the document (`Spec.document`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote

from apicheck.model.errors import Mistake
from apicheck.model.json import Json

SecurityRequirement = tuple[tuple[str, tuple[str, ...]], ...]
"""Schemes that are needed together, each with the scopes it must hold; () needs nothing."""

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE", "QUERY")
"""Methods that ask for no change of state (RFC 9110 section 9.2.1; QUERY registers as safe)."""


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """A Security Scheme Object.

    kind: apiKey, http, oauth2, openIdConnect, mutualTLS. place and parameter: for apiKey.
    http_scheme: for http, in lower case ("bearer", "basic"). bearer_format: as written ("JWT").
    scopes: every scope that its flows name. token_url: of the client-credentials flow, or "".
    authorization_url: of the authorization-code flow, or "".
    """

    name: str
    kind: str
    place: str = "header"
    parameter: str = "Authorization"
    http_scheme: str = ""
    scopes: tuple[str, ...] = ()
    token_url: str = ""
    authorization_url: str = ""
    bearer_format: str = ""

    @property
    def bearer(self) -> bool:
        """Whether its credential is a token behind the word Bearer."""
        return self.kind in ("oauth2", "openIdConnect") or self.http_scheme == "bearer"

    @property
    def jwt(self) -> bool:
        """Whether the document says that its token is a JSON Web Token (RFC 7519)."""
        return self.bearer and self.bearer_format.upper() == "JWT"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A Parameter Object; `place` is its `in`.

    style: "" for the default of the place. explode None: the default of the style. media_type: of
    a value that is described by `content`. allow_reserved: the characters that RFC 3986 reserves
    stand in a query as they are. allow_empty: `name=` is a value, too.
    """

    name: str
    place: str
    required: bool
    schema: Json
    example: Json
    style: str = ""
    explode: bool | None = None
    media_type: str = ""
    allow_reserved: bool = False
    allow_empty: bool = False

    @property
    def only_value(self) -> str | None:
        """The text that every request must have in its place; None where it may have another."""
        schema = self.schema if isinstance(self.schema, Mapping) else {}
        values = [schema["const"]] if "const" in schema else schema.get("enum")
        one = values[0] if isinstance(values, list) and len(values) == 1 else None
        return one if self.required and isinstance(one, str) else None

    @property
    def shape(self) -> str:
        """The style, as written or by default."""
        return self.style or ("form" if self.place in ("query", "cookie") else "simple")

    @property
    def mark(self) -> str:
        """What stands before the value in a path."""
        return {"label": ".", "matrix": f";{self.name}="}.get(self.shape, "")

    @property
    def exploded(self) -> bool:
        """Whether each item of a list, and each member of an object, stands for itself."""
        return self.shape in ("form", "cookie") if self.explode is None else self.explode


@dataclass(frozen=True, slots=True)
class Encoding:
    """An Encoding Object: how one member of a form is written. "" and None: the default."""

    media_type: str = ""
    style: str = ""
    explode: bool | None = None
    allow_reserved: bool = False
    headers: tuple[Parameter, ...] = ()
    """Of a multipart body's part."""


@dataclass(frozen=True, slots=True)
class Media:
    """A Media Type Object. examples: the values, in the document's order."""

    media_type: str
    schema: Json
    examples: tuple[Json, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    """Members of a multipart body that are sent as files -> their media type."""
    encoding: Mapping[str, Encoding] = field(default_factory=dict)
    """Members of a form -> how they are written."""


@dataclass(frozen=True, slots=True)
class HeaderDoc:
    """A Header Object of a response.

    explode: of an object, `a=1,b=2` rather than `a,1,b,2`. json: its value is a JSON text.
    """

    name: str
    required: bool
    schema: Json
    explode: bool = False
    json: bool = False


@dataclass(frozen=True, slots=True)
class LinkDoc:
    """A Link Object of a response: which operation it leads to, and with what.

    parameters: parameter name -> runtime expression (`$response.body#/id`).
    body: JSON Pointer into the request body -> runtime expression, from `requestBody`.
    """

    name: str
    operation: str
    parameters: tuple[tuple[str, str], ...] = ()
    body: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseDoc:
    """A Response Object. status: "200", "4XX" (upper case) or "default"."""

    status: str
    media: tuple[Media, ...] = ()
    headers: tuple[HeaderDoc, ...] = ()
    links: tuple[LinkDoc, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One method and path. path: the template below the base URL, server prefix included.

    query: the pairs that the document writes into the path. suffix: that query and a fragment, as
    written. host: of its server, where that is another one than the document's. twin: id of the
    operation that the same request is for, as their paths differ only by a fragment.
    """

    id: str
    method: str
    path: str
    pointer: str
    """JSON Pointer of the Operation Object in the document, for messages."""
    tags: tuple[str, ...] = ()
    deprecated: bool = False
    parameters: tuple[Parameter, ...] = ()
    body: tuple[Media, ...] = ()
    body_required: bool = False
    responses: tuple[ResponseDoc, ...] = ()
    security: tuple[SecurityRequirement, ...] = ()
    """Alternatives. Empty, or with (): the operation may be called without a credential."""
    query: tuple[tuple[str, str], ...] = ()
    suffix: str = ""
    host: str = ""
    twin: str = ""
    summary: str = ""
    prefix: str = ""
    """The path of its server, with which `path` begins."""

    @property
    def secured(self) -> bool:
        """Whether a credential is required."""
        return bool(self.security) and all(self.security)

    @property
    def safe(self) -> bool:
        """Whether the method is safe."""
        return self.method in SAFE_METHODS

    @property
    def scopes(self) -> tuple[str, ...]:
        """Every scope that the first alternative with scopes requires, in order."""
        for requirement in self.security:
            named = tuple(scope for _, scopes in requirement for scope in scopes)
            if named:
                return named
        return ()

    def path_values(self, path: str) -> dict[str, str]:
        """The decoded values of the path parameters in a path; {} when it does not match."""
        parts = re.split(r"\{([^}]*)\}", self.path)
        pattern = "([^/]*)".join(map(re.escape, parts[::2]))
        match = re.fullmatch(pattern, path)
        if match is None:
            return {}
        texts = zip(parts[1::2], map(unquote, match.groups()), strict=True)
        return {name: self._read_style(name, text) for name, text in texts}

    def _read_style(self, name: str, text: str) -> str:
        """The value of a path parameter without what its style puts before it."""
        for parameter in self.parameters:
            if parameter.place == "path" and parameter.name == name:
                return text.removeprefix(parameter.mark)
        return text

    def takes_query(self, query: tuple[tuple[str, str], ...]) -> bool:
        """Whether a query has the pairs that the document writes into the path."""
        return set(self.query) <= set(query)

    def response_for(self, status: int) -> ResponseDoc | None:
        """The documented response for a status: exact, then its class (4XX), then default."""
        by_status = {response.status: response for response in self.responses}
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in by_status:
                return by_status[key]
        return None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An operation that is not used, since the document's description of it is broken.

    reason: what is broken. file, line and pointer: where; line 0 where it is not known.
    method: "" for all operations of a path, where the document does not say which there are.
    """

    id: str
    method: str
    path: str
    reason: str
    file: str = ""
    line: int = 0
    pointer: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{self.method or 'all of'} {self.path}: {place}: {self.pointer}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part of a document was written.

    line: 0 where it is not known. pointer: JSON Pointer into the file.
    """

    file: str
    line: int
    pointer: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


def _know_no_lines(pointer: str) -> Place:
    """The place of a part of a document that was in no file."""
    return Place("", 0, pointer)


@dataclass(frozen=True, eq=False)
class Spec:
    """An OpenAPI 3.0, 3.1 or 3.2 document. It equals itself alone, so that it can be a key.

    openapi: the version in which it is written; "2.0" for Swagger, whose `document` here is in the
    form of 3.0.
    prefix: path of the first server, without a final slash; operations' paths include it.
    """

    title: str
    version: str
    openapi: str
    operations: tuple[Operation, ...]
    schemes: Mapping[str, SecurityScheme]
    document: Mapping[str, Json]
    prefix: str = ""
    file: str = ""
    digest: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)
    """JSON Pointer -> line, for what was written in a file."""
    left_out: tuple[LeftOut, ...] = ()
    """Operations whose description is broken, in the document's order."""
    remarks: tuple[Mistake, ...] = ()
    """Mistakes of the document that leave no operation out, in the order of its lines."""
    locate: Callable[[str], Place] = _know_no_lines
    """From a JSON Pointer into `document` to the place where that part was written."""

    @property
    def is_swagger(self) -> bool:
        """Whether the document was written in Swagger 2.0."""
        return self.openapi == "2.0"

    def operation(self, operation_id: str) -> Operation:
        """The operation of an id. Raises KeyError when there is none."""
        return self._by_id[operation_id]

    @cached_property
    def _by_id(self) -> Mapping[str, Operation]:
        return {operation.id: operation for operation in reversed(self.operations)}
