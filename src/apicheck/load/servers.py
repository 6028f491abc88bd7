"""Reads Server Objects: on which host, and below which path, an operation is served."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from apicheck.load.reading import Node
from apicheck.model.json import Json

_METHODS = frozenset(("get", "put", "post", "delete", "options", "head", "patch", "trace", "query"))


@dataclass(frozen=True, slots=True)
class Server:
    """host: with its port, in lower case; "" for that of the document. path: no final slash.

    scheme: "" without a host.
    """

    host: str
    path: str
    scheme: str = ""


HERE = Server("", "")
"""The server of a document that names none."""


def read_servers(servers: Json) -> tuple[Server, ...]:
    """Each server of a list, with the defaults of its variables; () where there is none."""
    written = servers if isinstance(servers, list) else []
    return tuple(_read_server(one) for one in written if isinstance(one, Mapping))


def prefix_of(servers: Json) -> str:
    """The path of the first server; "" where there is none."""
    return next(iter(read_servers(servers)), HERE).path


def _read_server(node: Node) -> Server:
    url = str(node.get("url", ""))
    variables = node.get("variables")
    for name, variable in variables.items() if isinstance(variables, Mapping) else ():
        default = variable.get("default", "") if isinstance(variable, Mapping) else ""
        url = url.replace("{" + name + "}", str(default))
    parts = _split(url)
    path = "/" + parts.path.lstrip("/") if parts.netloc else parts.path
    whole = urljoin("http://document/", re.sub("^/+", "/", path))
    host = parts.netloc.rpartition("@")[2].lower()
    return Server(host, urlsplit(whole).path.rstrip("/"), parts.scheme if host else "")


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # brackets of a host that is no IPv6 address
        return urlsplit("")


def find_home(document: Node) -> frozenset[str]:
    """The hosts that the base URL of a target stands for.

    These are the hosts of the document's own servers. Where it has none, most of its operations
    may be on one host nevertheless, each with a server of its own.
    """
    named = {server.host for server in read_servers(document.get("servers"))} - {""}
    if not named:
        hosts = Counter(_list_own_hosts(document))
        named = {host for host, count in hosts.items() if 2 * count > hosts.total()}
    return frozenset({*named, ""})


def _list_own_hosts(document: Node) -> Iterator[str]:
    paths = document.get("paths")
    for item in paths.values() if isinstance(paths, Mapping) else ():
        for method in _METHODS & set(item) if isinstance(item, Mapping) else ():
            node = item[method] if isinstance(item[method], Mapping) else {}
            servers = read_servers(node.get("servers") or item.get("servers"))
            yield servers[0].host if servers else ""


def choose_server(servers: Json, home: frozenset[str]) -> tuple[Server, str]:
    """The server of an operation, and its host where that is another one than the document's."""
    listed = read_servers(servers) or (HERE,)
    here = next((server for server in listed if server.host in home), None)
    return (here, "") if here else (listed[0], listed[0].host)
