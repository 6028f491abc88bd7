"""A limit that HTTP/2 gets around is found, and one that counts it is not blamed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.e2e.servers import find_free_port, find_program, running

SERVER = Path(__file__).parent / "limiters" / "on_http2.mjs"
DOCUMENT = """\
openapi: 3.1.0
info: {title: Things, version: "1"}
paths:
  /things:
    get:
      operationId: listThings
      responses:
        "200":
          description: the things
          content: {application/json: {schema: {type: array}}}
"""
POLICY = """\
policy: things
version: "1"
title: Things
spec: openapi.yaml
facts:
  rate_limits:
    per: ip
    window: 1h
    refusal: 429
    buckets: {all: {limit: 3, ops: listThings}}
clauses:
  RATE: {quote: "a limit", checks: ratelimit/bypass}
"""
TARGET = """\
name = "things"
policy = "policy.yaml"
base_url = "https://localhost:%d"

[tls]
ca_file = "ca.pem"
"""
NGINX = """\
daemon off;
user root;
pid nginx.pid;
error_log stderr;
events {}
http {
  log_format protocol $server_protocol;
  access_log protocols.log protocol;
  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp;
  scgi_temp_path tmp;
  default_type application/json;
  limit_req_zone $binary_remote_addr zone=all:1m rate=1r/m;
  limit_req_status 429;
  server {
    listen 127.0.0.1:PORT ssl http2;
    ssl_certificate chain.pem;
    ssl_certificate_key key.pem;
    root .;
    location = /things { limit_req zone=all burst=2 nodelay; try_files /things.json =404; }
  }
}
"""


@contextmanager
def serving(server: str, folder: Path) -> Iterator[int]:
    """A server of HTTPS while it runs; yields its port. server: nginx, or what Node does."""
    port = find_free_port()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    issued = authority.issue_cert("localhost")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    (folder / "chain.pem").write_bytes(b"".join(one.bytes() for one in issued.cert_chain_pems))
    if server == "nginx":
        (folder / "nginx.conf").write_text(NGINX.replace("PORT", str(port)))
        (folder / "things.json").write_text("[]")
        command: list[str | Path] = [find_program("nginx"), "-p", folder, "-c", "nginx.conf"]
    else:
        where = (str(folder / "chain.pem"), str(folder / "key.pem"))
        command = [find_program("node"), str(SERVER), str(port), *where, server]
    with running(command, folder, port):
        yield port


@pytest.mark.long
@pytest.mark.parametrize(
    ("server", "found"), [("counts", []), ("forgets", ["HTTP/2"]), ("nginx", [])]
)
def test_a_limit_that_http_2_gets_around_is_found(
    server: str, found: list[str], tmp_path: Path, apicheck: Callable[..., Any]
) -> None:
    (tmp_path / "openapi.yaml").write_text(DOCUMENT)
    (tmp_path / "policy.yaml").write_text(POLICY)
    with serving(server, tmp_path) as port:
        (tmp_path / "apicheck.toml").write_text(TARGET % port)
        said = apicheck("run", "--target", tmp_path / "apicheck.toml", "--out", tmp_path / "run")
    assert (tmp_path / "run" / "results.json").exists(), said.err
    results = json.loads((tmp_path / "run" / "results.json").read_text())
    assert [one["detail"] for one in results["findings"]] == found
    (result,) = (one for one in results["results"] if one["check"] == "ratelimit/bypass")
    assert result["verdict"] == ("fail" if found else "pass"), result
    entries = map(json.loads, (tmp_path / "run" / "journal.ndjson").read_text().splitlines())
    versions = {
        entry["exchange"]["request"].get("version") for entry in entries if "exchange" in entry
    }
    assert "2" in versions
    if server == "nginx":
        assert "HTTP/2.0" in (tmp_path / "protocols.log").read_text().split()
