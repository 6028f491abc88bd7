"""The server's certificates and versions of TLS, and what it does with plain HTTP."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import pytest

from reference_server.call import PLAIN, TLS
from reference_server.faults.catalogue import select
from reference_server.state.tls import listen_with


def connect(driver: Any, fault: str | None = None, **versions: ssl.TLSVersion) -> str:
    """The version of a handshake in memory with a client that trusts the server's authority."""
    server = driver.server
    server.switch(select([fault] if fault else []))
    listening = listen_with(server.tls, TLS, server.faults_in_force)
    client = ssl.create_default_context(cadata=server.tls.authority.pem.decode())
    for name, version in versions.items():
        setattr(client, name, version)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    there = listening.wrap_bio(to_server, to_client, server_side=True)
    here = client.wrap_bio(to_client, to_server, server_hostname="127.0.0.1")
    for _ in range(4):
        for side in (here, there):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return here.version() or ""


def test_the_honest_server_has_a_certificate_that_clients_accept(canonical: Any) -> None:
    assert connect(canonical) == "TLSv1.3"


def test_the_oldest_version_is_that_of_the_policy(canonical: Any) -> None:
    assert connect(canonical, maximum_version=ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    with pytest.raises(ssl.SSLError):
        connect(
            canonical,
            "transport/speaks-the-newest-tls-alone",
            maximum_version=ssl.TLSVersion.TLSv1_2,
        )


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("transport/expired-certificate", "expired"),
        ("transport/early-certificate", "not yet valid"),
        ("transport/certificate-of-another-host", "mismatch"),
        ("transport/certificate-of-an-unknown-authority", "issuer"),
        ("transport/omits-the-intermediate", "issuer"),
    ],
)
def test_a_bad_certificate_is_refused_by_clients(canonical: Any, fault: str, words: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=words):
        connect(canonical, fault)


def test_plain_http_is_refused_without_an_effect(canonical: Any) -> None:
    canonical.enter_by(PLAIN)
    before = canonical.effects()
    response = canonical.grant("createTag")
    assert (response.status, response["Connection"]) == (403, "close")
    assert response["Strict-Transport-Security"] is None
    assert canonical.effects() == before


def test_plain_http_is_redirected_where_the_policy_leaves_it_open(webengage: Any) -> None:
    webengage.server.tls_url = "https://127.0.0.1:8443"
    webengage.enter_by(PLAIN)
    response = webengage.send("GET", "/v1/x?a=b%20c")
    assert response.status == 308
    assert response["Location"] == "https://127.0.0.1:8443/v1/x?a=b+c"


def test_a_fault_carries_out_what_it_refuses(canonical: Any) -> None:
    canonical.server.switch(select(["transport/refuses-plain-after-the-fact"]))
    canonical.enter_by(PLAIN)
    before = canonical.effects()
    assert canonical.grant("createTag").status == 403
    assert canonical.effects() == before + 1


def test_hsts_is_sent_by_tls_and_not_by_plain_http(canonical: Any) -> None:
    sent = {}
    for entry in ("", TLS, PLAIN):
        canonical.enter_by(entry)
        sent[entry] = canonical.send("GET", "/v2/tags")["Strict-Transport-Security"] is not None
    assert sent == {"": False, TLS: True, PLAIN: False}


def test_a_profile_that_says_nothing_of_tls_has_none(drive: Callable[[str], Any]) -> None:
    assert drive("dahimail").server.tls is None
