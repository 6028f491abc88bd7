"""Fetch an OpenAPI document from a URL."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from apicheck import __version__
from apicheck.load import read_proxies
from apicheck.load.mistakes import Mistakes
from apicheck.load.secrets import SecretReader
from apicheck.model.errors import SpecError, TargetError, TargetUnreachable
from apicheck.model.json import MISSING, Json, at
from apicheck.model.target import Tls
from apicheck.probe.transport import Transport, parse_origin
from apicheck.probe.unreachable import explain_connection_error
from apicheck.probe.wire import Origin, WireRequest, WireResponse

_LARGEST = 64 * 1024 * 1024
_TIMEOUT_S = 60.0
_REDIRECTS = 5
_REDIRECT = 3
_ACCEPT = b"application/json, application/yaml, */*;q=0.5"
_HINT = "is it the URL of the OpenAPI document itself? (FastAPI has it at /openapi.json)"


@dataclass(frozen=True, slots=True)
class FetchedDocument:
    """A document that came from a URL. url: where it was after redirects."""

    url: str
    content: bytes = field(repr=False)

    def read_bytes(self) -> bytes:
        """The document, as a file would give it."""
        return self.content

    def read_text(self) -> str:
        """The document as text. Raises SpecError when it is not UTF-8."""
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise SpecError(f"{self.url} is not UTF-8") from None


def fetch_document(
    url: str, settings: Mapping[str, Json], environ: Mapping[str, str], token_env: str = ""
) -> FetchedDocument:
    """Fetch a document; redirects are followed on the same host alone.

    settings: of the target file and the options, for TLS, the proxy, and how a token is sent.
    token_env: the variable with the token for this request. Raises SpecError, and
    TargetUnreachable without a connection.
    """
    credential = _build_credential(_read_token(token_env, environ), settings)
    first = parse_origin(url)
    for _ in range(_REDIRECTS + 1):
        response = _get(url, settings, environ, credential)
        if response.status // 100 != _REDIRECT:
            return FetchedDocument(url, _read_content(url, response))
        where = urljoin(url, response.first_field(b"location").decode("latin-1"))
        origin = parse_origin(where)
        if origin.host != first.host or (first.scheme == "https" and origin.scheme != "https"):
            raise SpecError(f"{url} redirects to {where}: give that URL if you trust it")
        if (origin.scheme, origin.port) != (first.scheme, first.port):
            credential = ()  # another server, though of the same name
        url = where
    raise SpecError(f"{url} redirects more than {_REDIRECTS} times")


def _read_token(token_env: str, environ: Mapping[str, str]) -> str:
    token = environ.get(token_env, "").strip() if token_env else ""
    if token_env and not token:
        raise TargetError(
            f"--spec-token-env: the environment variable {token_env} is not set or is empty"
        )
    return token


def _build_credential(token: str, settings: Mapping[str, Json]) -> tuple[tuple[bytes, bytes], ...]:
    """Build the header field of a token, as `--auth` says it: a bearer token by default."""
    if not token:
        return ()
    scheme = at(settings, "/schemes/default")
    scheme = scheme if isinstance(scheme, Mapping) else {}
    if scheme.get("scheme") == "basic":
        return ((b"Authorization", b"Basic " + base64.b64encode(token.encode())),)
    if scheme.get("in") == "header":
        return ((str(scheme["name"]).encode(), token.encode()),)
    return ((b"Authorization", f"Bearer {token}".encode()),)


def _get(
    url: str,
    settings: Mapping[str, Json],
    environ: Mapping[str, str],
    credential: tuple[tuple[bytes, bytes], ...],
) -> WireResponse:
    origin = parse_origin(url)
    transport = _build_transport(url, origin, settings, environ)
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = (
        (b"Host", origin.authority.encode("idna")),
        (b"Accept", _ACCEPT),
        (b"Accept-Encoding", b"gzip"),
        (b"User-Agent", f"apicheck/{__version__}".encode()),
        *credential,
    )
    try:
        result = transport.send(WireRequest("GET", target.encode(), headers))
    finally:
        transport.close()
    if not isinstance(result, WireResponse):
        where = Origin(origin.scheme, origin.host, origin.port)
        raise TargetUnreachable(f"{url}: {explain_connection_error(where, result)}")
    return result


def _build_transport(
    url: str, origin: Origin, settings: Mapping[str, Json], environ: Mapping[str, str]
) -> Transport:
    mistakes = Mistakes(lambda _: ("--spec", 0))
    secrets = SecretReader(environ, MISSING, mistakes)
    proxy = read_proxies(settings, [url], secrets).get(origin.host)
    mistakes.raise_found(TargetError, url)
    tls = settings.get("tls")
    tls = tls if isinstance(tls, Mapping) else {}
    return Transport(
        origin,
        timeout_s=_TIMEOUT_S,
        tls=Tls(tls.get("ca_file", ""), tls.get("client_cert", ""), tls.get("verify", True)),
        proxy=proxy,
        proxy_credentials=secrets.found.get(proxy.credentials, "") if proxy else "",
        body_cap=_LARGEST,
    )


def _read_content(url: str, response: WireResponse) -> bytes:
    if response.truncated:
        raise SpecError(f"{url} is larger than {_LARGEST // 2**20} MiB")
    if response.status in (401, 403):
        raise SpecError(
            f"{url} responds with {response.status}: if it wants a token, name its variable with"
            " --spec-token-env, and say with --auth how it is sent, if not as a bearer token"
        )
    if response.status != 200:
        raise SpecError(f"{url} responds with {response.status}: {_HINT}")
    media = response.first_field(b"content-type").lower()
    if media.startswith(b"text/html") or response.body.lstrip()[:1] == b"<":
        raise SpecError(f"{url} is an HTML page: {_HINT}")
    return response.body
