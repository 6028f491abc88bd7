"""The URL to which a delivery went, where a scheme signs it."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from apicheck.signatures.delivery import Delivery, Signing

_PORTS = {"http": 80, "https": 443}


def list_urls(signing: Signing, delivery: Delivery) -> list[str]:
    """The URL as Host and the request line have it, without and with its port: senders differ.

    The option `url` stands for what a proxy changes; the query is always the delivery's.
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
