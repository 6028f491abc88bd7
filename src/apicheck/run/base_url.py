"""Find the URL of an API by its document, where nobody gives it."""

from __future__ import annotations

from urllib.parse import urlsplit

from apicheck.load import read_servers
from apicheck.model.errors import TargetError
from apicheck.model.operation import Spec
from apicheck.model.target import is_loopback


def derive_base_url(spec: Spec, document_url: str) -> str | None:
    """The URL of the API, without the path of the document's server; None where nothing says it.

    document_url: where the document came from, "" for a file. A host that only the document names
    gets no request, unless it is this machine: the user has not said that it may be tested. Raises
    TargetError, which tells the user how to say it.
    """
    here = urlsplit(document_url)
    origin = f"{here.scheme}://{here.netloc}" if document_url else None
    listed = spec.document.get("servers")
    server = next(iter(read_servers(listed)), None)
    if server is None or not server.host or server.host == here.netloc.lower():
        return origin
    written = str(listed[0].get("url", "")) if isinstance(listed, list) else ""
    scheme = written.partition("://")[0].lower() if "://" in written else here.scheme or "https"
    named = f"{scheme}://{server.host}"
    if is_loopback(urlsplit(named).hostname or ""):
        return named
    other = f", or --base-url {origin}" if origin else ""
    raise TargetError(
        f"the document says that the API is at {named}: to test it, give --base-url {named}{other}"
    )
