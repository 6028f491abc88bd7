"""What nginx does with HTTPS and plain HTTP: what is right passes, what is wrong fails."""

import datetime as dt
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.e2e.servers import find_program, running

# Others than root ignore `user root`: the folder of a test is for its user alone.
CONFIGURATION = """
daemon off;
user root;
pid nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp;
  scgi_temp_path tmp;
  default_type application/json;
  root .;
  server {{
    listen 127.0.0.1:{base};
    location = /things {{ try_files /things.json =404; }}
  }}
  server {{
    listen 127.0.0.1:{tls} ssl;
    ssl_certificate chain.pem;
    ssl_certificate_key key.pem;
    ssl_protocols {versions};
    ssl_ciphers ALL:@SECLEVEL=0;
    location = /things {{ {hsts} try_files /things.json =404; }}
  }}
  server {{
    listen 127.0.0.1:{plain};
    {on_plain}
    location = /things {{ try_files /things.json =404; }}
  }}
}}
"""
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "paths": {
        "/things": {
            "get": {
                "operationId": "listThings",
                "responses": {
                    "200": {
                        "description": "all",
                        "content": {"application/json": {"schema": {"type": "array"}}},
                    }
                },
            }
        }
    },
}
REFUSED = "return 403;"
LOCATION = "https://$host:{tls}$request_uri"


@dataclass(frozen=True, slots=True)
class Nginx:
    """A configuration of nginx, and the failures that apicheck must find, each with its check.

    promise: of plain HTTP. certificate: "good", "expired", "other" or "short". base: the listener
    that base_url names.
    """

    failures: frozenset[tuple[str, str]] = frozenset()
    on_plain: str = REFUSED
    promise: str = "refused"
    versions: str = "TLSv1.2 TLSv1.3"
    certificate: str = "good"
    base: str = "base"
    plain: str = "plain"
    hsts: str = ""


def failing(check: str, outcome: str) -> frozenset[tuple[str, str]]:
    return frozenset({(f"transport/{check}", outcome)})


CASES = {
    "refuses": Nginx(),
    "behind-https": Nginx(base="tls"),
    "closes": Nginx(on_plain="return 444;"),
    "speaks-tls-there-too": Nginx(plain="tls"),
    "redirects": Nginx(on_plain=f"return 308 {LOCATION};", promise="redirected"),
    "redirects-with-301": Nginx(on_plain=f"return 301 {LOCATION};", promise="redirected"),
    "redirects-where-it-should-refuse": Nginx(
        failing("plain", "redirected"), on_plain=f"return 301 {LOCATION};"
    ),
    "redirects-to-the-website": Nginx(
        failing("redirect", "other-host"),
        on_plain="return 301 https://www.example.com$request_uri;",
        promise="redirected",
    ),
    "serves": Nginx(failing("plain", "served"), on_plain=""),
    "speaks-old-versions": Nginx(
        failing("tls-version", "accepted"), versions="TLSv1 TLSv1.1 TLSv1.2"
    ),
    "speaks-tls-1-3-alone": Nginx(failing("tls-version", "refused"), versions="TLSv1.3"),
    "expired": Nginx(failing("certificate", "not-valid-now"), certificate="expired"),
    "of-another-host": Nginx(failing("certificate", "other-name"), certificate="other"),
    "short-chain": Nginx(failing("certificate", "not-trusted"), certificate="short"),
}


def policy_of(case: Nginx) -> str:
    transport = {"https": "required", "plain": case.promise, "tls": "1.2"}
    return json.dumps(
        {
            "policy": "things",
            "facts": {"transport": transport},
            "clauses": {"NET": {"checks": "transport/*"}},
        }
    )


def write_certificate(folder: Path, kind: str) -> None:
    root = trustme.CA()
    below = root.create_child_ca()
    now = dt.datetime.now(dt.UTC)
    names = ("www.example.com",) if kind == "other" else ("127.0.0.1",)
    ends = now + dt.timedelta(days=-1 if kind == "expired" else 1)
    leaf = below.issue_cert(*names, not_before=now - dt.timedelta(days=2), not_after=ends)
    chain = leaf.cert_chain_pems[:1] if kind == "short" else leaf.cert_chain_pems
    (folder / "chain.pem").write_bytes(b"".join(pem.bytes() for pem in chain))
    (folder / "key.pem").write_bytes(leaf.private_key_pem.bytes())
    (folder / "ca.pem").write_bytes(root.cert_pem.bytes())


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Callable[[Nginx], dict[str, int]]]:
    command = [find_program("nginx"), "-p", tmp_path, "-c", "nginx.conf"]

    def start(case: Nginx) -> dict[str, int]:
        ports = dict(zip(("base", "tls", "plain"), free_ports(3), strict=True))
        write_certificate(tmp_path, case.certificate)
        (tmp_path / "things.json").write_text("[]")
        on_plain = case.on_plain.replace("{tls}", str(ports["tls"]))
        text = CONFIGURATION.format(
            versions=case.versions, hsts=case.hsts, on_plain=on_plain, **ports
        )
        (tmp_path / "nginx.conf").write_text(text)
        servers.enter_context(running(command, tmp_path, ports["base"]))
        return ports

    with ExitStack() as servers:
        yield start


@pytest.mark.long
@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_what_nginx_does_with_connections_is_seen_as_it_is(
    case: Nginx,
    nginx: Callable[[Nginx], dict[str, int]],
    apicheck: Callable[..., Any],
    tmp_path: Path,
) -> None:
    ports = nginx(case)
    where = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
    (tmp_path / "openapi.json").write_text(json.dumps(DOCUMENT))
    (tmp_path / "policy.yaml").write_text(policy_of(case))
    scheme = "https" if case.base == "tls" else "http"
    (tmp_path / "apicheck.toml").write_text(
        'policy = "policy.yaml"\nspec = "openapi.json"\n'
        f'base_url = "{scheme}://{where[case.base]}"\ntls.ca_file = "ca.pem"\n'
        f'[transport]\nhttps_url = "https://{where["tls"]}"\n'
        f'plain_url = "http://{where[case.plain]}"\n'
    )
    said = apicheck("run", "--out", tmp_path / "run", cwd=tmp_path)
    kept = tmp_path / "run" / "results.json"
    assert kept.exists(), said.err
    results = json.loads(kept.read_text())
    failures = {(one["check"], one["outcome"]) for one in results["findings"]}
    assert failures == case.failures
    undecided = {"error", "inconclusive", "not-tested"}
    odd = [one for one in results["results"] if one["verdict"] in undecided]
    assert odd == []
