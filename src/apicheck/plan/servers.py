"""Compare what a policy says of hosts, HTTPS and places of credentials with the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from apicheck.model.json import Json
from apicheck.model.operation import Spec
from apicheck.model.policy import Policy
from apicheck.model.target import is_loopback


def find_server_remarks(spec: Spec, policy: Policy) -> Iterator[tuple[str, str]]:
    """Find servers by plain HTTP, hosts that differ, credentials elsewhere: fact and message.

    That the hosts of regions are servers, the check document/servers says.
    """
    urls = list(_list_urls(spec.document.get("servers")))
    if policy.facts.transport.https == "required":
        for url in urls:
            if url.startswith("http://") and not is_loopback(urlsplit(url).hostname or ""):
                yield "transport.https", f"required, and the document has the server {url}"
    yield from _find_other_hosts(urls, policy)
    allowed = policy.facts.authentication.credential_in
    for name, scheme in spec.schemes.items():
        if allowed and scheme.kind == "apiKey" and scheme.place not in allowed:
            words = f"not in the {scheme.place}, from which the scheme {name} of the document is"
            yield "authentication.credential_in", words


def _find_other_hosts(urls: list[str], policy: Policy) -> Iterator[tuple[str, str]]:
    """Find hosts that clients must call and no server of the document has.

    A server whose host is a variable may be any.
    """
    hosts = {urlsplit(url).netloc for url in urls}
    if not all(hosts) or any("{" in host for host in hosts):
        return
    for origin in policy.origins:
        named = origin.value if isinstance(origin.value, list) else [origin.value]
        if origin.path != "client.hosts" or "region" in named:
            continue
        if hosts and hosts.isdisjoint(map(str, named)):
            said = ", ".join(map(str, named))
            yield "client.hosts", f"{said}: the document has {', '.join(sorted(hosts))}"


def _list_urls(servers: Json) -> Iterator[str]:
    for server in servers if isinstance(servers, list) else ():
        url = server.get("url") if isinstance(server, Mapping) else None
        if isinstance(url, str) and "://" in url:
            yield url
