"""The document's servers are those that the policy names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from apicheck.authoring import (
    Check,
    Confirm,
    Failure,
    Json,
    Outcome,
    RunContext,
    Severity,
    applying,
    endpoints,
    folds,
)
from apicheck.authoring.document import Server, read_servers
from apicheck.checks.document._parts import WHOLE

FACT, HOSTS = "document.servers", "transport.hosts"


def read(context: RunContext) -> Iterator[tuple[str, str, Failure | None]]:
    """A result for each server and each region, if the document says where the API is."""
    written = context.spec.document.get("servers")
    servers = tuple(filter(_is_elsewhere, read_servers(written)))
    hosts = {server.host for server in servers}
    found = [
        (FACT, f"URLs that begin with {url}", _serves(context, servers, url))
        for url in context.facts.document.servers
    ]
    if len(hosts) > 1:  # a document with one host may be that of one region
        found += [
            (f"{HOSTS}.{region}", f"a server {host}", host.lower() in hosts)
            for region, host in context.facts.transport.hosts.items()
        ]
    for fact, expected, holds in found:
        if holds:
            yield WHOLE, fact, None
        elif servers and not _has_variables(written):
            yield WHOLE, fact, _fail(expected, servers)


def _has_variables(servers: Json) -> bool:
    """Whether some URL may be another one than that of its defaults."""
    named = (one.get("url") for one in servers or () if isinstance(one, Mapping))
    return any("{" in str(url) for url in named)


def _is_elsewhere(server: Server) -> bool:
    return server.host != "" and not endpoints.is_local(f"//{server.host}")


def _serves(context: RunContext, servers: Iterable[Server], url: str) -> bool:
    """Whether the URLs of some operations begin with one."""
    wanted = urlsplit(url)
    path = wanted.path.rstrip("/")
    paths = [one.path for one in context.spec.operations if not one.host]
    return any(
        (server.scheme, server.host) == (wanted.scheme, wanted.netloc.lower())
        and any(f"{one}/".startswith(f"{path}/") for one in (server.path, *paths))
        for server in servers
    )


def _fail(expected: str, servers: Iterable[Server]) -> Failure:
    urls = ", ".join(f"{server.scheme}://{server.host}{server.path}" for server in servers)
    return Failure("missing", expected, f"the servers {urls}", expected)


CHECK = Check(
    title="The document's servers are those of the policy",
    failure_title="The document lacks a server of the policy",
    applies=applying.applies_where(
        lambda facts: facts.document.servers or facts.transport.hosts,
        f"the policy names no server ({FACT}, {HOSTS})",
        FACT,
        HOSTS,
    ),
    fold=folds.per_document(read),
    reads=(FACT, HOSTS),
    outcomes=(Outcome("missing", Severity.MEDIUM, Confirm.ONCE),),
    proven_by={"missing": ("document/names-other-servers",)},
)
