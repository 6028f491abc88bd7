"""The URL to which a delivery went, where a scheme signs it."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from apicheck.signatures.delivery import Delivery, Signing

_PORTS = {"http": 80, "https": 443}


def list_urls(signing: Signing, delivery: Delivery) -> list[str]:
    """The URLs that a sender may have signed, the likeliest first: they differ in the port.

    Scheme, host and path are those of the option `url`, where the policy has it, as a proxy changes
    them; else those of the delivery, by Host and the request line. The query is the delivery's.
    """
    host = delivery.header("Host") or "localhost"
    target = urlsplit(delivery.target)
    given = urlsplit(signing.option("url") or f"{delivery.scheme}://{host}{target.path}")
    url = given._replace(query=target.query)
    name, colon, port = url.netloc.rpartition(":")
    bare = name if colon and port.isdigit() else url.netloc
    with_port = url.netloc if bare != url.netloc else f"{bare}:{_PORTS.get(url.scheme, 80)}"
    netlocs = dict.fromkeys((url.netloc, bare, with_port))
    return [urlunsplit(url._replace(netloc=netloc)) for netloc in netlocs]
